package real

import (
	"encoding/json"
	"os"
	"path/filepath"

	"github.com/why401/why401/exchange"
)

// Drupal starts a replica of Drupal's core behind nginx (81, 80) or Apache (91 to 98), as the set-ups are numbered. Debian has no
// package of Drupal, so it is written from Drupal's source; see php/drupal/index.php.
func (w *World) Drupal(setUp int, settings map[string]any) {
	w.Helper()
	w.stagingPasswords()
	w.File("cms/index.php", w.php("drupal/index.php"))
	w.DrupalSettings(settings)
	// flood.json is written beside the program by PHP's user.
	if err := os.Chmod(filepath.Join(w.Dir, "cms"), 0o777); err != nil {
		w.Fatalf("%v", err)
	}
	rules := wpRewrite
	if hasHtaccess[setUp] {
		rules = wpHtaccess // Drupal's own .htaccess has the same line for Authorization
	}
	w.File("cms/.htaccess", rules)
	setUps[setUp](w, "cms")
}

// DrupalSettings writes what Drupal keeps in its configuration.
func (w *World) DrupalSettings(settings map[string]any) {
	w.Helper()
	b, err := json.Marshal(settings)
	if err != nil {
		w.Fatalf("%v", err)
	}
	w.File("cms/drupal.json", string(b))
}

var drupalBasic = map[string]any{"modules": []string{"basic_auth"}}

const (
	drupalNode = "node/1?_format=json"
	drupalAnn  = "ann:ann-password-9c1f"
)

func drupal(setUp int, settings map[string]any) func(*World) {
	return func(w *World) { w.Drupal(setUp, settings) }
}

func askDrupal(path string, args ...string) func(*World) []string {
	return func(w *World) []string { return curl(append(args, w.URL("front", path))...) }
}

func drupalWant(cause string, faultAt exchange.Layer, grade string, accept ...string) Want {
	return Want{Cause: cause, Accept: accept, RefusedBy: exchange.Application, FaultAt: faultAt, Grade: grade, Product: "Drupal"}
}

var drupalScenarios = []Scenario{
	{
		Name: "drupal-route-does-not-list-basic", Servers: drupal(80, map[string]any{"modules": []string{"basic_auth"}, "node_auth": []string{"cookie"}}),
		Input: askDrupal(drupalNode, "-u", drupalAnn), Want: drupalWant("drupal-auth-provider", exchange.Application, "strong"),
		Mend: func(w *World) []string {
			w.DrupalSettings(drupalBasic)
			return askDrupal(drupalNode, "-u", drupalAnn)(w)
		},
		Status: 403, Refused: saysBody("The used authentication method is not allowed on this route."),
	},
	{
		Name: "drupal-prompt-reaches-basic-auth", Servers: drupal(91, map[string]any{"modules": []string{"basic_auth"}}),
		Input: askDrupal("admin?_format=json", "-u", stagingLogin), Want: drupalWant("drupal-auth-provider", exchange.WebServer, "strong", "basic-layer-credentials-reach-app"),
		Mend: func(w *World) []string {
			w.DrupalSettings(map[string]any{})
			return askDrupal("node/1", "-u", stagingLogin)(w)
		},
		Status: 403,
	},
	{
		// Drupal takes a wrong password for nobody and says what nobody may not: 403, without a challenge.
		Name: "drupal-password-wrong", Servers: drupal(80, drupalBasic),
		Input: askDrupal(drupalNode, "-u", "ann:wrong-password"), Want: drupalWant("wrong-password", exchange.Client, "likely", "user-lacks-role-or-group"),
		Mend:   askDrupal(drupalNode, "-u", drupalAnn),
		Status: 403,
	},
	{
		Name: "drupal-nothing-sent", Servers: drupal(95, drupalBasic),
		Input: askDrupal(drupalNode), Want: drupalWant("no-credentials-sent", exchange.Client, "proved"),
		Mend: askDrupal(drupalNode, "-u", drupalAnn),
	},
}

var drupalHealthy = []Scenario{
	healthy("drupal-basic", drupal(80, drupalBasic), askDrupal(drupalNode, "-u", drupalAnn)),
	healthy("drupal-page-behind-a-prompt", drupal(81, map[string]any{}), askDrupal("node/1", "-u", stagingLogin)),
}
