package apache

import (
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// methods are the methods that <Limit> or <LimitExcept> leaves; the zero value is all. GET is HEAD too.
type methods struct {
	except bool
	names  []string // nil for all
}

func (m methods) has(method string) bool {
	if m.names == nil {
		return true
	}
	if method == "HEAD" {
		method = "GET"
	}
	return slices.Contains(m.names, method) != m.except
}

// or gives what either has. It holds for the methods that occur in one of the two.
func (m methods) or(o methods) methods {
	switch {
	case m.names == nil || o.names == nil:
		return methods{}
	case !m.except && !o.except:
		return methods{names: append(slices.Clone(m.names), o.names...)}
	}
	// At least one is "all but": what is left out of both is left out.
	var out []string
	a, b := m, o
	if !a.except {
		a, b = b, a
	}
	for _, n := range a.names {
		if !b.has(n) {
			out = append(out, n)
		}
	}
	if out == nil {
		return methods{}
	}
	return methods{except: true, names: out}
}

func (m methods) list() []string {
	if m.except {
		return []string{"all but " + strings.Join(m.names, ", ")}
	}
	return m.names
}

// authz is what mod_authz_core keeps: a tree of Require lines, and how it is joined to the outer one.
type authz struct {
	tree      *requires
	merging   string // "off", "and", "or"; "" when not set, which is off
	mergingAt conf.Place
	forbidden *setting // AuthzSendForbiddenOnFailure
}

// requires is a Require line, or a group of them.
type requires struct {
	place    conf.Place
	all      bool // RequireAll; else RequireAny
	negate   bool // Require not, RequireNone
	limited  methods
	kids     []*requires
	provider string // "" for a group
	args     string
	words    []string
	nets     []netip.Prefix
	cond     *expr
	bad      string // why it cannot be judged from here
	implied  bool   // the group that httpd makes around lines that stand by themselves
}

func (q *requires) String() string {
	not := ""
	if q.negate {
		not = "not "
	}
	return strings.TrimSpace("Require " + not + q.provider + " " + q.args)
}

// group is what httpd puts around Require lines that stand by themselves: any of them is enough.
func group() *requires {
	// limited starts empty; every line that is added brings its own methods.
	return &requires{implied: true, limited: methods{names: []string{}}}
}

func (q *requires) append(r *requires) {
	q.limited = q.limited.or(r.limited)
	q.kids = append(q.kids, r)
	if !q.place.Known() {
		q.place = r.place
	}
}

// mergeAuthz is mod_authz_core's merging of an outer and an inner section.
func mergeAuthz(base, add *authz) *authz {
	if add == nil || base == nil {
		if add != nil {
			return add
		}
		return base
	}
	var out authz
	switch {
	case add.merging == "" && add.tree == nil && base.tree != nil:
		out = *base
	case add.merging == "" || add.merging == "off" || base.tree == nil && add.tree == nil:
		out = *add
	case base.tree == nil:
		out = authz{tree: add.tree, merging: add.merging, mergingAt: add.mergingAt}
	case add.tree == nil:
		out = authz{tree: base.tree, merging: add.merging, mergingAt: add.mergingAt}
	default:
		g := group()
		g.all = add.merging == "and"
		g.place = add.mergingAt
		g.append(base.tree)
		g.append(add.tree)
		out = authz{tree: g, merging: add.merging, mergingAt: add.mergingAt}
	}
	if out.forbidden = add.forbidden; out.forbidden == nil {
		out.forbidden = base.forbidden
	}
	return &out
}

// compat is what mod_access_compat keeps. httpd does not merge it: a section that has one of its directives has none of the
// outer section's.
type compat struct {
	orders    []orderOp
	satisfies []satisfyOp
	rules     []hostRule
}

type orderOp struct {
	order   string // "deny,allow", "allow,deny", "mutual-failure"
	limited methods
	place   conf.Place
}

type satisfyOp struct {
	any     bool
	limited methods
	place   conf.Place
}

type hostRule struct {
	allow   bool
	what    string
	all     bool
	env     string // of env=, with ! in front when it must not be set
	net     netip.Prefix
	host    string // a domain that is compared with the client's name
	limited methods
	place   conf.Place
}

func (c *compat) order(method string) (orderOp, bool) {
	for _, o := range slices.Backward(c.orders) {
		if o.limited.has(method) {
			return o, true
		}
	}
	return orderOp{order: "deny,allow"}, false
}

func (c *compat) satisfy(method string) (satisfyOp, bool) {
	if c != nil {
		for _, s := range slices.Backward(c.satisfies) {
			if s.limited.has(method) {
				return s, true
			}
		}
	}
	return satisfyOp{}, false
}
