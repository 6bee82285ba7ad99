package platform

import (
	"net/netip"
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// DockerRegistryRealmMisconfigured: the challenge of a registry names a token server that the client cannot use.
var DockerRegistryRealmMisconfigured = &cause.Cause{
	ID:        "docker-registry-realm-misconfigured",
	Title:     "the registry names a token server that cannot be used",
	Family:    family,
	RefusedBy: exchange.Application,
	FaultAt:   exchange.Application,
	Partial:   true,
	Hides: []string{"wrong-password", "docker-not-logged-in", "no-credentials-sent", "benign-challenge", "forwarded-proto-missing", "proxy-host-header-mismatch",
		"dns-or-hosts-points-elsewhere", "authorization-scheme-missing", "preemptive-auth-not-sent"},
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := realmInUse(v); s != nil {
			return s
		}
		c := v.Challenges.Find("Bearer")
		if c == nil || !registryChallenge(v.Answer, c) {
			return nil
		}
		text := c.Value("realm")
		realm, err := url.Parse(text)
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85}
		asked := v.Request.URL
		switch {
		case text == "":
			return nil
		case err != nil || realm.Scheme == "" || realm.Hostname() == "" || strings.HasPrefix(realm.Hostname(), ".") || strings.Contains(realm.Hostname(), ".."):
			s.Grade, s.Weight = cause.Proved, 0.95
			s.Because = []fact.Fact{v.Saw("The challenge's realm is to be the URL of a token server (distribution, token authentication); it has no usable host.")}
		case unfilled(realm.Hostname()):
			s.Grade, s.Weight = cause.Strong, 0.92
			s.Because = []fact.Fact{v.Saw("The host of the realm ends where a domain should follow: a setting was empty when it was made.")}
		case inner(realm.Hostname()) && !v.Unseen(exchange.RequestLine) && asked.Host != "" && !inner(asked.Host):
			s.Because = []fact.Fact{v.Saw("The token server of the challenge has a name or address of an inner network; the registry was asked by a public one.")}
		case inner(realm.Hostname()) && asked.Host == "":
			s.Grade, s.Weight = cause.Likely, 0.65
			s.Because = []fact.Fact{v.Saw("The token server of the challenge has a name or address of an inner network.")}
		case strings.EqualFold(realm.Scheme, "http") && !inner(realm.Hostname()) && (asked.Scheme == "https" || strings.EqualFold(v.Request.Header.Get("X-Forwarded-Proto"), "https")):
			s.Grade, s.Weight = cause.Likely, 0.7
			s.Because = []fact.Fact{v.Saw("The registry was asked by https, and names a token server with http.")}
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: "curl -sI https://REGISTRY/v2/ | grep -i www-authenticate", Where: "on the machine that runs docker", Would: "show the realm; this machine has to be able to open it"}}
		return s
	},
}

// unfilled reports a host whose domain is missing: "api.".
func unfilled(host string) bool {
	name, dot := strings.CutSuffix(host, ".")
	return dot && !strings.Contains(name, ".") || strings.ContainsAny(host, "<>{}$")
}

// inner reports a name or address that is not of the public Internet. A single label is one of a container network.
func inner(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if ip, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
	}
	for _, end := range []string{".local", ".internal", ".svc", ".lan", ".localdomain", ".localhost"} {
		if strings.HasSuffix(host, end) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
