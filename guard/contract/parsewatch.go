package contract

import (
	"net"
	"net/mail"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// watch reads the section about why401 watch.
func (r *reader) watch(c *Contract, n *node) {
	if n == nil || n.shape == null || !r.keys(n, "watch", "every", "parallel", "webhooks", "mail") {
		return
	}
	w := &Watch{At: n.at, Every: r.interval(n.get("every"), ShortestLocal)}
	if p := n.get("parallel"); p != nil {
		i, err := strconv.Atoi(r.text(p, "parallel"))
		if err != nil || i < 1 || i > mostParallel {
			r.wrong(p.at, "parallel: expected a number from 1 to %d", mostParallel)
		}
		w.Parallel = i
	}
	for _, f := range r.entries(n.get("webhooks"), "webhooks") {
		w.Webhooks = append(w.Webhooks, r.webhook(f))
	}
	for _, f := range r.entries(n.get("mail"), "mail") {
		for _, h := range w.Webhooks {
			if h.Name == f.name {
				r.wrong(f.at, "a webhook is called %s, too; messages are told apart by the name", shown(f.name))
			}
		}
		w.Mails = append(w.Mails, r.mail(f))
	}
	c.Watch = w
}

// watched reads what a row says about it.
func (r *reader) watched(row *Row, n *node) {
	row.Watched = r.maybe(n.get("watch"), "watch")
	if row.Watched != nil && *row.Watched && row.As != nil && row.As.Wrong {
		r.wrong(n.get("watch").at, "watch: a wrong credential is not sent again and again")
	}
	least := ShortestEvery
	if row.Target != nil {
		least = row.Target.shortest()
	}
	row.Every = r.interval(n.get("every"), least)
}

func (r *reader) interval(n *node, least time.Duration) time.Duration {
	if n == nil || n.shape == null {
		return 0
	}
	d, err := time.ParseDuration(r.text(n, "every"))
	switch {
	case err != nil:
		r.wrong(n.at, "every: expected a time such as 5m or 1h30m")
	case d < least:
		r.wrong(n.at, "every: expected %v or more; less often is kinder, and some servers ban who asks too often", least)
	case d > longestEvery:
		r.wrong(n.at, "every: expected %v or less", longestEvery)
	default:
		return d
	}
	return 0
}

func (r *reader) webhook(f field) *Webhook {
	h := &Webhook{At: f.at, Name: f.name}
	n := f.value
	if !r.keys(n, "webhook "+shown(f.name), "url", "secret", "repeat") {
		return h
	}
	u := n.get("url")
	if h.URL = r.value(u, "url", true); h.URL.Empty() {
		r.wrong(n.at, "webhook %s has no address; expected url: https://... or, where it is a secret, url: %s", shown(f.name), secretSources)
	} else if h.URL.Literal != "" {
		if p, err := exchange.ParseURL(h.URL.Literal); err != nil {
			r.wrong(u.at, "url: %v", err)
		} else if !p.User.Empty() {
			r.wrong(u.at, "url: it holds a login, which is a secret: expected %s", secretSources)
		}
	}
	if s := n.get("secret"); s != nil {
		h.Secret = r.value(s, "secret", false)
	}
	h.Keyed = r.repeat(n.get("repeat"))
	return h
}

func (r *reader) repeat(n *node) bool {
	return n != nil && r.word(n, "repeat", "never", "keyed") == "keyed"
}

func (r *reader) mail(f field) *Mail {
	m := &Mail{At: f.at, Name: f.name, TLS: "starttls"}
	n := f.value
	if !r.keys(n, "mail "+shown(f.name), "server", "tls", "from", "to", "user", "password", "repeat") {
		return m
	}
	if v := n.get("tls"); v != nil {
		m.TLS = r.word(v, "tls", "starttls", "tls", "none")
	}
	m.Server = r.text(n.get("server"), "server")
	if _, port, err := net.SplitHostPort(m.Server); err != nil || port == "" {
		at := n.at
		if v := n.get("server"); v != nil {
			at = v.at
		}
		r.wrong(at, "server: expected a mail server with its port, such as smtp.example.com:587")
	}
	one := func(v *node, what string) string {
		s := r.text(v, what)
		if _, err := mail.ParseAddress(s); err != nil || strings.ContainsAny(s, "\r\n") {
			at := n.at
			if v != nil {
				at = v.at
			}
			r.wrong(at, "%s: expected a mail address, such as ops@example.com", what)
		}
		return s
	}
	m.From = one(n.get("from"), "from")
	to := r.several(n.get("to"), "to")
	for _, v := range to {
		m.To = append(m.To, one(v, "to"))
	}
	if len(to) == 0 {
		r.wrong(n.at, "mail %s has no receiver; expected to: ops@example.com", shown(f.name))
	}
	m.User = r.text(n.get("user"), "user")
	m.Password = r.value(n.get("password"), "password", false)
	if (m.User == "") != m.Password.Empty() {
		r.wrong(n.at, "mail %s: expected user and password, or neither", shown(f.name))
	}
	m.Keyed = r.repeat(n.get("repeat"))
	return m
}
