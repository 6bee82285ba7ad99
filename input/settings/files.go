package settings

import (
	"path"
	"strings"

	"github.com/why401/why401/input/form"
)

// undotted are file names that have no dot, in lower case.
var undotted = wordSet("npmrc netrc _netrc kubeconfig caddyfile gitconfig config credentials")

// formOfFile gives the form whose file names fit name best: a name without * before a pattern.
func formOfFile(name string) (form.Form, bool) {
	name = strings.ToLower(strings.ReplaceAll(name, `\`, "/"))
	base := path.Base(name)
	if !strings.Contains(base, ".") && !undotted[base] {
		return form.Form{}, false
	}
	var best form.Form
	top := 0
	for _, f := range Forms {
		for _, p := range f.Files {
			target := base
			if strings.Contains(p, "/") {
				target = tail(name, strings.Count(p, "/"))
			}
			if ok, _ := path.Match(strings.ToLower(p), target); !ok {
				continue
			}
			if rank := 1000*(1-min(1, strings.Count(p, "*"))) + len(p); rank > top {
				best, top = f, rank
			}
		}
	}
	return best, top > 0
}

// tail is the last n+1 elements of a path.
func tail(name string, n int) string {
	parts := strings.Split(name, "/")
	return strings.Join(parts[max(0, len(parts)-n-1):], "/")
}
