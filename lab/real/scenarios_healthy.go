package real

var nginxAccess, nginxProxy, nginxTLS, apacheScenarios, proxyScenarios, tokenScenarios, sessionScenarios, corsScenarios, healthyScenarios []Scenario
