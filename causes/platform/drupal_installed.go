package platform

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

func init() { alsoStored(DrupalProvider, drupalStored) }

// basicAuthOn says whether Drupal's module basic_auth is on; known is false while the database was not read.
func basicAuthOn(in *site.Installation) (on, known bool) {
	if in.Stored == nil || in.Stored.Drupal == nil {
		return false, false
	}
	v, ok := in.Stored.Drupal.Get("core.extension")
	read, err := php.Unserialize(v.Text())
	if !ok || err != nil || read.Get("module").Kind != php.List {
		return false, false
	}
	return read.Get("module", "basic_auth").Set(), true
}

// drupalStored looks at what the database says of Drupal's authentication providers.
func drupalStored(in *site.Installation) []cause.Sighting {
	on, known := basicAuthOn(in)
	if in.Platform != site.Drupal || !known || !on {
		return nil
	}
	var out []cause.Sighting
	if prompt, _, asks := in.Asks(); asks {
		out = append(out, cause.Sighting{Place: prompt.At, Grade: cause.Strong,
			Says:     "Drupal's module basic_auth is on, so it judges the login of this prompt as one of its own: routes that do not list basic_auth answer 403 \"The used authentication method is not allowed on this route.\", and failures count against flood limits.",
			Remedies: []cause.Remedy{hideBasic(), basicAuthOff(in)}})
	}
	for _, c := range in.Stored.Drupal.Config {
		if s, ok := basicNotListed(in, c); ok {
			out = append(out, s)
		}
	}
	return out
}

// basicAuthOff is for a person: other configuration may depend on the module and goes with it.
func basicAuthOff(in *site.Installation) cause.Remedy {
	return cause.Remedy{ID: "uninstall-basic-auth", Title: "switch Drupal's module basic_auth off, where no program logs in with it", For: "server",
		Effect: "Drupal no longer reads the prompt's login", Opens: "nothing; programs that send a Drupal account as a Basic login are nobody then, and REST resources that list basic_auth lose it",
		Steps:  []string{strings.Join(append(drush(in), "pm:uninstall", "basic_auth"), " "), "or in the panel: Extend, Uninstall, HTTP Basic Authentication"},
		Verify: "pages answer 200 behind the prompt", Undo: strings.Join(append(drush(in), "pm:install", "basic_auth"), " ")}
}

// drush begins a command line for the installation: a folder of sites/ beside default is named by its address.
func drush(in *site.Installation) []string {
	for _, f := range in.Files {
		if folder := path.Base(path.Dir(f)); path.Base(path.Dir(path.Dir(f))) == "sites" && folder != "default" {
			return []string{"drush", "--uri=" + folder}
		}
	}
	return []string{"drush"}
}

// basicNotListed is a REST resource that does not list basic_auth, while the module is on: it reads the login, and the route
// refuses it. The list is that of the whole resource (granularity "resource", core/modules/rest/config/schema).
func basicNotListed(in *site.Installation, c db.DrupalConfig) (cause.Sighting, bool) {
	const key = "configuration.authentication"
	read, err := php.Unserialize(c.Value.Text())
	if err != nil || !strings.HasPrefix(c.Name, "rest.resource.") {
		return cause.Sighting{}, false
	}
	live, _ := read.Get("status").True()
	list := read.Get("configuration", "authentication")
	var words []string
	for _, it := range list.Array().Items() {
		t, _ := it.Value.Text()
		words = append(words, t)
	}
	if !live || list.Kind != php.List || slices.Contains(words, "basic_auth") {
		return cause.Sighting{}, false
	}
	n := strconv.Itoa(len(words))
	command := append(drush(in), "config:set", "-y", c.Name, key+"."+n, "basic_auth")
	clean := append(drush(in), "cache:rebuild")
	r := cause.Remedy{ID: "list-basic-auth", Title: "let the REST resource take Basic logins", For: "server", Effect: "accounts can call the resource with a Basic login",
		Opens: "the resource to whoever has the password of an account that may use it; each wrong one counts in flood control",
		Steps: []string{strings.Join(command, " "), strings.Join(clean, " ")}, Verify: "the call with the login answers 200",
		Undo: strings.Join(append(drush(in), "config:set", "-y", c.Name, key, "..."), " ") + " with the former list"}
	switch whole, err := php.Serialize(read); {
	case fixedConfig(in, c.Name):
		r.Steps = []string{fmt.Sprintf("settings.php has values for %s, which win over the database: change them there, then %s", c.Name, strings.Join(clean, " "))}
	case err == nil && whole == c.Value.Text(): // else a value stands there that cannot be written back as it was
		if to, err := php.Serialize(read.With("configuration", read.Get("configuration").With("authentication", list.With(n, php.Text("basic_auth"))))); err == nil {
			ch := in.Stored.Drupal.Change(c, db.Bytes(to))
			r.Steps = append(r.Steps, "or, when drush does not start:  "+ch.Statement()+"  and rebuild the caches (core/rebuild.php)")
			ch.By = command
			r.Rows = []db.Batch{{Source: in.Source(), Changes: []db.Change{ch}, Dir: in.Root, Clean: clean}}
		}
	}
	return cause.Sighting{Place: conf.Place{File: in.Stored.Drupal.Prefix + "config"}, Grade: cause.Likely, Remedies: []cause.Remedy{r},
		Says:  fmt.Sprintf("The REST resource %s lists %s and not basic_auth, and the module basic_auth is on: a Basic login there is answered 403 \"The used authentication method is not allowed on this route.\"", c.Name, jsonList(words)),
		Raise: []cause.Raise{{Command: strings.Join(append(drush(in), "config:get", c.Name, key), " "), Where: "on the Drupal server", Would: "list the providers that hold while Drupal runs"}}}, true
}

// fixedConfig reports values of settings.php that win over a config object.
func fixedConfig(in *site.Installation, name string) bool {
	return slices.ContainsFunc(in.Mandatory, func(s site.Setting) bool { return s.Name == name || strings.HasPrefix(s.Name, name+":") })
}
