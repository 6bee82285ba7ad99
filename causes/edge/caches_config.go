package edge

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/access"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

var ofClient = lazyregexp.New(`(?i)authorization|cookie|session|token|remote_user|no_?cache|nocache|skip|bypass`)

// splits reports a cache that keeps apart what belongs to one client, or leaves it out.
func splits(c *conf.Cache) bool {
	return ofClient.MatchString(c.Key) || slices.ContainsFunc(c.Bypass, ofClient.MatchString)
}

// keptRefusals are caches that keep a 401 or 403 and give it to those who would be let in.
func keptRefusals(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Cache == nil || splits(s.Cache) {
			continue
		}
		for _, status := range []string{"any", "401", "403"} {
			if d, ok := s.Cache.Statuses[status]; ok && d != "0" && d != "0s" {
				out = append(out, cause.Sighting{Place: s.Cache.Place, Scope: s, Grade: cause.Strong,
					Says:     fmt.Sprintf("This cache keeps refusals (%s, for %s) without regard to who asked: one visitor's 401 is given to the next, whose login is right.", statusName(status), d),
					Raise:    []cause.Raise{{Command: "curl -s -o /dev/null -w '%{http_code}\\n' URL; curl -s -o /dev/null -w '%{http_code}\\n' -H 'Authorization: ...' URL", Where: "anywhere", Would: "print 401 twice"}},
					Remedies: []cause.Remedy{bypass(c, s)}})
				break
			}
		}
	}
	return out
}

func wayOf(s *conf.Scope) conf.Way {
	if s.Pass == nil {
		return ""
	}
	return s.Pass.Way
}

func statusName(s string) string {
	if s == "any" {
		return "any status"
	}
	return s
}

func bypass(c *conf.Config, s *conf.Scope) cause.Remedy {
	var edits []conf.Edit
	if word, ok := map[conf.Way]string{conf.HTTPProxy: "proxy", conf.FastCGI: "fastcgi", conf.UWSGI: "uwsgi", conf.SCGI: "scgi"}[wayOf(s)]; ok && access.Is(c, "nginx") {
		edits = access.Above(s.Cache.Place, word+"_cache_bypass $http_authorization $http_cookie;", word+"_no_cache $http_authorization $http_cookie;")
	}
	if access.Is(c, "varnish") && slices.Contains(s.Cache.Ignores, "request Authorization") && s.Pass != nil {
		// A sub that is defined several times runs in the order of the definitions (vcl(7)), so this one comes first.
		edits = access.Above(s.Pass.Place, "sub vcl_recv {", "\tif (req.http.Authorization) {", "\t\treturn (pass);", "\t}", "}", "")
	}
	steps := []string{"let the cache pass by every request with Authorization or a session cookie"}
	if access.Is(c, "nginx") {
		steps = []string{"proxy_cache_bypass $http_authorization $cookie_session;", "proxy_no_cache $http_authorization $cookie_session;", "proxy_cache_valid 200 301 302 10m;      in place of any", "sudo nginx -t && sudo nginx -s reload"}
	}
	return cause.Remedy{ID: "pass-cache", Title: "keep refusals and answers for one person out of the cache", For: "server", Effect: "every login is judged anew", Opens: "nothing",
		Edits: edits, Steps: steps, Verify: "after a 401 the right login is let in at once", Undo: "put the lines back and reload"}
}

// sharedAnswers are caches that keep answers to requests with credentials, and are told not to heed what forbids it.
func sharedAnswers(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		if s.Cache == nil || s.Pass == nil || splits(s.Cache) || s.Pass.Authorization.Now != conf.Kept || access.Takes(s) != nil {
			continue
		}
		i := slices.IndexFunc(s.Cache.Ignores, func(f string) bool {
			return strings.EqualFold(f, "Cache-Control") || strings.EqualFold(f, "Set-Cookie") || strings.EqualFold(f, "Vary") || strings.EqualFold(f, "Authorization")
		})
		if i < 0 || static.MatchString(s.Path) {
			continue
		}
		out = append(out, cause.Sighting{Place: s.Cache.Place, Scope: s, Grade: cause.Likely,
			Says:     fmt.Sprintf("This cache keeps answers to requests with a login, and does not heed %s: what one person was answered is given to the next.", s.Cache.Ignores[i]),
			Raise:    []cause.Raise{{Command: "curl -s -D - -o /dev/null -H 'Authorization: ...' URL | grep -i cache", Where: "anywhere, twice with two logins", Would: "show a hit for the second"}},
			Remedies: []cause.Remedy{bypass(c, s)}})
	}
	return out
}

