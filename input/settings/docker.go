package settings

import (
	"encoding/base64"
	"strings"

	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var dockerForm = form.Form{
	Kind: "docker-config", Also: []string{".dockercfg", "dockerconfigjson"}, What: "Docker's config.json",
	Files: []string{".docker/config.json", ".dockercfg", ".dockerconfigjson", "auth.json"},
	Is: func(text string) int {
		t := strings.TrimSpace(text[:min(len(text), peek)])
		switch {
		case !strings.HasPrefix(t, "{") && !strings.HasPrefix(t, `"`):
			return 0
		case dockerKeys.MatchString(t):
			return 97
		case strings.HasPrefix(t, "{") && dockerOld.MatchString(t):
			return 85
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "docker", "Docker's config.json", (*reader).docker)
	},
}

var (
	dockerKeys = lazyregexp.New(`"(credsStore|credHelpers|HttpHeaders)"\s*:|"auths"\s*:\s*\{`)
	dockerOld  = lazyregexp.New(`"[^"]+"\s*:\s*\{\s*"auth"\s*:\s*"`)
)

func (r *reader) docker(text string) {
	if strings.HasPrefix(strings.TrimSpace(text), `"`) {
		text = "{" + text + "}"
	}
	entries, err := yamlEntries(text, r.say)
	if err != nil {
		r.say(1, "%v", err)
	}
	known := map[string]bool{}
	for _, e := range entries {
		if len(e.path) == 0 {
			continue
		}
		last := e.path[len(e.path)-1]
		context := make([]string, 0, len(e.path))
		for _, p := range e.path[:len(e.path)-1] {
			context = append(context, shown(p))
		}
		switch last {
		case "auth":
			r.dockerAuth(e, context)
		case "identitytoken", "registrytoken", "password", "refreshToken":
			r.add(e.line, context, last, secret.New(e.value))
			r.flaws(e.line, last, secret.New(e.value))
		default:
			if e.path[0] == "HttpHeaders" {
				f := exchange.RequestField(last, e.value)
				r.add(e.line, context, last, f.Value)
				continue
			}
			r.pair(e.line, context, last, e.value)
		}
		if e.path[0] == "auths" && len(e.path) > 1 && !known[e.path[1]] {
			known[e.path[1]] = true
			r.dockerKey(e)
		}
	}
}

// dockerAuth reads the value of auth: the base64 of user:password.
func (r *reader) dockerAuth(e yamlEntry, context []string) {
	v := secret.New(e.value)
	r.add(e.line, context, "auth", v)
	if e.value == "" {
		r.say(e.line, "auth is empty")
		return
	}
	r.token(e.line, "auth", v)
	p, err := basic.Decode(v)
	if err != nil {
		r.say(e.line, "auth is not the base64 of user:password")
		return
	}
	for _, f := range p.Flaws {
		r.say(e.line, "auth: %s", f)
	}
	if _, err := base64.StdEncoding.DecodeString(e.value); err != nil {
		r.say(e.line, "auth: Docker decodes standard base64 with padding only")
	}
	r.add(e.line, context, "user", p.User)
}

// dockerKey says how the name of a registry departs from what docker looks up.
func (r *reader) dockerKey(e yamlEntry) {
	host := e.path[1]
	switch {
	case host == "docker.io", host == "hub.docker.com", host == "registry-1.docker.io", host == "https://docker.io", host == "index.docker.io":
		r.say(e.line, "docker looks up Docker Hub as https://index.docker.io/v1/, not as %s", host)
	case strings.HasPrefix(host, "http"):
		if host != "https://index.docker.io/v1/" {
			r.say(e.line, "the registry %s is written with a scheme", closeValue(host))
		}
	}
	if len(e.path) == 2 && e.value == "{}" {
		r.say(e.line, "the entry of %s is empty: the credential is kept by a helper, or nowhere", closeValue(host))
	}
}
