package days

import (
	"fmt"
	"time"
)

// The lines of these days are those of nginx and Apache before a real WordPress (recordwp_test.go). {target} stands in the
// query there; it is a number of no meaning.

var withWordPress = []string{"nginx", "nginx-detailed", "apache"}

// blog is a visit of WordPress: pages for everybody, and the REST API for those who are logged in.
func blog(d *Day, a actor, at time.Time) {
	event := "wp-page"
	if d.r.IntN(3) == 0 && !a.program {
		event = "wp-rest"
	}
	d.ask(Asked{Request: Request{At: at, Target: fmt.Sprint(d.r.IntN(900)), Method: "GET"}, Event: event, actor: a})
	if d.r.IntN(60) == 0 && !a.program {
		d.editor(a, at.Add(time.Minute), d.r.IntN(3))
	}
}

// editor logs in by the form, after some mistakes.
func (d *Day) editor(a actor, at time.Time, mistakes int) {
	say := func(event string) {
		d.ask(Asked{Request: Request{At: at, Target: fmt.Sprint(d.r.IntN(900))}, Event: event, actor: a})
		at = at.Add(time.Duration(5+d.r.IntN(9)) * time.Second)
	}
	say("wp-login-page")
	for range mistakes {
		say("wp-login-wrong")
	}
	say("wp-login-ok")
}

// apps are programs with application passwords, which ask every five minutes.
func (d *Day) apps(n int) {
	for i := range n {
		a := actor{client: fmt.Sprintf("%s.%d", []string{"198.51.100", "203.0.113", "192.0.2", "91.7.7"}[i%4], 251+i), user: names[i], agent: []string{"python-requests/2.32.3", "Acme-Sync/2.4.0", "okhttp/4.12.0"}[i%3], program: true}
		for at := d.Start; at.Before(d.time(24, 0, 0)); at = at.Add(5 * time.Minute) {
			d.ask(Asked{Request: Request{At: at.Add(time.Duration(7*i+2) * time.Second), Target: fmt.Sprint(d.r.IntN(900)), Method: "GET"}, Event: "wp-app-ok", actor: a})
		}
	}
}

var wordpressStories = []Story{
	{"WordPress: an application password is revoked", withWordPress, func(d *Day) Truth {
		d.rule(d.some(), func(a *Asked) {
			if a.Event == "wp-app-ok" && a.actor.user == names[1] {
				a.Event = "wp-app-401"
			}
		})
		d.traffic(blog)
		d.apps(3)
		d.background()
		return Truth{Causes: []string{"token-revoked", "account-locked-or-disabled", "wrong-password"}, Group: map[string]string{"user": names[1]}}
	}},
	{"WordPress: the page cache keeps an old nonce", withWordPress, func(d *Day) Truth {
		d.rule(d.some(), func(a *Asked) {
			if a.Event == "wp-rest" {
				a.Event = "wp-rest-stale-nonce"
			}
		})
		d.traffic(blog)
		d.apps(2)
		d.background()
		return Truth{Causes: []string{"wp-nonce-invalid-cached-page"}, Group: map[string]string{"route": "/wp-json/wp/v2/users/me"}, Everyone: true}
	}},
	{"WordPress: a plugin locks an editor out", withWordPress, func(d *Day) Truth {
		d.traffic(blog)
		d.background()
		from := d.some()
		who := actor{client: "203.0.113.251", agent: browsers[1]}
		for i := range 40 { // reads on, and tries again and again
			event := "wp-login-locked"
			if i < 4 {
				event = "wp-login-wrong"
			}
			at := from.Add(time.Duration(i*45) * time.Second)
			d.ask(Asked{Request: Request{At: at, Target: fmt.Sprint(i), Method: "POST"}, Event: event, actor: who})
			d.ask(Asked{Request: Request{At: at.Add(20 * time.Second), Target: fmt.Sprint(i), Method: "GET"}, Event: "wp-page", actor: who})
		}
		return Truth{Causes: []string{"rate-limit-lockout"}, From: from, Group: map[string]string{"client": who.client}}
	}},
	{"WordPress: a staging prompt shuts out the apps", withWordPress, func(d *Day) Truth {
		d.rule(d.some(), func(a *Asked) {
			switch a.Event {
			case "wp-app-ok":
				a.Event = "wp-prompt-app-401"
			case "wp-page", "wp-rest":
				a.User = "friends"
				if a.Event = "wp-prompt-ok"; d.r.IntN(9) == 0 {
					a.Event, a.User = "wp-prompt", ""
				}
			}
		})
		d.traffic(blog)
		d.apps(4)
		return Truth{Causes: []string{"two-auth-layers-one-header"}, Everyone: true}
	}},
	{"WordPress: many addresses fill in the login form", withWordPress, func(d *Day) Truth {
		d.traffic(blog)
		d.background()
		from := d.some()
		for i := range 240 {
			who := actor{client: fmt.Sprintf("%d.%d.%d.%d", 31+i%60, i%60*7%250, i%60*13%250, 1+i%60), agent: browsers[i%4]}
			at := from.Add(time.Duration(i*4) * time.Second)
			d.ask(Asked{Request: Request{At: at, Target: fmt.Sprint(i), Method: "POST"}, Event: "wp-login-wrong", actor: who})
			d.ask(Asked{Request: Request{At: at.Add(time.Second), Target: fmt.Sprint(i), Method: "GET"}, Event: "wp-login-page", actor: who})
		}
		return Truth{Causes: []string{"credential-guessing"}, From: from, Everyone: true}
	}},
}

var wordpressHealthy = []Story{
	{Name: "WordPress on an ordinary day", Servers: withWordPress, Play: func(d *Day) Truth {
		d.traffic(blog)
		d.apps(3)
		d.background()
		return Truth{}
	}},
	{Name: "WordPress and a morning of forgotten passwords", Servers: withWordPress, Play: func(d *Day) Truth {
		d.traffic(blog)
		for range 40 {
			d.editor(d.actors[d.r.IntN(len(d.actors))], d.time(8, d.r.IntN(60), d.r.IntN(60)), 1+d.r.IntN(4))
		}
		return Truth{}
	}},
}
