package real

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/fix/bisect"
)

// Activate puts the lab's own plugins of these names into the site and makes them active, in order. A name of another
// plugin ("plain-7") gives one that does nothing.
func (s *WordPress) Activate(names ...string) {
	s.Helper()
	var files []string
	for _, n := range names {
		body, err := phpFiles.ReadFile("php/wordpress/plugins/" + n + ".php")
		if err != nil {
			body = fmt.Appendf(nil, "<?php\n/* Plugin Name: %s */\nadd_filter('the_content', fn($c) => $c);\n", n)
		}
		s.File("site/wp-content/plugins/"+n+"/"+n+".php", string(body))
		files = append(files, n+"/"+n+".php")
	}
	s.DB.SQL("UPDATE wp_options SET option_value = '" + serializedList(files) + "' WHERE option_name = 'active_plugins'")
}

// among gives n names of plugins that do nothing, with others at the places that are named.
func among(n int, at map[int]string) []string {
	var out []string
	for i := range n {
		name := fmt.Sprintf("plain-%d", i)
		if o, ok := at[i]; ok {
			name = o
		}
		out = append(out, name)
	}
	return out
}

func (s *WordPress) bisectSite() bisect.Site {
	content := filepath.Join(s.Dir, "wp-content")
	return bisect.Site{Dir: s.Dir, Content: content, MustUse: filepath.Join(content, "mu-plugins"), Config: filepath.Join(s.Dir, "wp-config.php")}
}

// bisection is a site with plugins, and what a search has to say about it.
type bisection struct {
	name    string
	setUp   int // 80 when zero
	consts  string
	plugins []string
	prepare func(*WordPress)
	ask     func(*World) []string
	want    bisect.Outcome
	guards  []string // by their own names
	partner string
	needing []string
	alone   bool
	why     string // part of Result.Why or of the notes
	steps   int    // questions about a new set, at most; 0 for no limit
}

func visit(path string) func(*World) []string {
	return func(w *World) []string { return []string{w.URL("front", path)} }
}

var bisections = []bisection{
	{name: "one-of-32", plugins: among(32, map[int]string{20: "rest-for-members"}), ask: visit(wpPosts), want: bisect.Guards, guards: []string{"REST for members"}, alone: true, steps: 6},
	{name: "one-of-32-mod-php", setUp: 95, plugins: among(32, map[int]string{31: "rest-sealed"}), ask: visit(wpPosts), want: bisect.Guards, guards: []string{"REST sealed"}, alone: true, steps: 6},
	{name: "rest-pre-dispatch", plugins: among(9, map[int]string{0: "bearer-only"}), ask: visit(wpPosts), want: bisect.Guards, guards: []string{"Bearer only"}, alone: true},
	{name: "two-that-refuse-by-themselves", plugins: among(20, map[int]string{3: "rest-for-members", 15: "rest-sealed"}), ask: visit(wpPosts), want: bisect.Guards,
		guards: []string{"REST for members", "REST sealed"}, alone: true},
	{name: "one-that-needs-another-to-refuse", plugins: among(16, map[int]string{2: "level", 11: "strict"}), ask: visit(wpPosts), want: bisect.Guards,
		guards: []string{"Security level"}, partner: "Strict by level"},
	{name: "plugins-that-need-each-other", plugins: among(16, map[int]string{1: "shop", 6: "rest-sealed", 12: "shop-reports", 13: "careful"}), ask: visit(wpPosts), want: bisect.Guards,
		guards: []string{"REST sealed"}, alone: true},
	{name: "the-login-of-pages", plugins: among(8, map[int]string{5: "members-only"}), ask: visit("hello-world/"), want: bisect.Guards, guards: []string{"Members only"}, alone: true},
	{name: "a-route-taken-away", plugins: among(8, map[int]string{2: "no-users"}), ask: visit("wp-json/wp/v2/users"), want: bisect.Guards, guards: []string{"No users"}, alone: true},
	{name: "words-in-front-of-the-answer", plugins: among(8, map[int]string{7: "noise"}), ask: visit(wpPosts), want: bisect.Guards, guards: []string{"Noise"}, alone: true},
	{name: "a-login-that-does-not-count", consts: wpLocal, plugins: among(12, map[int]string{4: "nobody"}), ask: byCookie("alice", wpMe, "right"), want: bisect.Guards, guards: []string{"Nobody"}},
	{name: "a-password-is-refused-once", consts: wpLocal, plugins: among(12, map[int]string{4: "nobody"}), ask: askWP(wpMe, "admin:"+wpAppPassword), want: bisect.Guards, guards: []string{"Nobody"}},
	{name: "a-guard-that-concerns-visitors-too", consts: wpLocal, plugins: among(12, map[int]string{9: "rest-sealed"}), ask: askWP(wpPosts, "admin:"+wpAppPassword), want: bisect.Guards, guards: []string{"REST sealed"}, alone: true},
	{name: "the-theme", plugins: among(6, nil), ask: visit(wpPosts), want: bisect.OfTheme, prepare: func(s *WordPress) {
		s.File("site/wp-content/themes/plain/functions.php", "<?php\n"+wpSealed)
	}},
	{name: "a-must-use-plugin", plugins: among(6, nil), ask: visit(wpPosts), want: bisect.NotPlugins, why: "must-use plugin", prepare: plugin("sealed", wpSealed)},
	{name: "nobody-guards", plugins: among(6, nil), ask: visit(wpPosts), want: bisect.NothingRefused},
	{name: "wordpress-itself", plugins: among(6, nil), ask: visit(wpOpts), want: bisect.NotPlugins},
	{name: "the-web-server", plugins: among(6, nil), ask: visit(wpPosts), want: bisect.BeforePHP, prepare: func(s *WordPress) {
		s.World.Server("front").Mend(nginxPHP("site", "location ^~ /wp-json/ { return 403; }", ""))
	}},
	{name: "rules-in-htaccess", setUp: 95, plugins: among(6, map[int]string{1: "htaccess-lock"}), ask: visit(wpPosts), want: bisect.BeforePHP, why: `"Lock"`, prepare: func(s *WordPress) {
		if err := os.Chmod(filepath.Join(s.Dir, ".htaccess"), 0o666); err != nil {
			s.Fatalf("%v", err)
		}
		s.warm([]string{s.URL("front")})
	}},
	{name: "by-chance", plugins: among(16, map[int]string{10: "moody"}), ask: visit(wpPosts), want: bisect.Unstable},
}

