package input

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/curl"
)

// Ambient looks at what programs on this machine may use without being told: a .netrc entry for u's host, the proxy
// variables that apply to u, a Kerberos ticket cache. It is evidence only; nothing of it enters a request. env is
// os.Getenv or a stand-in, home the home folder or "". Names and addresses are told, passwords never.
func Ambient(env func(string) string, home string, u exchange.URL) []fact.Fact {
	name := env("NETRC")
	if name == "" && home != "" {
		name = filepath.Join(home, ".netrc")
	}
	var content []byte
	if st, err := os.Stat(name); name != "" && err == nil && st.Mode().IsRegular() && st.Size() <= maxText {
		content, _ = os.ReadFile(name) // a file that may not be read is of no use to other programs either
	}
	return AmbientIn(env, string(content), u)
}

// AmbientIn is Ambient with the content of the .netrc file in hand, "" when there is none.
func AmbientIn(env func(string) string, netrc string, u exchange.URL) []fact.Fact {
	out := netrcFacts(env, netrc, u)
	out = append(out, proxyFacts(env, u)...)
	return append(out, kerberosFacts(env)...)
}

func netrcFacts(env func(string) string, netrc string, u exchange.URL) []fact.Fact {
	e, ok := curl.Netrc([]byte(netrc), u.Host, "")
	if !ok {
		return nil
	}
	shown := env("NETRC")
	if shown == "" {
		shown = "~/.netrc"
	}
	with := "and a password"
	if e.Password.Empty() {
		with = "and no password"
	}
	machine := "machine " + e.Machine
	if e.Machine == "default" {
		machine = "the default entry"
	}
	return []fact.Fact{fact.In(shown, e.Line,
		"%s applies to %s: login %s %s (Python requests, git and curl -n use it; requests even over an Authorization header of your own)",
		machine, u.Host, e.User, with)}
}

// proxyFacts tells of the variables that programs obey for u. Lower case wins where both are set; HTTP_PROXY in
// capitals is obeyed by most programs, but not by curl.
func proxyFacts(env func(string) string, u exchange.URL) []fact.Fact {
	noName, no := first(env, "no_proxy", "NO_PROXY")
	name, value := first(env, u.Scheme+"_proxy", strings.ToUpper(u.Scheme)+"_PROXY", "all_proxy", "ALL_PROXY")
	if value == "" {
		return nil
	}
	p, err := curl.ParseProxy(value, "", name)
	if err != nil {
		return []fact.Fact{fact.Given("environment", "%s is set, but not to the address of a proxy", name)}
	}
	text := fmt.Sprintf("%s sends requests for %s through the proxy %s://%s", name, u.Origin(), p.URL.Scheme, p.URL.Address())
	if !p.Login.Empty() {
		text += fmt.Sprintf(", as user %s", p.Login.User)
	}
	if name == "HTTP_PROXY" {
		text += "; curl does not obey this spelling"
	}
	if curl.NoProxy(no, u.Host) {
		text = fmt.Sprintf("%s names a proxy, but %s excludes %s", name, noName, u.Host)
	}
	return []fact.Fact{fact.Given("environment", "%s", text)}
}

func first(env func(string) string, names ...string) (name, value string) {
	for _, n := range names {
		if v := env(n); v != "" {
			return n, v
		}
	}
	return "", ""
}

// kerberosFacts tells whether there is a ticket cache; its content is not read.
func kerberosFacts(env func(string) string) []fact.Fact {
	name := env("KRB5CCNAME")
	if name == "" {
		name = fmt.Sprintf("/tmp/krb5cc_%d", os.Getuid())
		if _, err := os.Stat(name); err != nil {
			return nil
		}
		return []fact.Fact{fact.Given("environment", "there is a Kerberos ticket cache, %s", name)}
	}
	kind, path, ok := strings.Cut(name, ":")
	if !ok {
		kind, path = "FILE", name
	}
	if kind != "FILE" && kind != "DIR" {
		return []fact.Fact{fact.Given("environment", "KRB5CCNAME names a Kerberos ticket cache of the kind %s", kind)}
	}
	if _, err := os.Stat(path); err != nil {
		return []fact.Fact{fact.Given("environment", "KRB5CCNAME names the Kerberos ticket cache %s, which does not exist", name)}
	}
	return []fact.Fact{fact.Given("environment", "KRB5CCNAME names a Kerberos ticket cache that exists, %s", name)}
}
