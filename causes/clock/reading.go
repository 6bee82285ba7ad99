package clock

import (
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// server is the server's time when it answered, from Date (RFC 9110 6.6.1), and how far the truth may be from it.
func server(v *cause.View) (now time.Time, slack time.Duration, ok bool) {
	d, ok := v.Answer.Date()
	if !ok && v.Answer.Given != "" {
		d, ok = logged(v)
	}
	if !ok {
		return time.Time{}, 0, false
	}
	return d, 2*time.Second + v.Answer.Took, true
}

// ahead is how far the clock here runs ahead of the server's; negative when it lags. ok is false for an answer that was
// not fetched by us, or was kept by a cache on the way.
func ahead(v *cause.View) (d time.Duration, ok bool) {
	now, slack, known := server(v)
	if !known || v.Answer.Given != "" || v.Answer.Sent.IsZero() || v.Answer.Header().Has("Age") {
		return 0, false
	}
	d = v.Answer.Sent.Add(v.Answer.Took / 2).Sub(now)
	if d > -slack && d < slack {
		d = 0
	}
	return d, true
}

// refused is a refusal in which a clock can have a part.
func refused(v *cause.View) bool {
	return v.Refused() && v.Answer.Status() != 407 || v.Answer.Status() == 400 && len(v.Meanings) > 0
}

// token is the JWT that was sent, when its claims can be read.
func token(v *cause.View) (cred.Credential, *jwt.Token, bool) {
	c, ok := v.Arrived(cred.JWT)
	if !ok || c.Has(cred.Placeholder) || c.Has(cred.Truncated) || c.Has(cred.Masked) {
		return c, nil, false
	}
	t, err := jwt.Decode(c.Value)
	if err != nil || t.Claims == nil {
		return c, nil, false
	}
	return c, t, true
}

// freshHere reports a token that is over by the server's Date and not by the clock here.
func freshHere(v *cause.View) bool {
	_, t, ok := token(v)
	if !ok || !blamed(v) || other(v, signature.TokenExpired, signature.ClockSkew) {
		return false
	}
	end, written := at(t.Claims.Exp)
	now, slack, known := server(v)
	return written && known && now.After(end.Add(slack)) && v.Answer.Given == "" && v.Answer.Sent.Before(end)
}

// at gives a NumericDate that was written in seconds.
func at(m jwt.Moment) (time.Time, bool) { return m.Time, m.Present && !m.Invalid && !m.Milliseconds }

// vague are meanings that refuse without a reason.
func vague(meaning string) bool {
	return meaning == signature.TokenInvalid || meaning == signature.CredentialInvalid
}

// other reports that the answer names a reason, and it is none of the meanings.
func other(v *cause.View, meanings ...string) bool {
	for _, m := range v.Meanings {
		if vague(m.Meaning) {
			continue
		}
		known := false
		for _, want := range meanings {
			known = known || m.Meaning == want
		}
		if !known {
			return true
		}
	}
	return false
}

// asksForToken reports that the refusal may be about a token: no layer in front asks for a password.
func asksForToken(v *cause.View) bool {
	for _, s := range v.Challenges.Schemes() {
		switch strings.ToLower(s) {
		case "basic", "digest", "ntlm", "negotiate":
		default:
			return true
		}
	}
	return len(v.Challenges) == 0 // none was sent, or the record does not show the reply's header
}

// blamed reports that the answer speaks of the token.
func blamed(v *cause.View) bool {
	for i := range v.Challenges {
		if v.Challenges[i].Value("error") == "invalid_token" {
			return true
		}
	}
	_, ok := v.Means(signature.TokenInvalid, signature.NotYetValid, signature.TokenExpired, signature.ClockSkew)
	return ok
}

// span is a distance of time in words.
func span(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	switch {
	case d < 2*time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	case d < 1000*24*time.Hour:
		return fmt.Sprintf("%d days", int(d.Hours()/24))
	}
	return fmt.Sprintf("%d years", int(d.Hours()/24/365))
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// here is the fact that compares the clock here with the server's, nil when both agree or it is not known.
func here(v *cause.View) []fact.Fact {
	d, ok := ahead(v)
	switch {
	case !ok:
		return nil
	case d == 0:
		return []fact.Fact{v.Saw("The clock here agrees with the server's Date.")}
	case d > 0:
		return []fact.Fact{v.Saw("The clock here is %s ahead of the server's Date.", span(d))}
	}
	return []fact.Fact{v.Saw("The clock here is %s behind the server's Date.", span(d))}
}

// compare is the command that shows both clocks.
func compare(v *cause.View) string {
	return "curl -sI " + cause.QuoteWord(v.Request.URL.Origin().String()+"/") + " | grep -i '^date:'; date -u"
}

// ntp are the steps that set a clock right.
var ntp = []string{
	"timedatectl      (shows: System clock synchronized: yes)",
	"sudo timedatectl set-ntp true      (or: sudo systemctl enable --now chrony)",
	"Windows: w32tm /resync; WSL and Docker Desktop after sleep: wsl --shutdown, or restart Docker Desktop",
}

// syncRemedy sets a clock right for good.
func syncRemedy(who, where string) cause.Remedy {
	return cause.Remedy{
		ID: "synchronise-clock", Title: "synchronise the clock of " + where, For: who,
		Effect: "its time follows a time server", Opens: "nothing", Steps: ntp,
		Verify: "date -u there and the Date of the answer agree within a second or two", Undo: "sudo timedatectl set-ntp false",
	}
}
