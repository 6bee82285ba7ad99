package nginx

import (
	"cmp"
	"slices"
	"strings"
)

// node is a node of nginx's tree of locations without a pattern (ngx_http_location_tree_node_t). The tree is built as nginx
// builds it, because what it finds for "/a" when there is only "/a/" depends on which nodes it meets on the way.
type node struct {
	name             string
	exact, inclusive *level
	redirect         bool // to the name with a slash
	left, right, sub *node
}

// entry is a location of a level before the tree is built; with an exact and a prefix location of one name it stands for both.
type entry struct {
	name             string
	exact, inclusive *level
	list             []*entry // longer names below an inclusive one
}

func (l *level) entries() []*entry {
	by := map[string]*entry{}
	var all []*entry
	add := func(c *level, exact bool) {
		e := by[c.name]
		if e == nil {
			e = &entry{name: c.name}
			by[c.name] = e
			all = append(all, e)
		}
		switch { // a second one of the same kind is an error for nginx; the first stays
		case exact && e.exact == nil:
			e.exact = c
		case !exact && e.inclusive == nil:
			e.inclusive = c
		}
	}
	for _, c := range l.exact {
		add(c, true)
	}
	for _, c := range l.prefixes {
		add(c, false)
	}
	slices.SortStableFunc(all, func(a, b *entry) int { return cmp.Compare(a.name, b.name) })
	return nest(all)
}

// nest puts the names that begin with an inclusive name below it.
func nest(all []*entry) []*entry {
	var out []*entry
	for len(all) > 0 {
		e := all[0]
		all = all[1:]
		out = append(out, e)
		if e.inclusive == nil {
			continue
		}
		n := 0
		for n < len(all) && strings.HasPrefix(all[n].name, e.name) {
			n++
		}
		e.list, all = nest(all[:n]), all[n:]
	}
	return out
}

func buildTree(all []*entry, prefix int) *node {
	if len(all) == 0 {
		return nil
	}
	mid := len(all) / 2
	e := all[mid]
	n := &node{name: e.name[prefix:], exact: e.exact, inclusive: e.inclusive}
	n.redirect = e.exact != nil && e.exact.redirects() || e.inclusive != nil && e.inclusive.redirects()
	n.left = buildTree(all[:mid], prefix)
	n.right = buildTree(all[mid+1:], prefix)
	n.sub = buildTree(e.list, len(e.name))
	return n
}

// redirects reports a location whose name ends in a slash and that passes on: for the name without the slash nginx answers
// 301 (auto_redirect).
func (l *level) redirects() bool {
	if !strings.HasSuffix(l.name, "/") {
		return false
	}
	for name := range ways {
		if len(l.own[name]) > 0 {
			return true
		}
	}
	return len(l.own["memcached_pass"]) > 0
}

// found is how a search for a location ended, in nginx's words: NGX_OK, NGX_DONE, NGX_AGAIN, NGX_DECLINED.
type found int

const (
	foundNone   found = iota
	foundPrefix       // NGX_AGAIN
	foundFirm         // NGX_OK: exact, or a pattern
	foundSlash        // NGX_DONE: redirect to the name with a slash
)

// static searches the locations without a pattern (ngx_http_core_find_static_location).
func (n *node) static(uri string) (*level, found) {
	var at *level
	how := foundNone
	for n != nil {
		k := min(len(uri), len(n.name))
		if c := cmp.Compare(uri[:k], n.name[:k]); c < 0 {
			n = n.left
			continue
		} else if c > 0 {
			n = n.right
			continue
		}
		switch {
		case len(uri) > len(n.name):
			if n.inclusive != nil {
				at, how = n.inclusive, foundPrefix
				uri, n = uri[k:], n.sub
			} else {
				n = n.right
			}
			continue
		case len(uri) == len(n.name):
			if n.exact != nil {
				return n.exact, foundFirm
			}
			return n.inclusive, foundPrefix
		case len(uri)+1 == len(n.name) && n.redirect:
			at, how = n.exact, foundSlash
			if at == nil {
				at = n.inclusive
			}
		}
		n = n.left
	}
	return at, how
}

// find chooses the location for r.uri below r.at, which it changes (ngx_http_core_find_location).
func (r *run) find() (found, bool) {
	outer := r.at
	at, how := outer.nodes.static(r.uri)
	if at != nil {
		r.at = at
	}
	noRegex := false
	if how == foundPrefix {
		noRegex = at.mod == "^~"
		var ok bool
		if how, ok = r.find(); !ok {
			return how, false
		}
	}
	if how == foundFirm || how == foundSlash || noRegex {
		return how, true
	}
	for _, c := range outer.regexes {
		switch ok, err := r.matches(c.pattern, r.uri); {
		case err != nil:
			return how, false
		case ok:
			r.at = c
			_, fine := r.find()
			return foundFirm, fine
		}
	}
	return how, true
}
