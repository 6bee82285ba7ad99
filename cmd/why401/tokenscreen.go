package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/cred/token"
	"github.com/why401/why401/report"
)

// claimLine is one claim as it may be shown.
type claimLine struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Judge string `json:"judged,omitempty"` // against the clock
}

// claimLines lists the claims that decide; the others by name.
func claimLines(t *jwt.Token, at time.Time) (lines []claimLine, others []string) {
	c := t.Claims
	if c == nil {
		return nil, nil
	}
	shown := map[string]bool{}
	add := func(name, value, judged string) {
		shown[name] = true
		if value != "" {
			lines = append(lines, claimLine{name, value, judged})
		}
	}
	add("iss", c.Issuer.Show, "")
	var auds []string
	for _, a := range c.Audience {
		auds = append(auds, a.Show)
	}
	add("aud", strings.Join(auds, ", "), "")
	add("azp", c.Azp.Show, "")
	add("client_id", c.ClientID.Show, "")
	add("sub", c.Subject.String(), "")
	add("scope", strings.Join(c.Scopes, " "), "")
	shown["scp"] = true
	add("roles", strings.Join(c.Roles, ", "), "")
	add("tid", c.Tid.Show, "")
	for _, f := range []struct{ name, value string }{{"typ", c.Typ}, {"token_use", c.TokenUse}, {"token_type", c.TokenType}, {"type", c.Type}, {"ver", c.Ver}} {
		add(f.name, f.value, "")
	}
	for _, m := range []struct {
		name string
		jwt.Moment
	}{{"iat", c.Iat}, {"auth_time", c.AuthTime}, {"nbf", c.Nbf}, {"exp", c.Exp}} {
		if !m.Present {
			continue
		}
		if m.Invalid || m.Time.IsZero() {
			add(m.name, "not a time", "")
			continue
		}
		add(m.name, m.Time.UTC().Format("2006-01-02 15:04:05 UTC"), against(m.name, m.Time, at))
	}
	for _, n := range c.Names {
		if !shown[n] {
			others = append(others, n)
		}
	}
	return lines, others
}

// against says where a time stands to the clock.
func against(claim string, t, at time.Time) string {
	d := at.Sub(t)
	switch {
	case claim == "exp" && d >= 0:
		return "ended " + span(d) + " ago"
	case claim == "exp":
		return "ends in " + span(-d)
	case claim == "nbf" && d < 0:
		return "begins in " + span(-d)
	case d < 0:
		return span(-d) + " ahead"
	}
	return span(d) + " ago"
}

// span is a length of time in its largest unit.
func span(d time.Duration) string {
	for _, u := range []struct {
		of   time.Duration
		name string
	}{{365 * 24 * time.Hour, "year"}, {24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}} {
		if n := int(d / u.of); n >= 2 || n == 1 && u.of < time.Hour {
			return count(n, u.name)
		}
	}
	return count(int(d/time.Second), "second")
}

func count(n int, unit string) string {
	if n == 1 {
		return "1 " + unit
	}
	return fmt.Sprintf("%d %ss", n, unit)
}

// headline names the token in one line.
func (d *tokenCheck) headline(j token.Judgement) string {
	t := j.Token
	if t == nil {
		if v := cred.VendorOf(d.value); v.Known() {
			return fmt.Sprintf("No JWT: %s %s, %d characters", v.Name, v.What, d.value.Len())
		}
		return fmt.Sprintf("No JWT that can be read, %d characters", d.value.Len())
	}
	words := []string{"JWT"}
	if d.partial {
		words = []string{"Claims of a JWT, without its signature"}
	} else if t.Form != "" {
		words = append(words, string(t.Form))
	}
	if j.Kind != "" {
		words = append(words, string(j.Kind))
	}
	if j.Family != "" {
		words = append(words, "by "+string(j.Family))
	}
	return strings.Join(words, ", ")
}

func (d *tokenCheck) verdict(j token.Judgement) string {
	switch {
	case j.Token == nil:
		return "it cannot be judged without asking the server that issued it"
	case j.Worst() == token.Refused:
		return "servers must refuse it"
	case j.Worst() == token.Doubtful:
		return "some servers may refuse it"
	}
	return "nothing is wrong with it as far as can be seen here"
}

func headerLine(t *jwt.Token) string {
	var parts []string
	for _, f := range []struct{ name, value string }{{"alg", t.Header.Alg}, {"typ", t.Header.Typ}, {"cty", t.Header.Cty}, {"enc", t.Header.Enc}, {"kid", t.Header.Kid.Show}} {
		if f.value != "" {
			parts = append(parts, f.name+" "+f.value)
		}
	}
	for _, k := range t.Header.Keys {
		parts = append(parts, k+" (not followed)")
	}
	if len(parts) == 0 {
		return "empty"
	}
	return strings.Join(parts, ", ")
}

