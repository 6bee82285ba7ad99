package bisect

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
)

// Limits on what a run sends. They stand in place of the probe's for a foreign server, because the refusals come from a
// site whose files the user may write; tokens and passwords keep the probe's own (docs/safety.md, 2).
const (
	maxRequests = 60
	runTime     = 5 * time.Minute
)

// questions sends one request of the user's again and again, with other plugins off.
type questions struct {
	intent  *exchange.Intent
	request exchange.Request
	sender  *probe.Sender
	token   *token
	pace    time.Duration // between two requests
	sleep   func(context.Context, time.Duration) error
	sent    int
	anew    bool // a parameter of its own in every request, because a cache answers at this address
}

// unmarked is the error for an answer that the drop-in did not mark.
type unmarked struct{ reply reply }

func (u *unmarked) Error() string {
	return fmt.Sprintf("the answer %s does not come from WordPress in this folder", u.reply.text)
}

// with sends the request with a token for the set. It fails unless the drop-in has marked the answer, or the site failed.
func (q *questions) with(ctx context.Context, digest, off, purpose string) (reply, error) {
	at, value := q.token.sign(digest, off)
	req := q.request.Clone()
	if q.anew {
		req.URL = past(req.URL, at)
		req.Target = req.Target.Map(func(string) string { return "" })
	}
	req.Header = req.Header.With(exchange.Field{Name: headerName, Value: value})
	r, x, err := q.send(ctx, req, purpose)
	if err != nil {
		return r, err
	}
	return r, q.marked(x, r, at, "applied")
}

// marked wants the drop-in's mark for this very request.
func (q *questions) marked(x *exchange.Exchange, r reply, at, want string) error {
	stamp, state, _ := strings.Cut(mark(x), " ")
	switch word, rest, _ := strings.Cut(state, " "); {
	case stamp != at && r.fails:
		return nil // the server wrote the error page itself
	case stamp != at:
		return &unmarked{r}
	case word == "clock":
		return fmt.Errorf("PHP's clock is not this machine's: it says %s, here it is %d (seconds since 1970), and the token is good for a minute", rest, q.token.now().Unix())
	case word == "changed":
		return errors.New("the list of active plugins was changed during the search")
	case word != want:
		return &unmarked{r}
	}
	return nil
}

// mark is what the drop-in wrote into the answer's field, "" when it wrote nothing.
func mark(x *exchange.Exchange) string {
	if x.Response == nil {
		return ""
	}
	return x.Response.Header.Text(headerName).Reveal()
}

func (q *questions) send(ctx context.Context, req exchange.Request, purpose string) (reply, *exchange.Exchange, error) {
	if q.sent > 0 {
		if err := q.sleep(ctx, q.pace); err != nil {
			return reply{}, nil, err
		}
	}
	q.sent++
	xs, err := q.sender.Do(ctx, req, probe.How{Purpose: purpose, Follow: q.intent.Follow, Login: true})
	if err == nil && ctx.Err() != nil {
		err = ctx.Err()
	}
	if err != nil {
		return reply{}, nil, err
	}
	x := xs[len(xs)-1]
	if why := q.sender.Stopped(); why != "" {
		return reply{}, nil, fmt.Errorf("the server asks to stop: %s", why)
	}
	return read(x), x, nil
}

// listing is what the drop-in says about the site.
type listing struct {
	Plugins    []string `json:"plugins"`
	Digest     string   `json:"digest"`
	Theme      string   `json:"theme"`
	MustUse    []string `json:"must_use"`
	DropIns    []string `json:"drop_ins"`
	Folder     string   `json:"plugin_folder"`
	NoFileMods bool     `json:"no_file_mods"`
	Version    string   `json:"version"`
}

// maxPlugins keeps the token within what servers take for one header field.
const maxPlugins = 1000

// list asks the drop-in what is active, at the user's address or at another of the site.
func (q *questions) list(ctx context.Context, u exchange.URL) (listing, error) {
	at, value := q.token.sign("list", "")
	req := q.request.Clone()
	if q.anew {
		u = past(u, at)
	}
	req.Method, req.URL, req.Target = "GET", u, req.Target.Map(func(string) string { return "" })
	req.Header = req.Header.With(exchange.Field{Name: headerName, Value: value})
	r, x, err := q.send(ctx, req, "which plugins are active")
	if err != nil {
		return listing{}, err
	}
	if mark(x) == "" {
		return listing{}, &unmarked{r} // an error page of the server included
	}
	if err := q.marked(x, r, at, "list"); err != nil {
		return listing{}, err
	}
	var l listing
	if err := json.Unmarshal(x.Response.Body.Bytes, &l); err != nil {
		return l, fmt.Errorf("the drop-in's list of plugins cannot be read: %w", err)
	}
	if len(l.Plugins) > maxPlugins {
		return l, fmt.Errorf("%d plugins are active, and %d is the most that is searched", len(l.Plugins), maxPlugins)
	}
	return l, nil
}

// Refusals says how often the request may be refused: without limit (-1) without a credential, three times with a token,
// once with a password.
func Refusals(in *exchange.Intent) int {
	kinds := []cred.Kind{cred.Basic, cred.Digest, cred.NTLM, cred.Negotiate}
	switch {
	case !carries(in):
		return -1
	case !in.Login.Empty(), !in.Request.Body.Empty(), slices.ContainsFunc(cred.Of(in.Request), func(c cred.Credential) bool { return slices.Contains(kinds, c.Kind) }):
		return 1
	}
	return 3
}

// carries reports that the intent brings a credential of any kind.
func carries(in *exchange.Intent) bool {
	return !in.Login.Empty() || in.TLS.CertFile != "" || len(cred.Of(in.Request)) > 0 || len(cred.Strip(in.Request).Header) < len(in.Request.Header)
}

// bare is the intent without any credential.
func bare(in *exchange.Intent) *exchange.Intent {
	out := *in
	out.Request, out.Full = cred.Strip(in.Request), nil
	out.Login, out.Auth = exchange.Login{}, exchange.AuthHeader
	out.TLS.CertFile, out.TLS.KeyFile = "", ""
	return &out
}

// past adds a parameter that no stored answer has.
func past(u exchange.URL, at string) exchange.URL {
	u.Query = append(u.Query[:len(u.Query):len(u.Query)], exchange.Param{Name: "why401", Value: secret.Public(at), Eq: true})
	u.HasQuery = true
	return u
}

// home is the site's front address: what stands in front of /wp-json/, else the path up to a PHP file, else "/".
func home(u exchange.URL) exchange.URL {
	h := u
	h.Query, h.HasQuery, h.Fragment = nil, false, ""
	h.Path = "/"
	if i := strings.Index(u.Path+"/", "/wp-json/"); i >= 0 {
		h.Path = u.Path[:i] + "/"
	} else if i := strings.Index(u.Path, "/wp-admin/"); i >= 0 {
		h.Path = u.Path[:i] + "/"
	}
	return h
}

func sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
