package days

import (
	"fmt"
	"time"
)

// Healthy are the days on which nothing is wrong.
var Healthy = append(healthy, wordpressHealthy...)

var healthy = []Story{
	{Name: "quiet API", Servers: all, Play: func(d *Day) Truth { d.traffic(page); return Truth{} }},
	{Name: "ordinary noise", Servers: all, Play: func(d *Day) Truth { d.traffic(page); d.background(); return Truth{} }},
	{Name: "negotiations", Servers: withBasic, Play: func(d *Day) Truth { d.traffic(guarded); return Truth{} }},
	{Name: "negotiations with noise", Servers: withBasic, Play: func(d *Day) Truth { d.traffic(guarded); d.background(); return Truth{} }},
	{Name: "many negotiate without a name", Servers: all, Play: func(d *Day) Truth {
		d.traffic(page)
		for i := range 400 { // a registry's clients: asked, then let in with a token
			a := d.actors[i%len(d.actors)]
			at := d.some()
			t := fmt.Sprintf("/v2/team/app/manifests/%d", i%40)
			d.ask(Asked{Request: Request{At: at, Target: t, Agent: "docker/27.3.1 go/go1.22.7"}, Event: "app-401", actor: a})
			d.ask(Asked{Request: Request{At: at.Add(400 * time.Millisecond), Target: t, Agent: "docker/27.3.1 go/go1.22.7"}, Event: "ok", actor: a})
		}
		return Truth{}
	}},
	{Name: "monitor that expects 401", Servers: all, Play: func(d *Day) Truth { d.traffic(page); d.monitor("Uptime-Kuma/1.23.13"); return Truth{} }},
	{Name: "plain curl as a health check", Servers: all, Play: func(d *Day) Truth { d.traffic(page); d.monitor("curl/8.5.0"); return Truth{} }},
	{Name: "scanners all day", Servers: all, Play: func(d *Day) Truth {
		d.traffic(page)
		for range 12 {
			d.scanner(d.time(d.r.IntN(23), d.r.IntN(60), 0), 40+d.r.IntN(80))
		}
		return Truth{}
	}},
	{Name: "crawlers", Servers: all, Play: func(d *Day) Truth { d.traffic(page); d.crawler(); d.crawler(); return Truth{} }},
	{Name: "busy noon", Servers: all, Play: func(d *Day) Truth {
		d.traffic(page)
		d.anonymous(6)
		for range 1500 { // a newsletter: everything is more for an hour, refusals too
			at := d.time(12, d.r.IntN(60), d.r.IntN(60))
			if d.r.IntN(25) == 0 {
				d.ask(Asked{Request: Request{At: at, Target: "/api/session", Client: fmt.Sprintf("151.%d.%d.%d", d.r.IntN(99), d.r.IntN(250), d.r.IntN(250)), Agent: browsers[0]}, Event: "app-401"})
			} else {
				page(d, actor{client: fmt.Sprintf("151.%d.%d.%d", d.r.IntN(99), d.r.IntN(250), d.r.IntN(250)), agent: browsers[d.r.IntN(4)]}, at)
			}
		}
		return Truth{}
	}},
	{Name: "sessions end", Servers: all, Play: func(d *Day) Truth { d.traffic(page); d.endedSessions(80); return Truth{} }},
	{Name: "people mistype", Servers: withBasic, Play: func(d *Day) Truth {
		d.traffic(guarded)
		for range 25 {
			a := d.actors[d.r.IntN(len(d.actors))]
			at := d.some()
			for i := range 1 + d.r.IntN(3) {
				d.ask(Asked{Request: Request{At: at.Add(time.Duration(i*6) * time.Second), Target: d.routes[0]}, Event: "wrong-password", actor: a})
			}
			d.ask(Asked{Request: Request{At: at.Add(25 * time.Second), Target: d.routes[0]}, Event: "user-ok", actor: a})
		}
		return Truth{}
	}},
	{Name: "forms that are filled in twice", Servers: all, Play: func(d *Day) Truth {
		d.traffic(page)
		for range 60 {
			a := d.actors[d.r.IntN(len(d.actors))]
			at := d.some()
			d.ask(Asked{Request: Request{At: at, Target: "/login", Size: 2410}, Event: "post-ok", actor: a})
			d.ask(Asked{Request: Request{At: at.Add(11 * time.Second), Target: "/login"}, Event: "login-ok", actor: a})
		}
		return Truth{}
	}},
	{Name: "the application fails", Servers: all, Play: func(d *Day) Truth { // an outage, and no refusal
		d.traffic(page)
		at := d.some()
		d.rules = nil
		for range 300 {
			d.ask(Asked{Request: Request{At: at.Add(time.Duration(d.r.IntN(1200)) * time.Second), Target: d.target(d.routes[0])}, Event: "app-500", actor: d.actors[d.r.IntN(len(d.actors))]})
		}
		return Truth{}
	}},
	{Name: "redirects everywhere", Servers: all, Play: func(d *Day) Truth {
		d.traffic(page)
		for range 900 { // people without a session come in by links to pages behind the login, all day
			at := d.time(d.r.IntN(24), d.r.IntN(60), d.r.IntN(60))
			a := actor{client: fmt.Sprintf("151.%d.%d.%d", d.r.IntN(99), d.r.IntN(250), d.r.IntN(250)), agent: browsers[d.r.IntN(4)]}
			d.ask(Asked{Request: Request{At: at, Target: d.target(d.routes[1])}, Event: "to-login", actor: a})
			d.ask(Asked{Request: Request{At: at.Add(300 * time.Millisecond), Target: "/login", Size: 2319}, Event: "ok", actor: a})
		}
		return Truth{}
	}},
	{Name: "somebody without the right", Servers: all, Play: func(d *Day) Truth { // a menu shows what a few may not open
		d.traffic(page)
		for range 30 {
			d.ask(Asked{Request: Request{At: d.time(d.r.IntN(24), d.r.IntN(60), d.r.IntN(60)), Target: "/admin/users"}, Event: "app-403", actor: d.actors[d.r.IntN(len(d.actors))]})
		}
		return Truth{}
	}},
	{Name: "one in eight is refused by chance", Servers: named, Play: func(d *Day) Truth { // who it is has nothing to do with it
		for i := range 6000 {
			event := "user-ok"
			if d.r.IntN(8) == 0 {
				event = []string{"wrong-password", "user-app-403"}[i%2]
			}
			who := actor{client: fmt.Sprintf("151.%d.%d.%d", d.r.IntN(4), d.r.IntN(60), d.r.IntN(250)), user: fmt.Sprintf("%s%d", names[d.r.IntN(len(names))], d.r.IntN(12)), agent: browsers[d.r.IntN(4)]}
			d.ask(Asked{Request: Request{At: d.time(d.r.IntN(24), d.r.IntN(60), d.r.IntN(60)), Target: d.target(d.routes[d.r.IntN(len(d.routes))])}, Event: event, actor: who})
		}
		return Truth{}
	}},
	{Name: "a proxy gives everybody its own address", Servers: named, Play: func(d *Day) Truth {
		for i := range d.actors {
			d.actors[i].client = "10.0.0.5"
		}
		d.traffic(guarded)
		for range 60 { // people mistype
			a, route := d.actors[d.r.IntN(len(d.actors))], d.routes[d.r.IntN(len(d.routes))]
			at := d.time(7+d.r.IntN(13), d.r.IntN(60), d.r.IntN(60))
			d.ask(Asked{Request: Request{At: at, Target: route}, Event: "wrong-password", actor: a})
			d.ask(Asked{Request: Request{At: at.Add(9 * time.Second), Target: route}, Event: "user-ok", actor: a})
		}
		return Truth{}
	}},
}