var static = lazyregexp.New(`(?i)\.(css|js|png|jpe?g|gif|svg|ico|woff2?)|static|assets|images?|media`)

// deadAllows are address rules that an earlier one makes void, and rules that see a proxy's address in place of the
// client's because nobody is trusted to name it.
func deadAllows(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	seen := map[conf.Place]bool{}
	for _, s := range c.Scopes {
		if len(s.Rules) == 0 || seen[s.Rules[0].Place] {
			continue
		}
		seen[s.Rules[0].Place] = true
		if access.Is(c, "nginx") { // the first rule that fits decides
			for i, r := range s.Rules {
				if !r.Allow || r.All && i == 0 {
					continue
				}
				for _, before := range s.Rules[:i] {
					if !before.Allow && (before.All || covers(before.Prefix, r.Prefix) && !r.All) {
						out = append(out, cause.Sighting{Place: r.Place, Scope: s, Grade: cause.Proved,
							Says: fmt.Sprintf("This line never counts: \"deny %s\" in line %d stands above it, and the first rule that fits decides. %s is refused with 403.", before.What, before.Place.Line, r.What),
							Remedies: []cause.Remedy{{ID: "order", Title: "put the allow line above the deny line", For: "server", Effect: r.What + " is let in", Opens: "the place to " + r.What + ", as the line says", Edits: append(access.Above(before.Place, "allow "+r.What+";"), access.Drop(r.Place)...),
								Steps: []string{"move line " + fmt.Sprint(r.Place.Line) + " above line " + fmt.Sprint(before.Place.Line), "sudo nginx -t && sudo nginx -s reload"}, Verify: r.What + " is let in; other addresses are refused", Undo: "put the lines back and reload"}}})
						break
					}
				}
			}
			header := access.Lines(s, "real_ip_header")
			if len(header) > 0 && len(access.Lines(s, "set_real_ip_from")) == 0 && slices.ContainsFunc(s.Rules, func(r conf.Rule) bool { return r.Allow && !r.All }) {
				out = append(out, cause.Sighting{Place: header[0].Place, Scope: s, Grade: cause.Strong,
					Says:  fmt.Sprintf("The client's address is to be read from %s, and no set_real_ip_from says whom to believe: the rules from line %d on see the proxy's address, and refuse or let in everybody alike.", access.Arg(header[0], 0), s.Rules[0].Place.Line),
					Raise: []cause.Raise{{Command: "sudo tail -1 /var/log/nginx/access.log", Where: "on this server", Would: "show the proxy's address for every client"}},
					Remedies: []cause.Remedy{{ID: "trust-proxy", Title: "name the proxy whose word counts", For: "server", Effect: "the rules see the clients' addresses", Opens: "nothing, as long as only that proxy is named",
						Steps: []string{"set_real_ip_from ADDRESS-OF-THE-PROXY;", "sudo nginx -t && sudo nginx -s reload"}, Verify: "an allowed client is let in; another is refused", Undo: "take the line out and reload"}}})
			}
		}
	}
	return out
}

func covers(outer, inner netip.Prefix) bool {
	return outer.IsValid() && inner.IsValid() && outer.Bits() <= inner.Bits() && outer.Contains(inner.Addr())
}

// limitedAs401 are request limits that answer as if a login were missing.
func limitedAs401(c *conf.Config) []cause.Sighting {
	var out []cause.Sighting
	for _, s := range c.Scopes {
		for _, l := range access.Lines(s, "limit_req_status", "limit_conn_status") {
			if v := access.Arg(l, 0); v == "401" || v == "403" || v == "407" {
				out = append(out, cause.Sighting{Place: l.Place, Scope: s, Grade: cause.Strong,
					Says:  fmt.Sprintf("Whoever asks too often is answered %s here, as if the login were wrong: programs throw a good login away in place of waiting.", v),
					Raise: []cause.Raise{{Command: "sudo grep -c 'limiting requests' /var/log/nginx/error.log", Where: "on the server", Would: "print more than 0"}},
					Remedies: []cause.Remedy{{ID: "say-429", Title: "answer 429, which means too often", For: "server", Effect: "clients wait and try again", Opens: "nothing", Edits: access.Become(l.Place, l.Name+" 429;"),
						Steps: []string{l.Name + " 429;", "sudo nginx -t && sudo nginx -s reload"}, Verify: "a burst is answered 429; a wrong login 401", Undo: "put the old status back and reload"}}})
			}
		}
	}
	return out
}
