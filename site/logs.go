package site

import (
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/site/php"
)

// aboutLogins are the words of lines in which these systems write about logins.
var aboutLogins = lazyregexp.New(`(?i)log(?:ged|ging)?[ _-]?in\b|authenticat|authoriz|password|\btoken\b|access denied|permission denied|\b401\b|\b403\b`)

// maxLogs bounds the logs of one installation.
const maxLogs = 20

// readLogs finds the files in which the system writes. None of them names a refusal of the REST APIs: WordPress's core logs none,
// Magento's web API and CiviCRM's AuthX neither (platform-facts); the web server's access log does.
func (in *Installation) readLogs(src conf.Source) {
	var patterns []string
	switch in.Platform {
	case WordPress:
		content := in.content()
		patterns = []string{path.Join(content, "debug.log")}
		if v := in.Setting("WP_DEBUG_LOG"); v.Kind == php.String {
			if t := text(v.Value); path.IsAbs(t) && !conf.HasMeta(t) {
				patterns = []string{t}
			}
		}
	case Magento:
		patterns = []string{path.Join(in.Root, "var/log/*.log")}
	case CiviCRM:
		if t := text(in.Setting("CIVICRM_TEMPLATE_COMPILEDIR").Value); path.IsAbs(t) {
			patterns = append(patterns, path.Join(path.Dir(path.Clean(t)), "ConfigAndLog/*.log"))
		}
		for _, f := range in.Files {
			patterns = append(patterns, path.Join(path.Dir(f), "ConfigAndLog/*.log"))
		}
	case Drupal, Backdrop:
		in.gap(conf.Place{File: in.Root}, "the log of "+string(in.Platform)+" is in its database, table watchdog", "who was refused in it")
	}
	seen := map[string]bool{}
	for _, p := range patterns {
		found, err := conf.Glob(src, p)
		if err != nil && len(found) == 0 && conf.HasMeta(p) {
			in.gap(conf.Place{File: path.Dir(p)}, "cannot be read: "+plain(err), "what the logs say")
		}
		for _, f := range found {
			if !seen[f] && len(in.Logs) < maxLogs {
				seen[f] = true
				in.log(src, f)
			}
		}
	}
}

func (in *Installation) log(src conf.Source, file string) {
	info, err := src.Stat(file)
	if err != nil || info.Mode.IsDir() {
		return
	}
	l := Log{Path: file, Size: info.Size}
	b, err := src.ReadFile(file)
	if err != nil {
		in.gap(conf.Place{File: file}, "cannot be read here: "+plain(err), "what it says about logins")
	}
	n := 0
	for line := range strings.Lines(string(b)) {
		n++
		if aboutLogins.MatchString(line) {
			l.About++
			l.Last = n
		}
	}
	in.Logs = append(in.Logs, l)
}
