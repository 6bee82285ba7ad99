package store

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// hub is the name under which the docker client keeps the login of Docker Hub (docker/docker registry.IndexServer).
const hub = "https://index.docker.io/v1/"

// HubHosts are the hosts of Docker Hub.
var hubHosts = []string{"docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com", "hub.docker.com", "auth.docker.io"}

func isHub(h string) bool {
	for _, x := range hubHosts {
		if h == x {
			return true
		}
	}
	return false
}

// docker follows docker/cli, cli/config/configfile (GetAuthConfig, GetCredentialsStore) and cli/config/credentials
// (fileStore.Get, ConvertToHostname): credHelpers by the registry's name, else credsStore for all, else the entry of
// auths under exactly that name, else one whose host, without scheme and path, is that name.
func docker(q *query) {
	name := host(q.u)
	if isHub(bareHost(name)) {
		name = hub
	}
	q.Looked, q.Asked = name, true
	var own, other []Entry
	helper, all := Entry{}, Entry{}
	users := dockerUsers(q.settings)
	for _, s := range q.settings {
		last := ""
		if n := len(s.Context); n > 0 {
			last = s.Context[n-1]
		}
		switch {
		case s.Name == "credsStore" && word(s) != "":
			all = Entry{Key: "credsStore", From: s.From, Kept: "the helper docker-credential-" + word(s) + " keeps it", Here: true}
		case last == "credHelpers" && word(s) != "":
			e := Entry{Key: "credHelpers " + s.Name, From: s.From, Kept: "the helper docker-credential-" + word(s) + " keeps it", Here: true}
			if s.Name == name {
				helper = e
			} else if why := dockerKeyDiffers(s.Name, name); why != "" {
				e.Here = false
				q.miss(e, why)
			}
		case last == "" || s.Name != "auth" && s.Name != "identitytoken" && s.Name != "registrytoken":
		default:
			e := Entry{Key: "auths " + last, From: s.From, User: users[last]}
			switch {
			case value(s).Empty():
				e.Kept = "auth is empty"
			case s.Name == "auth":
				e.Value = secret.Join(secret.Public("Basic "), value(s))
			case s.Name == "registrytoken":
				e.Value = secret.Join(secret.Public("Bearer "), value(s))
			default:
				e.Kept = "it is an identity token, which is exchanged for tokens at the token server"
			}
			switch {
			case last == name:
				e.Here = true
				own = append([]Entry{e}, own...)
			case name != hub && hostOf(last) == name:
				e.Here = true
				other = append(other, e)
			default:
				if why := dockerKeyDiffers(last, name); why != "" {
					q.miss(e, why)
				}
			}
		}
	}
	found := append(own, other...)
	switch {
	case helper.Key != "":
		q.Sent = &helper
		q.take(found, "credHelpers names a helper for this registry, which is asked in place of auths")
		if all.Key != "" {
			q.lose(all, "credHelpers comes before credsStore")
		}
	case all.Key != "":
		q.Sent = &all
		q.take(found, "credsStore names a helper for all registries, which is asked in place of auths")
	default:
		q.take(found, "the entry with the registry's exact name comes first")
	}
}

// dockerUsers are the user names of the entries, which settings hold beside auth.
func dockerUsers(settings []exchange.Setting) map[string]secret.Text {
	out := map[string]secret.Text{}
	for _, s := range settings {
		if n := len(s.Context); n > 0 && (s.Name == "user" || s.Name == "username") {
			out[s.Context[n-1]] = value(s)
		}
	}
	return out
}

// dockerKeyDiffers says why docker does not find what is stored under key when it looks up name.
func dockerKeyDiffers(key, name string) string {
	h := hostOf(key)
	switch {
	case name == hub && isHub(bareHost(h)):
		return "docker looks Docker Hub up as " + hub
	case name == hub || isHub(bareHost(h)):
		return ""
	case h != name && strings.EqualFold(h, name):
		return "it is written with capitals"
	case h == name:
		return "docker looks up " + name + " and compares whole names" // of a helper: no scheme, no path
	}
	return differs(h, name)
}
