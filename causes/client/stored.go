package client

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/store"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// stored says which login the client of this case would take out of its own files, for the URL that was refused: of the
// client that the user named, else of those whose files stand in the evidence.
func stored(v *cause.View) []store.Answer {
	settings, names := v.Settings, []string(nil)
	if in := v.Intent; in != nil && store.Knows(in.Agent.Name) {
		settings = append(slices.Clone(in.Config), settings...)
		if len(in.Config) > 0 || in.Agent.Name != "curl" {
			names = []string{in.Agent.Name}
		}
	}
	if names == nil {
		names = store.Of(settings)
	}
	if len(settings) == 0 {
		return nil
	}
	var out []store.Answer
	urls := refusedURLs(v)
	for _, n := range names {
		if len(urls) == 0 {
			urls = store.Homes(n, settings) // npm does not say what it asked
		}
	}
	for _, u := range urls {
		for _, n := range names {
			if n == "curl" && len(names) > 1 {
				continue // .netrc is part of what the others read
			}
			if a, ok := store.Look(n, u, settings); ok && !a.Empty() {
				out = append(out, a)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return out
}

var urlInText = lazyregexp.New(`https?://[^\s"'<>()\[\]{}|\\^` + "`" + `]{3,500}`)

// refusedURLs are the URLs that were refused: the request's, or those that a program's message names.
func refusedURLs(v *cause.View) []exchange.URL {
	if v.Request.URL.Host != "" {
		return []exchange.URL{v.Request.URL}
	}
	var out []exchange.URL
	for _, p := range v.Excerpts(200, 0, 16<<10) {
		for _, s := range urlInText.FindAllString(string(p.Text), 8) {
			u, err := exchange.ParseURL(strings.TrimRight(s, ".,:;'/"))
			if err == nil && len(out) < 6 && !slices.ContainsFunc(out, func(o exchange.URL) bool { return o.String() == u.String() }) {
				out = append(out, u)
			}
		}
	}
	return out
}

// refusedOrTold is a refusal that was seen, or one that a program's message speaks of.
func refusedOrTold(v *cause.View) bool {
	return v.Refused() || len(v.Exchanges) == 0 || v.Recorded() && (len(v.Exchanges) == 0 || v.Answer.Status() == 0) || v.Answer.Status() == 404
}

// storedNear finds that the client takes no login for this URL while its files hold one that misses by little.
func storedNear(v *cause.View, npm bool) *cause.Suspicion {
	if !refusedOrTold(v) || len(v.Credentials) > 0 && !v.Unseen(exchange.RequestHeader) {
		return nil
	}
	var best *cause.Suspicion
	for _, a := range stored(v) {
		if a.Sent != nil || len(a.Near) == 0 || (a.Client == "npm") != npm {
			continue
		}
		e := a.Near[0]
		for _, n := range a.Near {
			if n.Here && !e.Here {
				e = n
			}
		}
		s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.9, Where: at(e.From),
			Title: fmt.Sprintf("%s does not find the login that is stored", a.Client)}
		if v.Answer.Status() == 404 {
			s.Grade, s.Weight = cause.Likely, 0.55
		}
		s.Because = []fact.Fact{
			{Text: fmt.Sprintf("%s is a stored login that %s does not find: %s.", e.Key, a.Client, e.Why), From: e.From},
			fact.Given(a.Client, "%s looks up %s and finds nothing.", a.Client, a.Looked),
		}
		s.RefusedBy = refuser(v)
		tryStored(v, s, a, e)
		s.Raise = storedRaise(a, e)
		s.Remedies = []cause.Remedy{{
			ID: "bind-login", Title: "store the login under the name that is looked up", For: "client",
			Effect: a.Client + " finds the login", Opens: "nothing", Steps: bindSteps(a, e),
			Verify: "the same command succeeds; without the entry it is refused", Undo: "put the entry back as it was",
		}}
		best = cause.Weightier(best, s)
	}
	return best
}

// storedShadowed finds that the login which was refused comes before another one that the client's files hold for the
// same URL.
func storedShadowed(v *cause.View, netrc bool) *cause.Suspicion {
	if !refusedOrTold(v) {
		return nil
	}
	var best *cause.Suspicion
	for _, a := range stored(v) {
		if a.Sent == nil || len(a.Shadowed) == 0 || strings.HasPrefix(a.Sent.Key, "machine ") != netrc && a.Sent.Key != "default" {
			continue
		}
		if (a.Sent.Key == "default") && !netrc {
			continue
		}
		var other *store.Entry
		for i := range a.Shadowed {
			if e := &a.Shadowed[i]; (e.Value.Empty() || !e.Value.Equal(a.Sent.Value)) && (other == nil || other.Value.Empty() && !e.Value.Empty()) {
				other = e
			}
		}
		if other == nil || a.Sent.Key == "credsStore" && v.Recorded() && len(v.Messages) == 0 && !v.Refused() {
			continue
		}
		s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.74, Where: at(a.Sent.From)}
		s.Because = []fact.Fact{
			{Text: fmt.Sprintf("%s is the login that %s takes.", a.Sent.Key, a.Client), From: a.Sent.From},
			{Text: fmt.Sprintf("%s is stored for the same address and not used: %s.", other.Key, other.Why), From: other.From},
		}
		s.RefusedBy = refuser(v)
		tryStored(v, s, a, *other)
		s.Raise = storedRaise(a, *other)
		s.Remedies = []cause.Remedy{{
			ID: "drop-first-source", Title: "take away or renew the entry that comes first", For: "client",
			Effect: a.Client + " takes the other entry, or the renewed one", Opens: "nothing",
			Steps:  []string{"edit " + a.Sent.From.String() + ": " + a.Sent.Key, "or take " + other.From.String() + " away, if it is the old one"},
			Verify: "the same command succeeds", Undo: "put the entry back",
		}}
		best = cause.Weightier(best, s)
	}
	return best
}

// tryStored adds the experiment that decides: the user's own request with the entry's login. It goes nowhere new: the
// entry is bound to the very host and port that is asked.
func tryStored(v *cause.View, s *cause.Suspicion, a store.Answer, e store.Entry) {
	if !live(v) || v.Recorded() || a.URL.Origin() != v.Request.URL.Origin() || !e.Here || e.Value.Empty() || v.Challenges.Has("Bearer") && a.Client == "docker" {
		return
	}
	t := cause.Authorization("stored "+e.From.String(), "the login of "+e.From.String(), e.Value)
	edit := t.Edit
	t.Edit = func(r exchange.Request) exchange.Request { return edit(cred.Strip(r)) }
	t.Fresh = true
	s.Trials = []cause.Trial{t.Passing().OrOut()}
}

// refuser is who wrote the refusal, when that is known.
func refuser(v *cause.View) exchange.Layer {
	if v.Written && v.Refused() {
		return v.Writer.Layer
	}
	return exchange.Unknown
}

func at(f fact.Source) cause.Location { return cause.Location{File: f.File, Line: f.Line} }

// storedRaise is what decides where nothing may be sent.
func storedRaise(a store.Answer, e store.Entry) []cause.Raise {
	return []cause.Raise{{Command: "why401 --as-client " + a.Client + " URL", Where: "where " + a.Client + " runs, with the URL that was refused",
		Would: "show which entry is taken, and whether that of " + e.From.String() + " is let in"}}
}

func bindSteps(a store.Answer, e store.Entry) []string {
	switch a.Client {
	case "npm":
		_, kind, _ := strings.Cut(e.Key, ":_")
		if i := strings.LastIndex(e.Key, "_"); kind == "" && i >= 0 {
			kind = e.Key[i+1:]
		}
		if !strings.EqualFold(kind, "auth") {
			kind = "authToken"
		}
		_, rest, _ := strings.Cut(a.Looked, "//")
		host, _, _ := strings.Cut(rest, "/")
		return []string{"npm config set " + cause.QuoteWord("//"+host+"/:_"+kind) + ` "$NPM_TOKEN"`, "npm config delete " + cause.QuoteWord(e.Key)}
	case "docker":
		return []string{"docker login " + cause.QuoteWord(strings.TrimSuffix(strings.TrimPrefix(a.Looked, "https://"), "/v1/"))}
	case "maven":
		return []string{"settings.xml: give the <server> the id that is looked up: " + a.Looked}
	case "git":
		return []string{"git credential approve, with the protocol and host of " + a.Looked, "or correct " + e.From.String()}
	case "pip":
		return []string{"pip config set global.index-url with the address that is asked, login and all, or a machine of that host in ~/.netrc"}
	}
	return []string{"edit " + e.From.String() + ": machine, and the host name that is asked"}
}
