package days

import (
	"fmt"
	"strings"
	"time"
)

// Story is a scripted day.
type Story struct {
	Name    string
	Servers []string // whose lines it can be told in; a seed picks one
	Play    func(d *Day) Truth
}

// Truth is what happened.
type Truth struct {
	Causes   []string          // any of them is right: logs cannot always tell twins apart; "" is unknown
	From     time.Time         // of the first line that would not be there on a healthy day
	Every    time.Duration     // of what comes again and again
	Group    map[string]string // trait and value that tell who is hit: "user": "alice"
	Everyone bool              // no single user, client or program is hit
}

// Told is a story told with a seed.
type Told struct {
	Story
	Truth
	Server        string
	Access, Error string
	Start         time.Time
}

// Tell plays the story.
func (s Story) Tell(seed uint64) Told {
	d := newDay(seed, "")
	d.Server = s.Servers[d.r.IntN(len(s.Servers))]
	t := Told{Story: s, Server: d.Server, Start: d.Start}
	t.Truth = s.Play(d)
	if !d.first.IsZero() {
		t.From = d.first
	}
	t.Access, t.Error = d.Logs()
	return t
}

var (
	all        = []string{"nginx", "nginx-detailed", "apache", "caddy", "haproxy"}
	withBasic  = []string{"nginx", "nginx-detailed", "apache", "caddy"}
	withErrors = []string{"nginx", "nginx-detailed", "apache"}
	onlyNginx  = []string{"nginx", "nginx-detailed"}
	detailed   = []string{"nginx-detailed"}
	named      = []string{"nginx", "nginx-detailed", "apache"}
	withPools  = []string{"nginx-detailed"}
	withAgents = []string{"nginx", "nginx-detailed", "apache", "caddy"}
)

// pick is one of the actors who come often enough to be missed.
func (d *Day) pick() actor { return d.actors[d.r.IntN(len(d.actors))] }

func isRead(a *Asked) bool  { return a.Event == "ok" && a.Target != "/login" && !isFile(a) }
func isWrite(a *Asked) bool { return a.Event == "post-ok" }
func isFile(a *Asked) bool  { return strings.HasPrefix(a.Target, "/static/") }
func isUse(a *Asked) bool   { return isRead(a) || isWrite(a) || a.Event == "user-ok" }

// Stories are the days on which something is wrong.
var Stories = append(stories, wordpressStories...)