func (d *tokenCheck) signature(j token.Judgement) string {
	switch s := j.Signature; {
	case s != nil && s.OK:
		return "good, made by a key of " + strings.Join(d.keyNames, ", ")
	case s != nil:
		return "does not hold with the keys of " + strings.Join(d.keyNames, ", ")
	case j.Token == nil || d.partial:
		return ""
	case len(d.keyNames) > 0:
		return "not checked"
	}
	return "not checked: --key FILE or --jwks FILE gives the keys"
}

func (d *tokenCheck) screen(j token.Judgement, at time.Time) string {
	s := report.NewSheet(d.app.options())
	s.Row("Token", d.headline(j))
	s.Row("Verdict", d.verdict(j))
	s.Rule()
	if j.Token != nil {
		if !d.partial {
			s.Row("Header", headerLine(j.Token))
		}
		lines, others := claimLines(j.Token, at)
		for _, l := range lines {
			text := l.Value
			if l.Judge != "" {
				text += ", " + l.Judge
			}
			s.Row(l.Name, text)
		}
		if len(others) > 0 {
			s.Row("also", strings.Join(others, ", "))
		}
		if sig := d.signature(j); sig != "" {
			s.Row("Signature", sig)
		}
	}
	if len(j.Findings) > 0 {
		s.Rule()
	}
	for _, f := range j.Findings {
		label := map[token.Severity]string{token.Refused: "Wrong", token.Doubtful: "Doubt", token.Remark: "Note"}[f.Severity]
		s.Row(label, f.Text)
	}
	s.Rule()
	s.Row("Clock", at.Format("2006-01-02 15:04:05 UTC")+map[bool]string{true: ", this machine's", false: ", as given"}[d.at == ""])
	if d.typed {
		s.Row("Note", "a token in the arguments is readable in the process list and the shell's history; why401 token - < FILE keeps it out")
	}
	return s.String()
}

func (d *tokenCheck) document(j token.Judgement, at time.Time) string {
	type finding struct {
		Word     string `json:"word"`
		Severity string `json:"severity"`
		Claim    string `json:"claim,omitempty"`
		Text     string `json:"text"`
	}
	doc := struct {
		Schema    string      `json:"schema"`
		Verdict   string      `json:"verdict"`
		Form      string      `json:"form,omitempty"`
		Kind      string      `json:"kind,omitempty"`
		Family    string      `json:"family,omitempty"`
		Alg       string      `json:"alg,omitempty"`
		Typ       string      `json:"typ,omitempty"`
		Kid       string      `json:"kid,omitempty"`
		Keys      []string    `json:"keys_inside,omitempty"`
		Claims    []claimLine `json:"claims"`
		Others    []string    `json:"other_claims,omitempty"`
		Signature string      `json:"signature"`
		Findings  []finding   `json:"findings"`
		At        string      `json:"at"`
	}{Schema: "why401.token/1", Kind: string(j.Kind), Family: string(j.Family), Claims: []claimLine{}, Findings: []finding{}, At: at.Format(time.RFC3339), Signature: "not checked"}
	doc.Verdict = map[token.Severity]string{token.Refused: "refused", token.Doubtful: "doubtful"}[j.Worst()]
	if doc.Verdict == "" {
		doc.Verdict = "fine"
	}
	if j.Token == nil {
		doc.Verdict = "unreadable"
	}
	s := report.NewSheet(d.app.options())
	if t := j.Token; t != nil {
		doc.Form, doc.Alg, doc.Typ, doc.Kid, doc.Keys = string(t.Form), s.Escape(t.Header.Alg), s.Escape(t.Header.Typ), s.Escape(t.Header.Kid.Show), t.Header.Keys
		lines, others := claimLines(t, at)
		for _, l := range lines {
			doc.Claims = append(doc.Claims, claimLine{l.Name, s.Escape(l.Value), l.Judge})
		}
		for _, o := range others {
			doc.Others = append(doc.Others, s.Escape(o))
		}
	}
	if j.Signature != nil {
		doc.Signature = map[bool]string{true: "good", false: "bad"}[j.Signature.OK]
	}
	for _, f := range j.Findings {
		doc.Findings = append(doc.Findings, finding{string(f.Word), string(f.Severity), f.Claim, s.Escape(f.Text)})
	}
	b, err := json.MarshalIndent(doc, "", "  ")
	if err != nil {
		panic(err) // strings only
	}
	return string(b) + "\n"
}
