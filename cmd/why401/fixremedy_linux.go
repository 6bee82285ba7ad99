package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/fix"
	"github.com/why401/why401/report"
	"github.com/why401/why401/site"
)

// sighted is a remedy and where it was found.
type sighted struct {
	cause  string
	place  conf.Place
	remedy cause.Remedy
	about  fix.About
}

// name is the word by which the remedy is meant, and no other.
func (s sighted) name() string {
	return fmt.Sprintf("%s/%s@%s:%d", s.cause, s.remedy.ID, s.place.File, s.place.Line)
}

// remedy finds the remedy that word names in the configurations that were named: a cause, cause/remedy or a remedy, and
// behind @ the file and line of one of several places. Without a remedy's name the cause's first that can be carried out.
func (m *mending) remedy(word string) (cause.Remedy, fix.About, error) {
	none := func(err error) (cause.Remedy, fix.About, error) { return cause.Remedy{}, fix.About{}, err }
	all, err := m.sightings()
	if err != nil {
		return none(err)
	}
	what, at, _ := strings.Cut(word, "@")
	id, remedy, named := strings.Cut(what, "/")
	var fit, byHand []sighted
	for _, s := range all {
		switch {
		case !standsAt(s.place, at):
		case named && (s.cause != id || s.remedy.ID != remedy), !named && s.cause != id && s.remedy.ID != id:
		case !s.remedy.Carried():
			byHand = append(byHand, s)
		case named || s.remedy.ID == id || !slices.ContainsFunc(fit, func(o sighted) bool { return o.place == s.place && o.cause == s.cause }):
			fit = append(fit, s)
		}
	}
	switch {
	case len(fit) == 1:
		return fit[0].remedy, fit[0].about, nil
	case len(fit) > 1:
		var names []string
		for _, s := range fit {
			names = append(names, s.name())
		}
		return none(usage("why401 fix "+report.ShellQuote(names[0])+" ...", "%q fits %d places; say which:\n%s", word, len(fit), strings.Join(names, "\n")))
	case len(byHand) > 0:
		s := byHand[0]
		steps := strings.Join(s.remedy.Steps, "; ")
		return none(&failure{exitWithheld, fmt.Errorf("%s has to be done by hand: %s", s.name(), steps), s.remedy.Title})
	}
	return none(usage("why401 config "+strings.Join(m.config, " ")+" says what is there", "%q is no cause or remedy that was found in %s", word, strings.Join(append(m.config, m.site), ", ")))
}

// standsAt reports that the place is the one that a user wrote as FILE:LINE, or FILE, or LINE; a file's last part is enough.
func standsAt(p conf.Place, at string) bool {
	if at == "" {
		return true
	}
	file, line := at, ""
	if i := strings.LastIndexByte(at, ':'); i >= 0 {
		file, line = at[:i], at[i+1:]
	} else if _, err := strconv.Atoi(at); err == nil {
		file, line = "", at
	}
	return (line == "" || line == strconv.Itoa(p.Line)) && (file == "" || p.File == file || strings.HasSuffix(p.File, "/"+file))
}

// sightings audits the configurations that were named.
func (m *mending) sightings() ([]sighted, error) {
	if m.from != "" {
		paths, err := m.reported()
		if err != nil {
			return nil, err
		}
		m.config = append(m.config, paths...)
	}
	var paths []string
	for _, c := range m.config {
		p, err := filepath.Abs(c)
		if err != nil {
			return nil, unreadable(fmt.Errorf("%s: %w", c, err), "")
		}
		paths = append(paths, p)
	}
	known, err := m.app.catalogue()
	if err != nil {
		return nil, err
	}
	out, err := m.installed(known.Causes)
	if err != nil || m.site != "" && len(paths) == 0 {
		return out, err
	}
	found, failed := programs.ReadPaths(conf.Disk(), paths, "")
	if len(found) == 0 {
		return nil, unreadable(errors.Join(failed...), "why401 fix REMEDY --config /etc/nginx/nginx.conf --plan")
	}
	for _, c := range found {
		for _, k := range known.Causes {
			if k.Audit == nil {
				continue
			}
			for _, s := range k.Audit(c.Config) {
				for _, r := range s.Remedies {
					if r.Server == "" {
						r.Server = c.Program
					}
					one := sighted{cause: k.ID, place: s.Place, remedy: r, about: fix.About{Config: c.Config, Scope: s.Scope}}
					if !slices.ContainsFunc(out, func(o sighted) bool { return o.name() == one.name() }) {
						out = append(out, one)
					}
				}
			}
		}
	}
	return out, nil
}

// installed looks at the system in the folder that was named, and into its database.
func (m *mending) installed(known []*cause.Cause) ([]sighted, error) {
	if m.site == "" {
		return nil, nil
	}
	in, err := site.Open(m.site)
	if err != nil {
		return nil, unreadable(err, "why401 fix REMEDY --site /var/www/html --plan")
	}
	m.db.ask(in)
	var out []sighted
	for _, i := range in.All() {
		for _, k := range known {
			if k.Installed == nil {
				continue
			}
			for _, s := range k.Installed(i) {
				for _, r := range s.Remedies {
					out = append(out, sighted{cause: k.ID, place: s.Place, remedy: r, about: fix.About{Hosts: hosts(in)}})
				}
			}
		}
	}
	if len(out) == 0 { // what could not be read may be why nothing was found
		for _, i := range in.All() {
			for _, g := range i.Gaps {
				m.app.say("not seen: %s", g.What)
			}
		}
	}
	return out, nil
}

// reported gives the paths that a report of why401 config --json was made of. They are read again: what counts is what
// stands there now.
func (m *mending) reported() ([]string, error) {
	var b []byte
	var err error
	if m.from == "-" {
		b, err = io.ReadAll(io.LimitReader(m.app.in, 8<<20))
	} else {
		b, err = os.ReadFile(m.from)
	}
	if err != nil {
		return nil, unreadable(fmt.Errorf("--from: %w", err), "")
	}
	var a report.Audit
	if err := json.Unmarshal(b, &a); err != nil || a.Schema != report.AuditSchema || len(a.Configs) == 0 {
		return nil, unreadable(fmt.Errorf("--from %s: expected what why401 config --json writes (%s)", m.from, report.AuditSchema), "why401 config PATH --json > report.json")
	}
	var paths []string
	for _, c := range a.Configs {
		paths = append(paths, c.Path)
	}
	return paths, nil
}
