// Package bisect finds the WordPress plugins that refuse a request, by asking the running site while parts of the active
// list are switched off for that one request.
//
// A must-use plugin (dropin.php) is put into the site for the time of a run. It does nothing for anybody but the bearer of
// the run's token, changes no setting and no row, and is removed when the run ends, however it ends: a note of it is on
// disk before it is (Sweep removes what a crash left), and it stops by itself when its time is over.
//
// The search (search.go) switches plugins off from the front of the list: the shortest front that changes the answer
// ends with a plugin that refuses. 32 plugins take six questions. Every answer carries a mark of the drop-in, so that an answer of a
// cache, of another server or of a rule in front of WordPress is not taken for one of WordPress with plugins off.
//
// What it costs is bounded by what may be refused: a request without a credential may be refused often, a token three
// times, a password once (docs/safety.md, 2). With few refusals the search goes slower: it asks what is let in.
package bisect

import "fmt"

// Plugin is an active plugin.
type Plugin struct {
	File string // as WordPress names it: below the plugins' folder, "shop/shop.php"
	Name string // its own "Plugin Name" (wp-includes/functions.php, get_file_data), else File
	// Requires are folders of plugins that it declares to need ("Requires Plugins", WordPress 6.5).
	Requires []string
}

// Outcome says how a search ended.
type Outcome string

// The outcomes.
const (
	Guards         Outcome = "guards"           // Result.Guards refuse the request
	OfTheme        Outcome = "theme"            // the active theme does
	NotPlugins     Outcome = "not-plugins"      // with every plugin off, and without the theme, the answer is the same
	BeforePHP      Outcome = "before-wordpress" // the refusal is written before WordPress loads its plugins
	NothingRefused Outcome = "nothing-refused"  // the request is let in
	Unstable       Outcome = "unstable"         // one and the same question had two answers
	Undecided      Outcome = "undecided"        // Result.Left is what it was narrowed to
)

// Result is how a search ended.
type Result struct {
	Outcome Outcome
	Why     string   // in words, where the outcome needs them
	Active  []Plugin // in the order in which they were switched off
	Theme   string   // the active theme's folder
	MustUse []string // the site's own must-use plugins, which cannot be switched off
	DropIns []string // files such as advanced-cache.php and object-cache.php
	Refused string   // the answer that is explained: "403 rest_api_sealed"
	Without string   // the answer without Guards
	Yours   string   // the answer to the user's request with its credential and without Guards, "" when it was not sent
	Lets    bool     // without Guards the request is let in; false: another refusal is behind it

	Guards   []Plugin // switched off together they change the answer, and none of them can stay
	Alone    bool     // each refuses also when it is the only one, with what it needs
	Partners []Plugin // that have to be there for Guards[0] to refuse
	Needing  []Plugin // that fail without one of Guards, and have to be off with it
	Left     []Plugin // Undecided: it is among these
	Repeated bool     // refused, let in and refused were seen again at the end

	Steps []Step // every question, in order
	Notes []string
}

// Step is one question and its answer.
type Step struct {
	What   string // "16 of 32 plugins off"
	Answer string // "403 rest_api_sealed"
	Meant  string // "refused as before", "let in", "fails", ...
	Repeat bool   // asked before, to see that the answer stays
}

func (s Step) String() string { return fmt.Sprintf("%s: %s (%s)", s.What, s.Answer, s.Meant) }
