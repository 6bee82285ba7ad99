package probe

import (
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/challenge"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// Limits on refusals within one run. Passwords have a stricter rule of their own, see ledger.go.
const (
	maxTokensRefused    = 3
	maxAnonymousRefused = 3
)

// tally counts what one host refused in this run.
type tally struct {
	tokens, anonymous, canaries, all int
	stopped                          string
}

type loginState struct {
	outcome outcome
	sent    int
}

// refusing are the status codes by which a server counts a request against the caller.
func refusing(status int) bool {
	switch status {
	case 401, 403, 407, 423, 429:
		return true
	}
	return false
}

// claim is the place in the budget that one request takes.
type claim struct {
	s     *Sender
	n     int // in the list of what was sent
	cred  credential
	host  string
	entry string // in the ledger, "" for anything but a password
	opens bool   // the first leg of a handshake
}

func (s *Sender) tally(host string) *tally {
	t := s.hosts[host]
	if t == nil {
		t = &tally{}
		s.hosts[host] = t
	}
	return t
}

// limits applies the rules that depend on what happened before. It changes nothing.
func (s *Sender) limits(host string, c credential) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sent) >= s.o.MaxRequests {
		return &Refusal{Rule: RuleBudget, Why: fmt.Sprintf("%d requests were sent, which is the limit for one run", len(s.sent))}
	}
	t := s.tally(host)
	if c.kind >= token && t.stopped != "" {
		return &Refusal{Rule: RuleStopped, Why: t.stopped}
	}
	if t.all >= s.o.MaxRefused {
		return &Refusal{Rule: RuleRefusals, Why: fmt.Sprintf("%s refused %d requests; a guard that counts refusals may ban this machine", host, t.all)}
	}
	switch {
	case c.kind == token && t.tokens+s.o.Refused >= maxTokensRefused:
		return &Refusal{Rule: RuleTokens, Why: fmt.Sprintf("%s refused the credential %d times in this run", host, t.tokens+s.o.Refused)}
	case c.kind == noCredential && t.anonymous >= s.o.MaxAnonymous:
		return &Refusal{Rule: RuleAnonymous, Why: fmt.Sprintf("%s refused %d requests without a credential in this run", host, t.anonymous)}
	case c.kind == canary && t.canaries >= maxAnonymousRefused:
		return &Refusal{Rule: RuleAnonymous, Why: fmt.Sprintf("%s refused %d canaries in this run", host, t.canaries)}
	case c.kind == login:
		st := s.logins[host+"\x00"+c.who]
		switch {
		case st.outcome == refused || st.outcome == pending:
			return &Refusal{Rule: RuleOneTry, Why: "a password of this user was sent to " + host + " in this run and not accepted; another try could lock the account"}
		case st.outcome == harmless && st.sent >= maxTokensRefused:
			return &Refusal{Rule: RuleOneTry, Why: fmt.Sprintf("this password was sent to %s %d times in this run", host, st.sent)}
		}
	}
	return nil
}

// claim takes a place in the budget for r and, for a password, writes the try to disk before it is made.
func (s *Sender) claim(r exchange.Request, p *pass) (*claim, error) {
	cl := &claim{s: s, cred: classify(r, p.ours), host: account(r.URL), opens: p.opens}
	if p.lent {
		cl.cred = credential{}
	}
	if err := s.limits(cl.host, cl.cred); err != nil {
		return nil, err
	}
	if cl.cred.kind == login {
		entry, err := s.reserve(cl.host, cl.cred.who)
		if err != nil {
			return nil, err
		}
		cl.entry = entry
	}
	s.mu.Lock()
	cl.n = len(s.sent) + 1
	s.sent = append(s.sent, SentRequest{N: cl.n, Method: r.Method, URL: r.URL.String(), Purpose: p.how.Purpose, Credential: cl.cred.String()})
	s.mu.Unlock()
	s.o.Log("request %d: %s %s, credential %s", cl.n, r.Method, r.URL, cl.cred)
	return cl, nil
}

// unsent gives back what a request took that never reached its server. It stays in the list: it was tried.
func (cl *claim) unsent() {
	if cl.cred.kind == login {
		cl.s.conclude(cl.host, cl.cred.who, cl.entry, unused)
	}
}

