package days

import (
	"fmt"
	"time"
)

// noise is what every site sees and nobody needs to be woken for.

// visitors whose session has ended: the page asks the API, is told 401, and they log in.
func (d *Day) endedSessions(n int) {
	for range n {
		a := d.actors[d.r.IntN(len(d.actors))]
		at := d.time(d.r.IntN(24), d.r.IntN(60), d.r.IntN(60))
		d.ask(Asked{Request: Request{At: at, Target: "/api/me", Agent: browsers[d.r.IntN(len(browsers))]}, Event: "app-401", actor: a})
		d.ask(Asked{Request: Request{At: at.Add(8 * time.Second), Target: "/login", Size: 2319}, Event: "ok", actor: a})
		d.ask(Asked{Request: Request{At: at.Add(21 * time.Second), Target: "/login"}, Event: "login-ok", actor: a})
	}
}

// anonymous visitors, whose page asks who they are: 401 to each of them.
func (d *Day) anonymous(perHour int) {
	for h := range 24 {
		for range int(float64(perHour)*rate[h]) + d.r.IntN(2) {
			d.ask(Asked{Request: Request{At: d.time(h, d.r.IntN(60), d.r.IntN(60)), Target: "/api/session", Client: fmt.Sprintf("151.%d.%d.%d", d.r.IntN(99), d.r.IntN(250), d.r.IntN(250)), Agent: browsers[d.r.IntN(len(browsers))]}, Event: "app-401"})
		}
	}
}

// monitor asks every minute for a page that it may not see: 401 is what it expects.
func (d *Day) monitor(agent string) {
	for m := range 24 * 60 {
		d.ask(Asked{Request: Request{At: d.time(0, m, 7), Target: "/admin/ping", Client: "203.0.113.250", Agent: agent}, Event: "app-401"})
	}
}

// scanner looks for holes for some minutes.
func (d *Day) scanner(at time.Time, n int) {
	paths := []string{"/.env", "/.git/config", "/wp-login.php", "/phpmyadmin/", "/actuator/env", "/admin", "/manager/html", "/server-status", "/vendor/phpunit/", "/cgi-bin/luci", "/solr/admin", "/boaform/admin", "/.aws/credentials", "/api/.env"}
	client := fmt.Sprintf("45.%d.%d.%d", d.r.IntN(250), d.r.IntN(250), d.r.IntN(250))
	agent := []string{"Mozilla/5.0 zgrab/0.x", "Go-http-client/1.1", browsers[0], "python-requests/2.27.1"}[d.r.IntN(4)]
	for i := range n {
		event := []string{"app-404", "app-404", "app-403", "app-401"}[d.r.IntN(4)]
		d.ask(Asked{Request: Request{At: at.Add(time.Duration(i*700) * time.Millisecond), Target: paths[i%len(paths)], Client: client, Agent: agent}, Event: event})
	}
}

// crawler reads the site, and is refused where it may not go.
func (d *Day) crawler() {
	for range 200 {
		event := "ok"
		if d.r.IntN(6) == 0 {
			event = "app-403"
		}
		d.ask(Asked{Request: Request{At: d.time(d.r.IntN(24), d.r.IntN(60), d.r.IntN(60)), Target: fmt.Sprintf("/catalogue/%d", d.r.IntN(900)), Client: "66.249.66.1", Agent: "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)"}, Event: event})
	}
}

// background is the noise of an ordinary site.
func (d *Day) background() {
	d.endedSessions(5 + d.r.IntN(25))
	for range d.r.IntN(4) {
		d.scanner(d.time(d.r.IntN(23), d.r.IntN(60), 0), 20+d.r.IntN(60))
	}
	if d.r.IntN(2) == 0 {
		d.anonymous(2 + d.r.IntN(12))
	}
	if d.r.IntN(3) == 0 {
		d.monitor([]string{"UptimeRobot/2.0", "Uptime-Kuma/1.23.13", "Blackbox Exporter/0.25.0", "curl/7.88.1"}[d.r.IntN(4)])
	}
	if d.r.IntN(2) == 0 {
		d.crawler()
	}
}
