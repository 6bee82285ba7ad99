package nginx

import (
	"strings"

	"github.com/why401/why401/conf"
)

// kind is the sort of a level.
type kind int

const (
	kindMain kind = iota
	kindHTTP
	kindServer
	kindLocation
	kindIf
	kindLimitExcept
)

// level is one block that settings are inherited through: http, server, location, if, limit_except.
type level struct {
	kind   kind
	dir    *Directive // nil for what stands around all files
	parent *level
	server *server
	own    map[string][]*Directive // the directives that stand here, by name, in their order
	scope  *conf.Scope             // nil for http and for an if in a server

	// Of a location.
	mod      string // "", "=", "^~", "~", "~*", "@"
	name     string // prefix, pattern or name
	pattern  *pattern
	prefixes []*level // nested locations without a pattern, in the order of the file
	regexes  []*level // nested locations with one
	exact    []*level
	except   *level   // limit_except
	methods  []string // of a limit_except: those that it leaves alone

	nodes *node // the tree of exact and prefixes

	blocks map[*Directive]*level // the levels that stand here, by their directive
}

// all gives the directives called name that are in force in l: its own, or else those of the next level out that has any.
// That is how nginx merges single values and lists alike (ngx_conf_merge_*, and the "array" directives).
func (l *level) all(name string) []*Directive {
	for at := l; at != nil; at = at.parent {
		if d := at.own[name]; len(d) > 0 {
			return d
		}
	}
	return nil
}

// one gives the directive called name that is in force, nil when there is none.
func (l *level) one(name string) *Directive {
	if d := l.all(name); len(d) > 0 {
		return d[0]
	}
	return nil
}

// on reports whether the flag called name is on.
func (l *level) on(name string, otherwise bool) bool {
	if d := l.one(name); d != nil {
		return strings.EqualFold(d.Arg(0), "on")
	}
	return otherwise
}

// path is how a location is written.
func (l *level) path() string {
	switch l.kind {
	case kindLocation:
		if l.mod == "" || l.mod == "@" {
			return l.mod + l.name
		}
		return l.mod + " " + l.name
	case kindIf:
		return "if " + strings.Join(l.dir.Texts(), " ")
	case kindLimitExcept:
		return "limit_except " + strings.Join(l.methods, " ")
	}
	return ""
}

// around gives the scopes around l, outermost first.
func (l *level) around() []*conf.Scope {
	var out []*conf.Scope
	for at := l.parent; at != nil; at = at.parent {
		if at.scope != nil {
			out = append([]*conf.Scope{at.scope}, out...)
		}
	}
	return out
}

// overrides reports that the directive called name that is in force stands in place of another one further out.
func (l *level) overrides(name string) bool {
	n := 0
	for at := l; at != nil; at = at.parent {
		if len(at.own[name]) > 0 {
			n++
		}
	}
	return n > 1
}
