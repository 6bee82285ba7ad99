package real

var staticCORSScenarios []Scenario
