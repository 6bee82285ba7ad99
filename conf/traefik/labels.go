package traefik

import (
	"strconv"
	"strings"

	"github.com/why401/why401/conf/internal/tree"
	"github.com/why401/why401/internal/lazyregexp"
)

// compose reads the labels of one service of a compose file. Their keys are the dynamic file's, with dots.
func (r *reader) compose(service *tree.Node) {
	root := &tree.Node{Place: service.Place, Kind: tree.Mapping}
	found := false
	for _, labels := range []*tree.Node{service.Get("labels"), service.Get("deploy", "labels")} {
		for _, l := range labels.Each() {
			key, value := l.Key, l.String()
			if labels.Kind == tree.List {
				key, value, _ = strings.Cut(value, "=")
			}
			rest, ok := cutPrefixFold(key, "traefik.")
			if !ok {
				continue
			}
			if strings.EqualFold(rest, "enable") && !strings.EqualFold(value, "true") {
				return
			}
			found = true
			root.Put(l.Place, keysOf(rest), interpolate(value))
		}
	}
	if !found {
		return
	}
	for _, n := range root.Get("http", "routers").Each() {
		r.labelled[strings.ToLower(n.Key)] = service.Key
	}
	if routers := root.Get("http", "routers").Each(); len(routers) > 0 {
		// A container's single service is that of its routers that name none.
		if services := root.Get("http", "services").Each(); len(services) == 1 {
			for _, n := range routers {
				if n.Get("service") == nil {
					n.Put(n.Place, []string{"service"}, services[0].Key)
				}
			}
		}
	}
	r.dynamic(root, "docker")
}

func cutPrefixFold(s, prefix string) (string, bool) {
	if len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix) {
		return s[len(prefix):], true
	}
	return s, false
}

// keysOf cuts a label's key at the dots; "servers[0]" gives "servers" and "0".
func keysOf(s string) []string {
	var out []string
	for _, k := range strings.Split(s, ".") {
		name, index, ok := strings.Cut(k, "[")
		out = append(out, name)
		if n, err := strconv.Atoi(strings.TrimSuffix(index, "]")); ok && err == nil {
			out = append(out, strconv.Itoa(n))
		}
	}
	return out
}

var variable = lazyregexp.New(`\$\$|\$\{[^}]*\}|\$[A-Za-z_][A-Za-z0-9_]*`)

// interpolate does what docker compose does to a value before Traefik sees it: $$ is a dollar sign, $name and ${name} are
// replaced. What a variable holds is not in the file, and a hash whose dollars were not doubled holds such names by
// accident: both leave a mark that no hash and no name has, and that is taken for a part not known.
func interpolate(s string) string {
	return variable.ReplaceAllStringFunc(s, func(m string) string {
		if m == "$$" {
			return "$"
		}
		return unknownPart
	})
}

// unknownPart stands for the value of a variable.
const unknownPart = "\x00"

func hasUnknown(s string) bool { return strings.Contains(s, unknownPart) }

// written gives the text as it may be shown again.
func written(s string) string { return strings.ReplaceAll(s, unknownPart, "${...}") }
