package real
var packageScenarios []Scenario
