package all_test

import (
	"strings"
	"testing"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/exchange"
)

// TestTheSetIsWhole checks that no id is taken twice and none was lost. TestCatalogue looks at each.
func TestTheSetIsWhole(t *testing.T) {
	known := map[string]*cause.Cause{}
	for _, c := range all.Causes() {
		if known[c.ID] != nil {
			t.Errorf("two causes are called %s", c.ID)
		}
		known[c.ID] = c
	}
	if len(known) < 211 {
		t.Errorf("%d causes; there were 211", len(known))
	}
	t.Logf("%d causes", len(known))
}

func intent(target, auth string) *exchange.Intent {
	u, err := exchange.ParseURL(target)
	if err != nil {
		u, _ = exchange.ParseURL("http://a.test/")
	}
	r := exchange.Request{Method: "GET", URL: u, Proto: "HTTP/1.1", Header: exchange.Header{exchange.RequestField("Host", u.Authority())}}
	if auth != "" {
		r.Header = append(r.Header, exchange.RequestField("Authorization", auth))
	}
	return &exchange.Intent{Agent: exchange.Agent{Name: "curl"}, Request: r, Follow: true}
}

// suspectAll holds every cause against the case and checks what every suspicion must obey.
func suspectAll(t *testing.T, c *exchange.Case) {
	v := cause.NewView(c)
	for _, k := range all.Causes() {
		if k.Suspect == nil {
			continue // known by its signs alone
		}
		s := k.Suspect(v)
		if s == nil {
			continue
		}
		if s.Weight < 0 || s.Weight > 1 {
			t.Errorf("%s: weight %v", k.ID, s.Weight)
		}
		if len(s.Title) > 120 || strings.ContainsAny(s.Title, "\n\r\x1b") {
			t.Errorf("%s: title %q", k.ID, s.Title)
		}
		keys := map[string]bool{}
		for _, tr := range s.Trials {
			if tr.Key == "" || tr.Change == "" || tr.Predict == "" || tr.Edit == nil || tr.Holds == nil {
				t.Errorf("%s: the trial %q is not complete", k.ID, tr.Key)
				continue
			}
			if keys[tr.Key] {
				t.Errorf("%s: two trials with the key %s", k.ID, tr.Key)
			}
			keys[tr.Key] = true
			r := tr.Edit(v.Request.Clone())
			if !r.Safe() || r.Method == "TRACE" {
				t.Errorf("%s: the trial %q would send %s", k.ID, tr.Key, r.Method)
			}
			if r.URL.Origin() != v.Request.URL.Origin() {
				t.Errorf("%s: the trial %q goes to %s", k.ID, tr.Key, r.URL.Origin())
			}
			for _, f := range r.Header {
				if strings.ContainsAny(f.Value.Reveal(), "\r\n") && !strings.ContainsAny(v.Request.Header.Text(f.Name).Reveal(), "\r\n") {
					t.Errorf("%s: the trial %q breaks a line in %s", k.ID, tr.Key, f.Name)
				}
			}
			tr.Holds(v.Answer, &exchange.Exchange{})
			tr.Holds(v.Answer, v.Answer)
		}
	}
}

// TestNoCauseNeedsAnAnswer: before anything was sent, and when nothing came back, causes must keep their heads.
func TestNoCauseNeedsAnAnswer(t *testing.T) {
	for _, auth := range []string{"", "Basic YWxpY2U6c2VjcmV0", "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln", "Digest username=\"a\"", "token"} {
		in := intent("https://a.test/x?access_token=abcdefghij", auth)
		suspectAll(t, &exchange.Case{Intent: in})
		suspectAll(t, &exchange.Case{})
		c := &exchange.Case{Intent: in}
		c.Add(&exchange.Exchange{Request: in.Request, Failure: &exchange.Failure{Step: "connect", Message: "refused"}})
		suspectAll(t, c)
	}
}

// FuzzSuspects looks for an answer that makes a cause panic or propose an experiment that breaks the rules.
func FuzzSuspects(f *testing.F) {
	f.Add("http://a.test/", "Bearer x", 401, "WWW-Authenticate: Basic realm=\"x\"\nServer: nginx", "<html></html>")
	f.Add("https://a.test/login?next=/", "Basic Og==", 403, "Set-Cookie: a=b; Path=/x; Secure\nLocation: http://b.test/", `{"message":"jwt expired"}`)
	f.Add("http://a.test/api", "", 302, "Location: //b.test:99/login\nDate: Sun, 06 Nov 1994 08:49:37 GMT\nAge: 5", "")
	f.Add("http://a.test/?X-Amz-Date=1&X-Amz-Expires=9", "AWS4-HMAC-SHA256 Credential=a", 400, "Access-Control-Allow-Origin: *", "Only one auth mechanism allowed")
	f.Fuzz(func(t *testing.T, target, auth string, status int, header, body string) {
		in := intent(target, auth)
		x := &exchange.Exchange{Request: in.Request, Response: &exchange.Response{Proto: "HTTP/1.1", Status: status}}
		for line := range strings.Lines(header) {
			if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
				x.Response.Header = append(x.Response.Header, exchange.ResponseField(name, strings.TrimSpace(value)))
			}
		}
		x.Response.Body = exchange.Body{Bytes: []byte(body), Size: int64(len(body))}
		c := &exchange.Case{Intent: in}
		c.Add(x)
		suspectAll(t, c)
	})
}
