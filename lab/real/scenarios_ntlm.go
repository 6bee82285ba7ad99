package real

var ntlmScenarios []Scenario
