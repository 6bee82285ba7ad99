package replay

import (
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/secret"
)

// kind is how a request ends.
type kind int

const (
	unknown   kind = iota // the trace leaves it open
	passes                // a file, an upstream, or a fixed answer of 2xx
	redirects             // 3xx by the configuration
	refuses               // 4xx by the configuration, or the connection is closed
	fails                 // 5xx by the configuration
	missing               // 404 because nothing is there
	unheard               // nobody listens on the port
)

// ending is what a trace comes to.
type ending struct {
	kind       kind
	status     int
	at         conf.Place // of the line that decides
	says       string
	to         string      // who gets it: an upstream, or the file's place
	path       secret.Text // that they are asked for, without the query
	location   string      // of a redirect, without its query
	upstream   bool        // they are another server or program
	carries    bool        // who gets the client's Authorization
	keeps      bool        // it is passed on where there is one
	drops      bool        // it is not
	fate       conf.Place  // of the line that decides that, or that passes the request on
	challenges []string
	open       []string
	where      conf.Place // of the location or folder that it ended in
}

// endingOf reads a trace. sent is the Authorization field of the request.
func endingOf(t *conf.Trace, sent secret.Text) ending {
	e := ending{status: t.Status, to: t.To, challenges: t.Challenges, open: t.Open}
	e.location, _, _ = strings.Cut(t.Location, "?")
	if t.Scope != nil {
		e.where = t.Scope.Place
	}
	e.fate = e.where
	if t.Scope != nil && t.Scope.Pass != nil {
		a := t.Scope.Pass.Authorization
		e.keeps, e.drops = a.Now == conf.Kept, a.Now == conf.Dropped
		if e.fate = a.Place; !e.fate.Known() {
			e.fate = t.Scope.Pass.Place
		}
	}
	if t.Next != nil {
		e.upstream = t.To != ""
		e.carries = !sent.Empty() && (t.Next.Header.Text("Authorization").Equal(sent) || t.Next.Header.Text("HTTP_AUTHORIZATION").Equal(sent))
		e.path, _, _ = t.Next.RequestTarget().Cut("?")
	}
	for _, s := range t.Steps {
		switch {
		case s.Result == conf.Chooses && s.Place.Known() && e.where == (conf.Place{}):
			e.where = s.Place
		case s.Result == conf.Sends && t.To == "":
			e.to = s.Says
		}
	}
	if r := t.Refusing; r != nil {
		e.at, e.says = r.Place, r.Says
	} else if n := len(t.Steps); n > 0 {
		e.at, e.says = t.Steps[n-1].Place, t.Steps[n-1].Says
	}
	switch {
	case away(t):
		e.kind = unknown
	case e.status == 0 || e.status >= 200 && e.status < 300:
		e.kind = passes
	case e.status >= 300 && e.status < 400:
		e.kind = redirects
	case e.status == 404 && (t.Refusing == nil || !t.Refusing.Place.Known()):
		e.kind = missing
	case e.status >= 400 && e.status < 500:
		e.kind = refuses
	default:
		e.kind = fails
	}
	if len(e.open) > 0 {
		e.kind = unknown
	}
	return e
}

// away reports a refusal because of a file of users or groups that is not on this machine, where nothing says that this is the
// server's.
func away(t *conf.Trace) bool {
	if t.Scope == nil || t.Refusing == nil && t.Status < 400 {
		return false
	}
	for _, a := range t.Scope.Auth {
		for _, f := range a.Files {
			if f.Seen != nil && f.Seen.Missing && !f.Seen.Here && t.Refusing != nil && t.Refusing.Place == f.Place {
				t.Open = append(t.Open, f.Path+" is not on this machine")
				return true
			}
		}
		for _, f := range a.Groups {
			if f.Seen != nil && f.Seen.Missing && !f.Seen.Here {
				t.Open = append(t.Open, f.Path+" is not on this machine")
				return true
			}
		}
	}
	return false
}
