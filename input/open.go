package input

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

const (
	// maxText is the largest text that is read whole: 8 MiB. What may be larger is streamed by its form.
	maxText = 8 << 20
	// headText is how much of an input its kind is told from before it is read.
	headText = 64 << 10
	// textKind names text of no kind: a report, a chat, a terminal session.
	textKind = "text"
)

// open reads a file or a stream: its kind is told from its head, what may be large is streamed, the rest is read whole.
func open(r io.Reader, place string, src fact.Source, o Options) (Part, error) {
	b := bufio.NewReaderSize(r, headText)
	head, err := b.Peek(headText)
	if err != nil && err != io.EOF && len(head) == 0 {
		return Part{}, unreadable(place, err, "%v", reason(err))
	}
	if err := readable(head); err != nil {
		return Part{}, unreadable(place, err, "%v", err)
	}
	if f, ok := streamed(head, o); ok {
		e, err := f.Stream(b, formOptions(src, o))
		if err != nil {
			return Part{}, unreadable(place, err, "%v", err)
		}
		return Part{Place: place, Kind: f.Kind, What: f.What, Evidence: e}, nil
	}
	all, err := io.ReadAll(io.LimitReader(b, maxText+1))
	if err != nil {
		return Part{}, unreadable(place, err, "%v", reason(err))
	}
	if len(all) > maxText {
		return Part{}, unreadable(place, nil, "larger than 8 MiB; expected a HAR file, or the part of it that shows the refusal")
	}
	text, written := form.Decode(string(all))
	o.written = written
	p, err := understand(text, place, src, o)
	var e *Error
	if errors.As(err, &e) {
		e.Kind = Unreadable
	}
	return p, err
}

func formOptions(src fact.Source, o Options) form.Options {
	return form.Options{Source: src, Dir: o.Dir, Home: o.Home, Sure: o.As != "", Written: o.written}
}

// streamed gives the form that reads a stream of this kind.
func streamed(head []byte, o Options) (form.Form, bool) {
	if o.As != "" {
		f, _ := kindOf(o.As)
		return f, f.Stream != nil
	}
	text, _ := form.Decode(string(head))
	for _, f := range registry() {
		if f.Stream != nil && f.Is(text) >= 90 {
			return f, true
		}
	}
	return form.Form{}, false
}

// readable refuses what is empty or no text, with a word on what to do.
func readable(head []byte) error {
	if len(bytes.TrimSpace(head)) == 0 {
		return errors.New("empty; expected a URL, a curl command, or what the failure left behind")
	}
	if m, ok := form.MagicOf(string(head)); ok {
		return errors.New(m.String())
	}
	if !form.IsText(string(head)) {
		return errors.New("not text")
	}
	return nil
}

// understand reads a text: as the kind that the user named, as requests that may be sent, or by the form that claims it.
func understand(text, place string, src fact.Source, o Options) (Part, error) {
	if o.As != "" {
		f, _ := kindOf(o.As)
		e, err := f.Read(text, formOptions(src, o))
		return part(place, f, e, err)
	}
	cs := claims(text)
	if f, ok := kindOf("git-credentials"); ok && strings.HasSuffix(place, ".git-credentials") {
		// One stored login looks like a URL to be asked: the one kind that the name has to tell.
		e, err := f.Read(text, formOptions(src, o))
		return part(place, f, e, err)
	}
	switch {
	case urlLines(text) && cs[0].sure < 80:
		p, err := fromLines(text, src, o)
		p.Place = place
		return p, err
	case cs[0].Kind == "curl" && pureCurl(text):
		p, err := command(text, src, o)
		if err != nil {
			return Part{}, fromCurl(err, src.String())
		}
		p.Place = place
		return p, nil
	}
	f, e, err := readFirst(cs, text, formOptions(src, o))
	return part(place, f, e, err)
}

// telling are words of which a description of a refusal has at least one.
var telling = lazyregexp.New(`(?i)\b40[1347]\b|\b419\b|unauthor|forbidden|denied|log ?in|auth|password|token|credential|cookie|session|certificate|refus|reject|\bkey|permission|redirect|sign|cors|proxy|jwt|oauth|saml|oidc|claim|issuer|audience|expired|clock|csrf|kerberos|ldap|htpasswd|header`)

// spokenBy are words of somebody who tells of themselves.
var spokenBy = lazyregexp.New(`(?i)\b(?:i|we|my|our|me|us|i'm|i've|somebody|users?)\b`)

// idle reports prose that speaks of nothing of the kind.
func idle(e exchange.Evidence) bool {
	if len(e.Intents)+len(e.Exchanges)+len(e.Tokens)+len(e.Messages)+len(e.Settings) > 0 {
		return false
	}
	for _, n := range e.Notes {
		if telling.MatchString(string(n.Text)) {
			return false
		}
	}
	return true
}

// part is what a form read. A part that is requests and nothing else may be sent, unless their values stand in variables.
func part(place string, f form.Form, e exchange.Evidence, err error) (Part, error) {
	switch {
	case err != nil:
		return Part{}, unreadable(place, err, "%v", err)
	case e.Empty(), idle(e):
		return Part{}, unreadable(place, nil, "nothing in it is recognised; expected a request, a reply, a log, a token or a configuration (--as KIND names the kind)")
	}
	if n := e.Notes; len(n) == 1 && len(e.Messages)+len(e.Exchanges)+len(e.Tokens)+len(e.Settings) == 0 && len(n[0].Text) < 400 && !spokenBy.MatchString(string(n[0].Text)) {
		// A sentence alone, in which nobody speaks of themselves, may be a program's just as well.
		e.Messages = append(e.Messages, exchange.Message{Text: n[0].Text, Kind: "error", From: n[0].From})
	}
	p := Part{Place: place, Kind: f.Kind, What: f.What, Evidence: e}
	p.live = len(e.Intents) > 0 && len(e.Exchanges)+len(e.Messages)+len(e.Notes)+len(e.Tokens) == 0
	for _, in := range e.Intents {
		p.live = p.live && len(in.Variables) == 0 && in.Request.URL.Host != "" && !strings.ContainsAny(in.Request.URL.Host, "{}$<>")
	}
	return p, nil
}
