package settings

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var kubeconfigForm = form.Form{
	Kind: "kubeconfig", Also: []string{"kube-config"}, What: "a kubeconfig",
	Files: []string{"kubeconfig", "*.kubeconfig", ".kube/config", "kubeconfig.*"},
	Is: func(text string) int {
		t := text[:min(len(text), peek)]
		parts := len(kubeParts.FindAllString(t, 10))
		switch {
		case kubeKind.MatchString(t) && parts > 0, kubeJSON.MatchString(t) && strings.Contains(t, `"clusters"`):
			return 98
		case parts >= 2:
			return 92
		case kubeUser.MatchString(t):
			return 86
		}
		return 0
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "kubeconfig", "kubeconfig", (*reader).kubeconfig)
	},
}

var (
	kubeKind  = lazyregexp.New(`(?m)^\s*"?kind"?:\s*"?Config"?\s*,?$`)
	kubeJSON  = lazyregexp.New(`"kind"\s*:\s*"Config"`)
	kubeParts = lazyregexp.New(`(?m)^\s*"?(clusters|contexts|users|current-context)"?:`)
	kubeUser  = lazyregexp.New(`(?m)^\s*(client-certificate-data|client-key-data|auth-provider|tokenFile|client-certificate):|client\.authentication\.k8s\.io`)
)

func (r *reader) kubeconfig(text string) {
	entries, err := yamlEntries(text, r.say)
	if err != nil {
		r.say(1, "%v", err)
	}
	names := map[string]string{} // "users[0]" -> the user's name
	envs := map[string]string{}
	for _, e := range entries {
		if n := len(e.path); n == 3 && e.path[2] == "name" {
			names[joinPath(e.path[:2])] = e.value
		} else if n > 3 && e.path[n-1] == "name" {
			envs[joinPath(e.path[:n-1])] = e.value // of an exec plugin
		}
	}
	current, known := "", map[string]bool{}
	for _, e := range entries {
		if len(e.path) == 0 {
			continue
		}
		last := e.path[len(e.path)-1]
		context, name := r.kubePlace(e, names)
		switch last {
		case "client-certificate-data", "certificate-authority-data":
			r.add(e.line, context, name, secret.Hide(e.value))
			r.certificate(e.line, last, e.value)
			continue
		case "token", "password", "client-key-data", "id-token", "refresh-token", "access-token", "client-secret":
			r.add(e.line, context, name, secret.New(e.value))
			r.flaws(e.line, last, secret.New(e.value))
			continue
		case "current-context":
			current = e.value
		case "name":
			if e.path[0] == "contexts" {
				known[e.value] = true
			}
		}
		key := last
		if env := envs[joinPath(e.path[:len(e.path)-1])]; last == "value" && env != "" {
			key = env
		}
		r.add(e.line, context, name, closePair(key, e.value))
	}
	if current != "" && len(known) > 0 && !known[current] {
		r.say(1, "current-context names a context that is not in this text")
	}
}

// kubePlace gives "users NAME" as context and the keys below as name.
func (r *reader) kubePlace(e yamlEntry, names map[string]string) (context []string, name string) {
	if len(e.path) < 3 || !strings.HasPrefix(e.path[1], "[") {
		return nil, e.name()
	}
	context = []string{e.path[0]}
	if n := names[joinPath(e.path[:2])]; n != "" {
		context[0] += " " + shown(n)
	}
	return context, joinPath(e.path[2:])
}

// certificate says whose a certificate is and when it ends: neither is secret.
func (r *reader) certificate(n int, name, value string) {
	if up := strings.ToUpper(value); strings.Contains(up, "REDACTED") || strings.Contains(up, "OMITTED") || strings.Contains(value, "...") {
		r.say(n, "%s was blackened in the paste", name)
		return
	}
	raw, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(value), ""))
	if err != nil {
		r.say(n, "%s is not base64", name)
		return
	}
	block, _ := pem.Decode(raw)
	if block == nil {
		r.say(n, "%s holds no PEM block", name)
		return
	}
	c, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		r.say(n, "%s holds no certificate that can be read", name)
		return
	}
	r.say(n, "%s: valid from %s to %s", name, c.NotBefore.UTC().Format(time.RFC3339), c.NotAfter.UTC().Format(time.RFC3339))
	r.say(n, "%s: subject %s", name, shown(c.Subject.String()))
	r.say(n, "%s: issuer %s", name, shown(c.Issuer.String()))
}