// TestBisect searches on running sites: nginx with PHP-FPM and Apache with mod_php. A row that the database has afterwards
// is the one that it had, and no file is left.
func TestBisect(t *testing.T) {
	limit(t)
	for _, b := range bisections {
		t.Run(b.name, func(t *testing.T) {
			w := NewWorld(t)
			s := w.WordPress("front", b.consts)
			s.Serve(max(b.setUp, 80))
			ask := b.ask(w) // a login has to be had before it is spoiled
			s.Activate(b.plugins...)
			if b.prepare != nil {
				b.prepare(s)
			}
			s.DB.SQL("INSERT INTO wp_options (option_name, option_value, autoload) VALUES ('lab_voucher_stock', '9', 'no')")
			before, files := s.options(), s.contents()
			res, err := s.bisect(t, ask)
			if err != nil {
				t.Fatalf("%v\n%s", err, w.Logs())
			}
			for _, st := range res.Steps {
				t.Log(st)
			}
			t.Logf("%+v", *res)
			if res.Outcome != b.want || !slices.Equal(names(res.Guards), b.guards) || res.Alone != b.alone || !slices.Equal(names(res.Needing), b.needing) {
				// By chance any answer may come; a plugin that did not refuse may never be named.
				if !(b.want == bisect.Unstable && (res.Outcome == bisect.NothingRefused || slices.Equal(names(res.Guards), []string{"Moody"}))) {
					t.Errorf("got %s %v alone %v, want %s %v", res.Outcome, names(res.Guards), res.Alone, b.want, b.guards)
				}
			}
			if b.partner != "" && !slices.Equal(names(res.Partners), []string{b.partner}) {
				t.Errorf("partners %v, want %s", names(res.Partners), b.partner)
			}
			if !strings.Contains(res.Why+strings.Join(res.Notes, "\n"), b.why) {
				t.Errorf("%q is not in %q", b.why, res.Why)
			}
			if n := newQuestions(res); b.steps > 0 && n > b.steps {
				t.Errorf("%d questions, want at most %d", n, b.steps)
			}
			if after := s.options(); after != before {
				t.Errorf("the database changed: %s", otherLines(before, after))
			}
			if got := s.contents(); got != files {
				t.Errorf("the folder changed: %s, was %s", got, files)
			}
		})
	}
}

// newQuestions counts the questions up to the one that found the first plugin: not the control with all on, not what was
// repeated, not what was asked about the plugin once it was found.
func newQuestions(res *bisect.Result) int {
	n := 0
	for _, s := range res.Steps {
		if !s.Repeat && strings.Contains(s.What, "plugins off") {
			n++
		}
	}
	return n
}

func (s *WordPress) bisect(t *testing.T, ask []string) (*bisect.Result, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	state := filepath.Join(t.TempDir(), "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	return bisect.Run(ctx, bisect.Options{Site: s.bisectSite(), Intent: intent(t, ask), StateDir: state, Say: func(l string) { t.Log(l) }})
}

func names(ps []bisect.Plugin) []string {
	var out []string
	for _, p := range ps {
		out = append(out, p.Name)
	}
	slices.Sort(out)
	return out
}

// options are the rows that a plugin could change, but for those that WordPress writes for any visit.
func (s *WordPress) options() string {
	s.Helper()
	return s.DB.SQL("SELECT option_name, option_value FROM wp_options WHERE option_name NOT LIKE '%transient%' AND option_name NOT IN ('cron', 'rewrite_rules') ORDER BY option_name")
}

// contents lists the files below wp-content and the site's .htaccess.
func (s *WordPress) contents() string {
	s.Helper()
	var out []string
	err := filepath.WalkDir(filepath.Join(s.Dir, "wp-content"), func(path string, _ os.DirEntry, err error) error {
		out = append(out, path)
		return err
	})
	if err != nil {
		s.Fatalf("%v", err)
	}
	h, _ := os.ReadFile(filepath.Join(s.Dir, ".htaccess"))
	return strings.Join(out, "\n") + string(h)
}

// otherLines are the lines that one of two texts has and the other lacks.
func otherLines(a, b string) string {
	var out []string
	for mark, pair := range map[string][2]string{"- ": {a, b}, "+ ": {b, a}} {
		has := strings.Split(pair[1], "\n")
		for line := range strings.SplitSeq(pair[0], "\n") {
			if !slices.Contains(has, line) {
				out = append(out, mark+line)
			}
		}
	}
	return strings.Join(out, "\n")
}