var stories = []Story{
	{"one account is locked", named, func(d *Day) Truth {
		who := d.pick()
		return d.hit(guarded, false, []string{"account-locked-or-disabled"}, map[string]string{"user": who.user}, func(a *Asked) {
			if a.Event == "user-ok" && a.actor.user == who.user {
				a.Event = "user-app-401"
			}
		})
	}},
	{"a password was changed and one client has the old one", named, func(d *Day) Truth {
		from := d.some()
		d.traffic(guarded)
		d.background()
		job := actor{client: "203.0.113.99", user: "backup", agent: "python-requests/2.32.3", program: true}
		for at := d.Start; at.Before(d.time(24, 0, 0)); at = at.Add(5 * time.Minute) {
			event := "user-ok"
			if !at.Before(from) {
				event = "wrong-password"
			}
			d.ask(Asked{Request: Request{At: at.Add(2 * time.Second), Target: d.routes[0] + "/export"}, Event: event, actor: job})
		}
		return Truth{Causes: []string{"stale-cached-credentials", "wrong-password"}, From: from, Group: map[string]string{"user": "backup", "client": "203.0.113.99"}}
	}},
	{"the application refuses everyone whom the web server let in", named, func(d *Day) Truth {
		return d.hit(guarded, true, []string{"basic-layer-credentials-reach-app"}, nil, func(a *Asked) {
			if a.Event == "user-ok" {
				a.Event = "user-app-401"
			}
		})
	}},
	{"everyone is refused since the deploy", all, func(d *Day) Truth {
		return d.hit(page, true, []string{""}, nil, func(a *Asked) {
			if isRead(a) || isWrite(a) {
				a.Event, a.Size = "app-401", 0
			}
		})
	}},
	{"one address guesses one password", withBasic, func(d *Day) Truth {
		d.traffic(guarded)
		d.background()
		from := d.some()
		d.guess(from, 300, func(i int) (string, string) { return "185.220.101.7", "admin" })
		return Truth{Causes: []string{"credential-guessing"}, From: from, Group: map[string]string{"client": "185.220.101.7"}}
	}},
	{"one address tries many names", withBasic, func(d *Day) Truth {
		d.traffic(guarded)
		d.background()
		from := d.some()
		d.guess(from, 250, func(i int) (string, string) { return "185.220.101.9", fmt.Sprintf("%s%d", names[i%len(names)], i) })
		return Truth{Causes: []string{"credential-guessing"}, From: from, Group: map[string]string{"client": "185.220.101.9"}}
	}},
	{"many addresses try one password on many names", named, func(d *Day) Truth {
		d.traffic(guarded)
		d.background()
		from := d.some()
		d.guess(from, 400, func(i int) (string, string) {
			return fmt.Sprintf("%d.%d.%d.%d", 31+i%150, i*7%250, i*13%250, 1+i%200), fmt.Sprintf("%s.%s", names[i%len(names)], names[(i*7)%len(names)])
		})
		return Truth{Causes: []string{"credential-guessing"}, From: from, Everyone: true}
	}},
	{"many addresses try one name", named, func(d *Day) Truth {
		d.traffic(guarded)
		d.background()
		from := d.some()
		d.guess(from, 300, func(i int) (string, string) {
			return fmt.Sprintf("%d.%d.%d.%d", 31+i%150, i*7%250, i*13%250, 1+i%200), "root"
		})
		return Truth{Causes: []string{"credential-guessing"}, From: from, Group: map[string]string{"user": "root"}}
	}},
	{"one address fills in WordPress's login form", all, func(d *Day) Truth {
		d.traffic(page)
		d.background()
		from := d.some()
		for i := range 400 {
			d.ask(Asked{Request: Request{At: from.Add(time.Duration(i) * 2 * time.Second), Target: "/wp-login.php", Client: "185.220.101.11", Agent: browsers[0], Size: 6120}, Event: "post-ok"})
		}
		return Truth{Causes: []string{"credential-guessing"}, From: from, Group: map[string]string{"client": "185.220.101.11"}}
	}},
	{"a token dies every hour", withAgents, func(d *Day) Truth {
		d.traffic(page)
		d.background()
		minute := d.r.IntN(50)
		first := d.time(2, minute, 0)
		client := actor{client: "198.51.100.201", agent: "Acme-Sync/2.4.0", program: true}
		for at := d.Start; at.Before(d.time(24, 0, 0)); at = at.Add(30 * time.Second) {
			event := "ok"
			if m := at.Minute(); !at.Before(first) && m >= minute && m < minute+6 {
				event = "app-401"
			}
			d.ask(Asked{Request: Request{At: at.Add(time.Second), Target: d.routes[0] + "/changes"}, Event: event, actor: client})
		}
		return Truth{Causes: []string{"token-expired"}, From: first, Every: time.Hour, Group: map[string]string{"client": client.client}}
	}},
	{"only writes are refused: CSRF", all, func(d *Day) Truth {
		return d.hit(page, true, []string{"csrf-token-missing-or-mismatch", "csrf-origin-mismatch-behind-proxy"}, map[string]string{"method": "POST"}, func(a *Asked) {
			if isWrite(a) && a.Target != "/login" {
				a.Event = "post-403"
			}
		})
	}},
	{"Laravel says 419 to every form", all, func(d *Day) Truth {
		return d.hit(page, true, []string{"csrf-token-missing-or-mismatch"}, map[string]string{"method": "POST"}, func(a *Asked) {
			if isWrite(a) {
				a.Event, a.Method = "app-419", "POST"
			}
		})
	}},
	{"one of the replicas refuses", withPools, func(d *Day) Truth {
		bad := d.pools[d.r.IntN(len(d.pools))]
		return d.hit(page, true, []string{"session-not-shared-between-backends"}, map[string]string{"upstream": bad}, func(a *Asked) {
			if a.Upstream == bad && isUse(a) {
				a.Event, a.Size = "app-401", 0
			}
		})
	}},
	{"half of all answers are refusals", []string{"nginx", "apache", "caddy"}, func(d *Day) Truth {
		return d.hit(page, true, []string{"session-not-shared-between-backends"}, nil, func(a *Asked) {
			if isUse(a) && d.r.IntN(2) == 0 {
				a.Event, a.Size = "app-401", 0
			}
		})
	}},
	{"a cache keeps a 401", detailed, func(d *Day) Truth {
		hit := d.routes[0]
		return d.hit(page, true, []string{"cdn-cached-401"}, map[string]string{"cache": "HIT"}, func(a *Asked) {
			if isRead(a) && strings.HasPrefix(a.Target, hit) {
				a.Event, a.Size = "cached-401", 0
			}
		})
	}},
	{"the office is limited", all, func(d *Day) Truth {
		d.traffic(page)
		d.background()
		from := d.some()
		for i := range 500 {
			event := "ok"
			if i > 60 {
				event = "app-429"
			}
			d.ask(Asked{Request: Request{At: from.Add(time.Duration(i-60) * 2 * time.Second), Target: d.target(d.routes[i%len(d.routes)]), Client: "198.51.100.77", Agent: browsers[i%4]}, Event: event})
		}
		return Truth{Causes: []string{"rate-limit-lockout"}, From: from, Group: map[string]string{"client": "198.51.100.77"}}
	}},
	{"we banned our own monitor", all, func(d *Day) Truth {
		d.traffic(page)
		d.background()
		from := d.some()
		for m := range 24 * 60 {
			at := d.time(0, m, 20)
			event := "ok"
			if !at.Before(from) {
				if event = "app-403"; at.Before(from.Add(6 * time.Minute)) {
					event = "app-401"
				}
			}
			for _, t := range []string{"/", d.routes[0], d.routes[1]} {
				d.ask(Asked{Request: Request{At: at, Target: t, Client: "198.51.100.250", Agent: "Uptime-Kuma/1.23.13"}, Event: event})
			}
		}
		return Truth{Causes: []string{"rate-limit-lockout"}, From: from, Group: map[string]string{"client": "198.51.100.250"}}
	}},
	{"an old version of the app is refused", withAgents, func(d *Day) Truth {
		for i := range d.actors[:6] {
			d.actors[i].program, d.actors[i].agent = true, []string{programs[0], programs[1]}[i%2]
		}
		return d.hit(page, true, []string{"client-release-regression"}, map[string]string{"user agent": "Acme-iOS/3.2.1"}, func(a *Asked) {
			if a.actor.agent == programs[0] && isUse(a) {
				a.Event = "app-401"
			}
		})
	}},
	{"a new version of the app is refused", withAgents, func(d *Day) Truth {
		from := d.some()
		for i := range d.actors[:6] {
			d.actors[i].program, d.actors[i].agent = true, programs[0]
		}
		fresh := "Acme-iOS/4.0.0 CFNetwork/1568.200.51 Darwin/24.1.0"
		updated := []string{d.actors[0].client, d.actors[1].client, d.actors[2].client}
		d.rule(from, func(a *Asked) {
			if a.actor.agent == programs[0] && strings.Contains(strings.Join(updated, " ")+" ", a.actor.client+" ") && isUse(a) {
				a.Agent, a.Event = fresh, "app-401"
			}
		})
		d.traffic(page)
		d.background()
		return Truth{Causes: []string{"client-release-regression"}, From: from, Group: map[string]string{"user agent": "Acme-iOS/4.0.0"}, Everyone: true}
	}},
	{"preflights are refused", all, func(d *Day) Truth {
		from := d.some()
		d.traffic(page)
		d.background()
		for range 500 {
			a := actor{client: fmt.Sprintf("151.%d.%d.%d", d.r.IntN(9), d.r.IntN(250), d.r.IntN(250)), agent: browsers[d.r.IntN(4)]}
			at := d.time(7+d.r.IntN(16), d.r.IntN(60), d.r.IntN(60))
			t := "/api/cart/items"
			if at.Before(from) {
				d.ask(Asked{Request: Request{At: at, Target: t, Method: "OPTIONS"}, Event: "preflight-ok", actor: a})
				d.ask(Asked{Request: Request{At: at.Add(100 * time.Millisecond), Target: t}, Event: "post-ok", actor: a})
			} else {
				d.ask(Asked{Request: Request{At: at, Target: t, Method: "OPTIONS"}, Event: "preflight-401", actor: a})
			}
		}
		return Truth{Causes: []string{"cors-preflight-401"}, From: from, Group: map[string]string{"method": "OPTIONS"}, Everyone: true}
	}},
	{"clients come without their certificate", onlyNginx, func(d *Day) Truth {
		return d.certificates("no-client-cert", []string{"mtls-client-cert-missing"})
	}},
	{"clients' certificates are not accepted any more", onlyNginx, func(d *Day) Truth {
		return d.certificates("bad-client-cert", []string{"mtls-client-cert-untrusted"})
	}},
	{"the clock of the server is slow", onlyNginx, func(d *Day) Truth {
		t := d.hit(page, true, []string{"token-not-yet-valid", "clock-skew-generic"}, nil, func(a *Asked) {
			if isUse(a) {
				a.Event, a.Size = "app-401", 0
				d.complain(a.At, fmt.Sprintf(`%s [error] 1234#1234: *77 FastCGI sent in stderr: "PHP message: Firebase\JWT\BeforeValidException: Cannot handle token with iat prior to %s" while reading response header from upstream, client: %s, server: site, request: "GET %s HTTP/1.1", upstream: "fastcgi://unix:/run/php/php8.2-fpm.sock:", host: "site.example"`,
					a.At.Format("2006/01/02 15:04:05"), a.At.Add(4*time.Minute).Format("2006-01-02T15:04:05-0700"), a.actor.client, a.Target))
			}
		})
		return t
	}},
	{"the tokens' signatures do not fit after a key change", onlyNginx, func(d *Day) Truth {
		return d.hit(page, true, []string{"jwt-signature-invalid-wrong-key"}, nil, func(a *Asked) {
			if isUse(a) {
				a.Event, a.Size = "app-401", 0
				d.complain(a.At, fmt.Sprintf(`%s [error] 1234#1234: *77 FastCGI sent in stderr: "PHP message: Firebase\JWT\SignatureInvalidException: Signature verification failed" while reading response header from upstream, client: %s, server: site, request: "GET %s HTTP/1.1", upstream: "fastcgi://unix:/run/php/php8.2-fpm.sock:", host: "site.example"`,
					a.At.Format("2006/01/02 15:04:05"), a.actor.client, a.Target))
			}
		})
	}},
	{"the password file is gone", withErrors, func(d *Day) Truth {
		return d.hit(guarded, true, []string{"htpasswd-path-wrong"}, nil, func(a *Asked) {
			if a.Event == "user-ok" {
				a.Event = "no-password-file"
			}
		})
	}},
	{"an address rule shuts out everyone", withErrors, func(d *Day) Truth {
		return d.hit(page, true, []string{"ip-allowlist", "satisfy-any-all"}, nil, func(a *Asked) {
			if isUse(a) {
				a.Event, a.Size = "rule", 0
			}
		})
	}},
	{"one network is shut out", all, func(d *Day) Truth {
		net := "203.0.113."
		for i := range d.actors[:5] {
			d.actors[i].client = fmt.Sprintf("%s%d", net, 40+i)
		}
		return d.hit(page, false, []string{"ip-allowlist"}, map[string]string{"network": net + "0/24"}, func(a *Asked) {
			if strings.HasPrefix(a.actor.client, net) {
				a.Event, a.Size = "app-403", 0
			}
		})
	}},
	{"a user is taken out of the group", []string{"apache"}, func(d *Day) Truth {
		who := d.pick()
		return d.hit(guarded, false, []string{"user-lacks-role-or-group"}, map[string]string{"user": who.user}, func(a *Asked) {
			if a.Event == "user-ok" && a.actor.user == who.user {
				a.Event = "not-in-group"
			}
		})
	}},
	{"a user is deleted from the password file", withErrors, func(d *Day) Truth {
		who := d.pick()
		return d.hit(guarded, false, []string{"wrong-password", "stale-cached-credentials", "account-locked-or-disabled"}, map[string]string{"user": who.user}, func(a *Asked) {
			if a.Event == "user-ok" && a.actor.user == who.user {
				a.Event = "unknown-user"
			}
		})
	}},
	{"the service that checks logins is down", onlyNginx, func(d *Day) Truth {
		return d.hit(page, true, []string{"auth-backend-unreachable"}, nil, func(a *Asked) {
			if isUse(a) {
				a.Event, a.Size = "auth-request-down", 0
			}
		})
	}},
	{"all sessions are lost", detailed, func(d *Day) Truth {
		return d.hit(page, true, []string{"session-expired", "redirect-to-login-instead-of-401"}, nil, func(a *Asked) {
			if isUse(a) {
				a.Event, a.Size = "to-login", 0
			}
		})
	}},
	{"the login and the page send browsers back and forth", detailed, func(d *Day) Truth {
		from := d.some()
		d.rule(from, func(a *Asked) {
			if isUse(a) && !a.actor.program {
				a.Event, a.Size = "to-login", 0
				for i := range 8 {
					at := a.At.Add(time.Duration(200+i*300) * time.Millisecond)
					d.ask(Asked{Request: Request{At: at, Target: "/login?next=" + a.Target, Upstream: a.Upstream, Method: "GET"}, Event: "login-ok", actor: a.actor})
					d.lines = append(d.lines, entry{at.Add(100 * time.Millisecond), len(d.lines), false, fill(Shapes()[d.Server]["to-login"].Access[0], Request{At: at.Add(100 * time.Millisecond), Client: a.actor.client, Method: "GET", Target: a.Target, Agent: a.actor.agent, Upstream: a.Upstream})})
				}
			}
		})
		d.traffic(page)
		d.background()
		return Truth{Causes: []string{"redirect-loop-login"}, From: from, Everyone: true}
	}},
	{"the API answers with the login page", []string{"nginx", "nginx-detailed", "apache"}, func(d *Day) Truth {
		return d.hit(page, true, []string{"200-login-page-instead-of-401"}, nil, func(a *Asked) {
			if isRead(a) {
				a.Size = 2319
			}
		})
	}},
	{"one program is refused by its name", withAgents, func(d *Day) Truth {
		for i := range d.actors[:4] {
			d.actors[i].program, d.actors[i].agent = true, "python-requests/2.3"+fmt.Sprint(i%3)+".0"
		}
		return d.hit(page, true, []string{"user-agent-blocked"}, map[string]string{"user agent": "python-requests"}, func(a *Asked) {
			if strings.HasPrefix(a.actor.agent, "python-requests") {
				a.Event, a.Size = "app-403", 0
			}
		})
	}},
	{"one integration is refused", withAgents, func(d *Day) Truth {
		from := d.some()
		d.traffic(page)
		d.background()
		job := actor{client: "198.51.100.180", agent: "Acme-Billing/1.9.2", program: true}
		for at := d.Start; at.Before(d.time(24, 0, 0)); at = at.Add(2 * time.Minute) {
			event := "ok"
			if !at.Before(from) {
				event = "app-401"
			}
			d.ask(Asked{Request: Request{At: at.Add(11 * time.Second), Target: d.routes[1] + "/pull"}, Event: event, actor: job})
		}
		return Truth{Causes: []string{"token-expired", "token-revoked", "stale-cached-credentials", ""}, From: from, Group: map[string]string{"client": job.client}}
	}},
}