// settle records what came of the request; a nil resp is no reply.
func (cl *claim) settle(resp *exchange.Response) error {
	s := cl.s
	if resp == nil {
		return nil // a password stays pending: it may have been counted
	}
	why := stopWord(resp)
	s.mu.Lock()
	t := s.tally(cl.host)
	asked := cl.opens && resp.Status == 401
	if !asked && (refusing(resp.Status) || resp.Status == 404) {
		t.all++
	}
	if !asked && refusing(resp.Status) {
		switch cl.cred.kind {
		case token:
			t.tokens++
		case noCredential:
			t.anonymous++
		case canary:
			t.canaries++
		}
	}
	if why != "" && t.stopped == "" {
		t.stopped = why
		s.stopped = why
	}
	s.mu.Unlock()
	if cl.cred.kind == login {
		return s.conclude(cl.host, cl.cred.who, cl.entry, judge(resp))
	}
	return nil
}

// judge says what a reply means for a password: accepted when the server went on with the request, refused when it
// said so. Anything else, a 404 or 500, may have been counted as a failed login, and stays pending.
func judge(resp *exchange.Response) outcome {
	switch {
	case resp.Status/100 == 2, resp.Status/100 == 3:
		return accepted
	case resp.Status == 401 && staleNonce(resp):
		return harmless // RFC 7616 3.3: the password was right, the nonce was old
	case refusing(resp.Status):
		return refused
	}
	return pending
}

func staleNonce(resp *exchange.Response) bool {
	d := challenge.Of(&exchange.Exchange{Response: resp}).Find("digest")
	return d != nil && strings.EqualFold(d.Value("stale"), "true")
}

var lockWords = lazyregexp.New(`(?i)(account|user|login|profile)[^.<>{}]{0,60}\b(locked|suspended|blocked|deactivated)\b` +
	`|\blocked[ -]?out\b|too many (failed |invalid |unsuccessful |incorrect |recent )?(log[ -]?in |sign[ -]?in |authentication |password )?(attempts|failures|requests|tries|logins)` +
	`|captcha|brute[ -]?force|(temporarily|been|is|was|permanently) (blocked|banned)|\b(ip|address)[^.<>{}]{0,30}\b(banned|blocked|blacklisted|denylisted)\b|rate[ -]?limit(ed)? (exceeded|reached)`)

// stopWord gives the reason to send no more credentials to the host that wrote resp, or "".
func stopWord(resp *exchange.Response) string {
	if resp.Status < 400 {
		return ""
	}
	said := strings.TrimSpace(fmt.Sprintf("%d %s", resp.Status, standardReason(resp.Status)))
	switch {
	case resp.Status == 429 || resp.Status == 423:
		return said
	case resp.Header.Has("Retry-After"):
		return said + " with Retry-After"
	}
	if m := lockWords.Find(resp.Body.Bytes); m != nil {
		return fmt.Sprintf("%s, and the page speaks of %q", said, lockWord(string(m)))
	}
	return ""
}

// lockWord reduces the matched foreign text to one word of ours.
func lockWord(m string) string {
	m = strings.ToLower(m)
	for _, w := range []string{"captcha", "too many", "blocked", "banned", "locked", "suspended", "deactivated", "brute", "rate"} {
		if strings.Contains(m, w) {
			return w
		}
	}
	return "a lock"
}

func standardReason(status int) string {
	switch status {
	case 401:
		return "Unauthorized"
	case 403:
		return "Forbidden"
	case 423:
		return "Locked"
	case 429:
		return "Too Many Requests"
	case 503:
		return "Service Unavailable"
	}
	return ""
}

// Refusable reports, without sending anything, whether r may go out although it may be refused; the error is the
// *Refusal that Do would give.
func (s *Sender) Refusable(r exchange.Request) error {
	s.wire.Lock()
	defer s.wire.Unlock()
	own := s.own(r.URL)
	if !own {
		r = strip(r)
	}
	r = s.complete(r)
	if err := s.permit(r, own, &pass{}); err != nil {
		return err
	}
	c, host := classify(r, ""), account(r.URL)
	if s.intent.Auth != exchange.AuthHeader && own && c.kind != login && !s.intent.Login.Empty() && s.intent.Auth != exchange.AuthSigV4 {
		c = credential{login, s.intent.Login.User.Reveal()}
	}
	if err := s.limits(host, c); err != nil {
		return err
	}
	if c.kind != login || s.logged(host, c.who) {
		return nil
	}
	return s.peek(host, c.who)
}

// logged reports that this run has already had the password accepted at host.
func (s *Sender) logged(host, who string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.logins[host+"\x00"+who].outcome == accepted
}

// expired reports that the run's time is over.
func (s *Sender) expired() bool { return !s.end.IsZero() && time.Now().After(s.end) }
