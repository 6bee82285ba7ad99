package store

import (
	"fmt"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/secret"
)

// repository is a <repository>, <mirror> or <server> of Maven's settings or of a POM.
type repository struct {
	kind, id string
	url      string
	mirrorOf string
	from     fact.Source
	user     secret.Text
	password secret.Text
	keyed    fact.Source // of the password
}

// maven follows the reference of settings.xml (Servers, Mirrors) and DefaultMirrorSelector: a request to a repository
// goes to the first mirror that stands for it, and the login is that of the server whose id is the mirror's, or the
// repository's where there is no mirror, letter by letter.
func maven(q *query) {
	q.Asked = true
	all := mavenParts(q.settings)
	var asked []repository // whose URL the request goes to
	ids := map[string]bool{}
	for _, r := range all {
		if r.kind == "server" || r.url == "" {
			continue
		}
		u, err := exchange.ParseURL(r.url)
		if err == nil && u.Origin() == q.u.Origin() && strings.HasPrefix(q.u.Path+"/", strings.TrimSuffix(u.Path, "/")+"/") && !ids[r.kind+" "+r.id] {
			ids[r.kind+" "+r.id] = true
			asked = append(asked, r)
		}
	}
	var wanted, replaced []string // ids that are looked up, and ids that a mirror took the place of
	for _, r := range asked {
		if r.kind == "mirror" {
			wanted = append(wanted, r.id)
			for _, o := range all {
				if o.kind == "repository" && stands(r.mirrorOf, o) {
					replaced = append(replaced, o.id)
				}
			}
			continue
		}
		if m := mirrorOf(all, r); m != nil {
			replaced = append(replaced, r.id)
			q.note(m.from, fmt.Sprintf("The mirror %s stands for the repository %s: requests go to the mirror.", m.id, r.id))
			continue
		}
		wanted = append(wanted, r.id)
	}
	q.Looked = "server " + strings.Join(wanted, " or ")
	var found []Entry
	for _, s := range all {
		if s.kind != "server" {
			continue
		}
		e := s.entry()
		exact, near := false, ""
		for _, id := range wanted {
			switch {
			case s.id == id:
				exact = true
			case strings.EqualFold(flat(s.id), flat(id)):
				near = fmt.Sprintf("Maven looks for the id %q, letter by letter", id)
			}
		}
		for _, id := range replaced {
			if s.id == id && near == "" && len(wanted) > 0 {
				near = fmt.Sprintf("a mirror takes the place of the repository %s: Maven looks for the mirror's id, %q", id, wanted[0])
			}
		}
		switch {
		case exact:
			e.Here = true
			found = append(found, e)
		case near != "":
			e.Here = true
			q.miss(e, near)
		case len(wanted) > 0 && len(found) == 0:
			q.note(s.from, fmt.Sprintf("There is a server %q; the request belongs to %s.", s.id, strings.Join(wanted, ", ")))
		}
	}
	q.take(found, "the first server of one id is taken")
}

func (r repository) entry() Entry {
	e := Entry{Key: fmt.Sprintf("server %q", r.id), From: r.keyed, User: r.user, Value: basicValue(r.user, r.password)}
	switch p := r.password; {
	case p.Empty():
		e.Kept, e.From = "the entry has no password", r.from
	case p.HasPrefix("{") && p.HasSuffix("}"):
		e.Kept = "it is encrypted by Maven, with the master password of settings-security.xml"
	case Variable(p) != "":
		e.Kept = "the variable " + Variable(p) + " holds it"
	case Variable(r.user) != "":
		e.Kept = "the variable " + Variable(r.user) + " holds the user name"
	}
	if e.Kept != "" {
		e.Value = secret.Text{}
	}
	return e
}

// mavenParts collects the leaves that belong together: the reader gives each with the elements around it.
func mavenParts(settings []exchange.Setting) []repository {
	var out []repository
	last := ""
	for _, s := range settings {
		if len(s.Context) == 0 {
			continue
		}
		inner := s.Context[len(s.Context)-1]
		kind, id, _ := strings.Cut(inner, " ")
		switch kind {
		case "snapshotRepository", "pluginRepository":
			kind = "repository"
		case "server", "mirror", "repository":
		default:
			continue
		}
		place := s.From.File + "\x00" + strings.Join(s.Context, "\x00")
		if place != last {
			out = append(out, repository{kind: kind, id: id, from: s.From})
			last = place
		}
		r := &out[len(out)-1]
		switch s.Name {
		case "url":
			r.url = word(s)
		case "mirrorOf":
			r.mirrorOf = word(s)
		case "username":
			r.user = value(s)
		case "password":
			r.password, r.keyed = value(s), s.From
		}
	}
	return out
}

func mirrorOf(all []repository, r repository) *repository {
	for i, m := range all {
		if m.kind == "mirror" && stands(m.mirrorOf, r) {
			return &all[i]
		}
	}
	return nil
}

// stands reports whether a mirror with this mirrorOf takes the place of r (DefaultMirrorSelector.matchPattern).
func stands(pattern string, r repository) bool {
	result := false
	u, _ := exchange.ParseURL(r.url)
	local := loopback(u.Host)
	for p := range strings.SplitSeq(pattern, ",") {
		switch p = strings.TrimSpace(p); {
		case p == r.id:
			return true
		case len(p) > 1 && p[0] == '!':
			if p[1:] == r.id {
				return false
			}
		case p == "*", p == "external:*" && !local, p == "external:http:*" && !local && u.Scheme == "http":
			result = true
		}
	}
	return result
}

func flat(id string) string {
	return strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(id)
}
