package contract

import (
	"strings"
	"testing"
	"time"
)

const watched = `why401: guard/1
targets:
  far: https://api.example.com
  own: {url: "https://staging.example.com", own: true}
  here: http://127.0.0.1:8080
principals:
  alice: {bearer: {env: TOKEN}}
  mallory: {wrong: true, bearer: {}}
watch:
  every: 10m
  parallel: 3
  webhooks:
    ops: {url: {env: HOOK}, secret: {file: hook.key}, repeat: keyed}
    chat: {url: "https://hooks.example.com/x"}
  mail:
    admins: {server: "smtp.example.com:587", from: why401@example.com, to: [a@example.com, b@example.com], user: why401, password: {env: SMTP}}
rows:
  - {name: open, target: far, route: /, expect: {status: 200}}
  - {name: mine, target: far, route: /me, as: alice, expect: {status: 200}}
  - {name: mine too, target: far, route: /me, as: alice, watch: true, every: 1h, expect: {status: 200}}
  - {name: not this, target: far, route: /, watch: false, expect: {status: 200}}
  - {name: wrong, target: own, route: /, as: mallory, expect: {status: 401}}
  - {name: near, target: here, route: /, every: 20ms, expect: {status: 200}}
`

func TestWatchSection(t *testing.T) {
	c, err := Parse("c.yaml", []byte(watched))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]struct {
		watched bool
		every   time.Duration
	}{"open": {true, 10 * time.Minute}, "mine": {false, 10 * time.Minute}, "mine too": {true, time.Hour}, "not this": {false, 10 * time.Minute}, "wrong": {false, 10 * time.Minute}, "near": {true, 20 * time.Millisecond}} {
		r := c.Find(name)
		if r.Watches() != want.watched || c.Interval(r) != want.every {
			t.Errorf("%s: watched %v every %v", name, r.Watches(), c.Interval(r))
		}
	}
	w := c.Watch
	if w.Parallel != 3 || len(w.Webhooks) != 2 || w.Webhooks[0].URL.Env != "HOOK" || !w.Webhooks[0].Keyed || w.Webhooks[1].Keyed || w.Webhooks[1].URL.Literal == "" {
		t.Errorf("%+v", w)
	}
	if len(w.Mails) != 1 || len(w.Mails[0].To) != 2 || w.Mails[0].TLS != "starttls" || w.Mails[0].Password.Env != "SMTP" {
		t.Errorf("%+v", w.Mails)
	}
	if c, err := Parse("c.yaml", []byte("why401: guard/1\ntarget: https://a.example.com\nrows:\n  - {name: a, route: /, expect: {status: 200}}\n")); err != nil || c.Watch != nil || c.Interval(c.Rows[0]) != UsualEvery {
		t.Errorf("without a section: %v", err)
	}
}

func TestWatchMistakes(t *testing.T) {
	for change, want := range map[string]string{
		"every: 10m|every: 1":                                     "c.yaml:10:10: every: expected a time such as 5m or 1h30m",
		"every: 1h|every: 5s":                                     "every: expected 1m0s or more",
		"every: 1h|every: 48h":                                    "every: expected 24h0m0s or less",
		"every: 20ms|every: 1ms":                                  "every: expected 10ms or more",
		"parallel: 3|parallel: 100":                               "c.yaml:11:13: parallel: expected a number from 1 to 32",
		"webhooks:|hooks:":                                        "c.yaml:12:3: watch has no key \"hooks\"; expected every, parallel, webhooks, mail",
		"secret: {file: hook.key}|secret: hunter2":                "secret stands in the file itself",
		"url: {env: HOOK}|url: {env: https://secret.example/xyz}": "env: expected the name of a variable",
		"\"https://hooks.example.com/x\"|\"https://u:p@hooks.example.com/x\"": "it holds a login, which is a secret",
		"repeat: keyed|repeat: always":                                        "repeat \"always\"; expected never, keyed",
		"smtp.example.com:587|smtp.example.com":                               "server: expected a mail server with its port",
		"from: why401@example.com|from: why401":                               "from: expected a mail address",
		"[a@example.com, b@example.com]|\"a@example.com\\r\\nBcc: c@x.org\"":  "to: expected a mail address",
		"to: [a@example.com, b@example.com], |":                               "has no receiver",
		"user: why401, |":                                                     "expected user and password, or neither",
		"admins: {|ops: {":                                                    "a webhook is called \"ops\", too",
		"as: mallory|as: mallory, watch: true":                                "a wrong credential is not sent again and again",
		"watch: true, every: 1h|watch: yes please":                            "watch: expected true or false",
		"every: 10m|every: [1]":                                               "every is a list",
	} {
		from, to, _ := strings.Cut(change, "|")
		text := strings.Replace(watched, from, to, 1)
		if text == watched {
			t.Fatalf("%s changes nothing", change)
		}
		_, err := Parse("c.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v\nwant %s", change, err, want)
		}
		if err != nil && (strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "secret.example") || strings.Contains(err.Error(), "u:p")) {
			t.Errorf("%s: a value is repeated: %v", change, err)
		}
	}
}