// hit is a day on which some answers change from a moment on.
func (d *Day) hit(healthy func(*Day, actor, time.Time), everyone bool, causes []string, group map[string]string, change func(a *Asked)) Truth {
	from := d.some()
	d.rule(from, change)
	d.traffic(healthy)
	d.noRules(d.background)
	return Truth{Causes: causes, From: from, Group: group, Everyone: everyone}
}

// noRules plays what no rule touches.
func (d *Day) noRules(play func()) {
	kept := d.rules
	d.rules = nil
	play()
	d.rules = kept
}

// guess tries passwords, one about every second.
func (d *Day) guess(from time.Time, n int, who func(i int) (client, user string)) {
	for i := range n {
		client, user := who(i)
		d.ask(Asked{Request: Request{At: from.Add(time.Duration(i*900+d.r.IntN(500)) * time.Millisecond), Target: d.routes[0], Client: client, User: user, Agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"}, Event: "wrong-password"})
	}
}

// certificates is a day on which clients' certificates stop being accepted.
func (d *Day) certificates(event string, causes []string) Truth {
	for i := range d.actors {
		d.actors[i].program = true
		d.actors[i].agent = programs[3+i%3]
	}
	return d.hit(func(d *Day, a actor, at time.Time) {
		d.ask(Asked{Request: Request{At: at, Target: d.target(d.routes[0])}, Event: "client-cert-ok", actor: a})
	}, true, causes, nil, func(a *Asked) { a.Event = event })
}
