package real

import (
	"context"
	"slices"
	"testing"
)

// TestScenariosRefuseAndMend plays every scenario: curl is refused as the scenario says, the fault is mended, curl
// passes.
func TestScenariosRefuseAndMend(t *testing.T) {
	names := map[string]bool{}
	once := map[string]bool{} // TestScoreboard plays these from refusal to success as well, and each takes a database
	for _, sc := range slices.Concat(wordpressScenarios, civicrmScenarios, magentoScenarios, wordpressHealthy, civicrmHealthy, magentoHealthy) {
		once[sc.Name] = true
	}
	for _, sc := range Scenarios() {
		if names[sc.Name] {
			t.Errorf("two scenarios are called %s", sc.Name)
		}
		names[sc.Name] = true
		if once[sc.Name] {
			continue
		}
		t.Run(sc.Name, func(t *testing.T) {
			limit(t)
			res := Run(context.Background(), sc)
			if res.Err != nil {
				t.Fatalf("%v\n%s", res.Err, res.Logs)
			}
			t.Logf("started in %v, took %v; refused: %v", res.Started.Round(1e6), res.Took.Round(1e6), res.Refused)
		})
	}
}

// TestScenarioTable wants every scenario complete enough to be judged by.
func TestScenarioTable(t *testing.T) {
	broken := 0
	for _, sc := range Scenarios() {
		if sc.Servers == nil || sc.Input == nil && sc.Login == nil {
			t.Errorf("%s: nothing to start or to ask", sc.Name)
		}
		if sc.Login == nil && (sc.Want.Cause == "") != (sc.Mend == nil) {
			t.Errorf("%s: a cause needs a mend, health needs none", sc.Name)
		}
		if sc.Want.Cause == "" {
			continue
		}
		broken++
		if sc.Want.RefusedBy == "" || sc.Want.FaultAt == "" || sc.Want.Product == "" {
			t.Errorf("%s: who refused, where the fault sits and the product must be said", sc.Name)
		}
		if g := sc.Want.Grade; g != "proved" && g != "strong" && g != "likely" {
			t.Errorf("%s: grade %q", sc.Name, g)
		}
	}
	if broken < 50 {
		t.Errorf("only %d broken scenarios", broken)
	}
}
