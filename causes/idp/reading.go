package idp

import (
	"bytes"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/fact"
)

// heardLimit bounds how much text is searched.
const heardLimit = 96 << 10

// says finds one of the literals in the answer's body or challenge, whatever its case, and quotes the literal only.
func says(v *cause.View, literals ...string) (fact.Fact, bool) {
	text := bytes.ToLower(v.Answer.Body())
	for _, c := range v.Challenges {
		for _, p := range c.Params {
			text = append(append(text, '\n'), strings.ToLower(p.Value)...)
		}
	}
	for _, l := range literals {
		if bytes.Contains(text, []byte(strings.ToLower(l))) {
			return v.Saw("The answer says %q.", l), true
		}
	}
	return fact.Fact{}, false
}

// claims are those of the JWT that the answering hop was sent; nil when there is none that can be read.
func claims(v *cause.View) *jwt.Claims {
	c, ok := v.Arrived(cred.JWT)
	if !ok && len(v.Tokens) == 1 && len(v.Credentials) == 0 {
		c.Value, ok = v.Tokens[0].Value, true // a request without its Authorization, and the token beside it
	}
	if !ok {
		return nil
	}
	t, err := jwt.Decode(c.Value)
	if err != nil || t.Claims == nil {
		return nil
	}
	return t.Claims
}

// over reports that the token's time had ended when the request went out, which is another cause's business.
func over(v *cause.View, c *jwt.Claims) bool {
	sent := v.Answer.Sent
	return !sent.IsZero() && c.Exp.Present && !c.Exp.Invalid && !c.Exp.Milliseconds && c.Exp.Time.Before(sent)
}

// segment is the path element behind name: segment("/admin/realms/shop/users", "realms") is "shop".
func segment(path, name string) string {
	_, rest, ok := strings.Cut(path, "/"+name+"/")
	if !ok {
		return ""
	}
	s, _, _ := strings.Cut(rest, "/")
	return s
}

// newToken is the remedy that gets a token in another way.
func newToken(v *cause.View, id, title, effect string, steps ...string) cause.Remedy {
	return cause.Remedy{ID: id, Title: title, For: "client", Effect: effect, Opens: "nothing", Steps: steps,
		Verify: `curl -i -H "Authorization: Bearer $TOKEN" ` + cause.Quote(v.Request.URL) + " answers 2xx", Undo: "use the former token"}
}

// refusedOrUnseen reports a 401 or 403, or a record that does not show the status.
func refusedOrUnseen(v *cause.View) bool {
	switch v.Answer.Status() {
	case 401, 403:
		return true
	case 0:
		return v.Recorded()
	}
	return false
}

// clientError reports a 4xx, or a record that does not show the status.
func clientError(v *cause.View) bool {
	return v.Answer.Status()/100 == 4 || v.Answer.Status() == 0 && v.Recorded()
}
