package real

var loginScenarios []Scenario
