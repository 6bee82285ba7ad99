package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/oauth"
	"github.com/why401/why401/cred/token"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

type tokenCheck struct {
	app                       *app
	key, jwks                 []string
	at                        string
	issuer, audience          []string
	fetch, yes, json          bool
	keyNames                  []string // what was read for keys, for the screen
	value                     secret.Text
	partial, typed, fromStdin bool
}

func (a *app) token() *cobra.Command {
	d := &tokenCheck{app: a}
	c := &cobra.Command{
		Use:   "token [FILE | - | TOKEN]",
		Short: "Take a token apart, and say what a server would hold against it",
		Long: "Shows header and claims of a JWT, judges its times by the clock, and its\n" +
			"signature by the keys you give. Nothing is sent, unless you say --fetch.\n" +
			"Without an argument the token is asked for, and not shown.\n" +
			"Exit code: 0 nothing wrong, 1 servers must refuse it, 4 not readable.",
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args) },
	}
	f := c.Flags()
	f.StringArrayVar(&d.key, "key", nil, "check the signature with this `FILE`: PEM, JWK, certificate, or a secret")
	f.StringArrayVar(&d.jwks, "jwks", nil, "check the signature with the keys of this `FILE`")
	f.StringVar(&d.at, "at", "", "judge as of this `TIME`: 2026-01-02T15:04:05Z, seconds, or a Date field")
	f.StringArrayVar(&d.issuer, "issuer", nil, "the issuer that the server wants")
	f.StringArrayVar(&d.audience, "audience", nil, "the audience that the server wants")
	f.BoolVar(&d.fetch, "fetch", false, "get the issuer's keys, after asking")
	f.BoolVar(&d.yes, "yes", false, "with --fetch: do not ask")
	f.BoolVar(&d.json, "json", false, "write JSON")
	return c
}

func (d *tokenCheck) run(args []string) error {
	at, err := when(d.at)
	if err != nil {
		return err
	}
	if d.yes && !d.fetch {
		return usage("why401 token --fetch --yes FILE", "--yes goes with --fetch")
	}
	if err := d.read(args); err != nil {
		return err
	}
	keys, err := d.keys()
	if err != nil {
		return err
	}
	if d.fetch {
		if err := d.fetchKeys(&keys); err != nil {
			return err
		}
	}
	j := token.Judge(d.value, at, 0, keys, token.Expect{Issuers: d.issuer, Audiences: d.audience, Partial: d.partial, Kind: token.AnyKind})
	if d.json {
		err = d.app.print(d.document(j, at))
	} else {
		err = d.app.print(d.screen(j, at))
	}
	switch {
	case err != nil:
		return err
	case j.Token == nil:
		return ended(exitUnreadable)
	case j.Worst() == token.Refused:
		return ended(1)
	}
	return nil
}

// when reads a time as people have it.
func when(s string) (time.Time, error) {
	if s == "" {
		return time.Now().UTC(), nil
	}
	for _, form := range []string{time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02", time.RFC1123, time.RFC1123Z} {
		if t, err := time.Parse(form, s); err == nil {
			return t.UTC(), nil
		}
	}
	if n := int64(0); len(s) <= 13 && strings.Trim(s, "0123456789") == "" {
		if _, err := fmt.Sscan(s, &n); err == nil {
			return time.Unix(n, 0).UTC(), nil
		}
	}
	return time.Time{}, usage("for example --at 2026-01-02T15:04:05Z", "--at %q: expected a time", s)
}

// read finds the token: in a file, on standard input, in the argument, or by asking.
func (d *tokenCheck) read(args []string) error {
	a := d.app
	arg := ""
	if len(args) == 1 {
		arg = args[0]
	}
	st, statErr := os.Stat(arg)
	switch {
	case arg == "" && term.Is(a.in):
		word, err := term.Password(a.in, a.err, "Token (not shown): ")
		if err != nil {
			return unreadable(err, "why401 token FILE")
		}
		return d.take(word)
	case arg == "" && !piped(a.in):
		return usage("why401 token FILE, or why401 token - and the token on standard input", "there is no token and no terminal to ask for it")
	case arg == "" || arg == "-":
		d.fromStdin = true
		b, err := io.ReadAll(io.LimitReader(a.stdin, 1<<20))
		if err != nil {
			return unreadable(fmt.Errorf("read standard input: %w", err), "")
		}
		return d.take(string(b))
	case statErr == nil && st.IsDir():
		return unreadable(fmt.Errorf("%s: is a directory; expected a file", arg), "")
	case statErr == nil && st.Size() > 1<<20:
		return unreadable(fmt.Errorf("%s: larger than 1 MiB; expected a token", arg), "")
	case statErr == nil:
		b, err := os.ReadFile(arg)
		if err != nil {
			return unreadable(fmt.Errorf("%s: %w", arg, reasonOf(err)), "")
		}
		return d.take(string(b))
	}
	if len(arg) < 20 || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "/") {
		return unreadable(fmt.Errorf("%s: no such file", arg), "why401 token FILE")
	}
	d.typed = true
	return d.take(arg)
}

// take finds the token in a text: alone, behind a scheme word, in a header line or a command.
func (d *tokenCheck) take(text string) error {
	word, ok := plainText([]byte(text))
	if word = strings.TrimSpace(word); word == "" || !ok {
		return unreadable(errors.New("there is no token in it"), "why401 token FILE")
	}
	// One that stands alone is taken as it stands: a line break inside it is for Judge to tell.
	if !strings.ContainsAny(word, " :{") {
		d.value = secret.New(strings.Trim(word, `"'`))
		return nil
	}
	got, err := input.Read([]string{"-"}, strings.NewReader(word), input.Options{})
	if err != nil {
		return unreadable(errors.New("there is no token in it"), "why401 token FILE")
	}
	if len(got.Evidence.Tokens) > 0 {
		t := got.Evidence.Tokens[0]
		d.value, d.partial = t.Value, !t.Whole
		return nil
	}
	var requests []exchange.Request
	for _, x := range got.Evidence.Exchanges {
		requests = append(requests, x.Request)
	}
	for _, i := range append(got.Intents, got.Evidence.Intents...) {
		requests = append(requests, i.Request)
	}
	for _, r := range requests {
		for _, c := range cred.Of(r) {
			if c.Kind == cred.JWT || c.Kind == cred.Bearer {
				d.value = c.Value
				return nil
			}
		}
	}
	return unreadable(errors.New("there is no token in it"), "why401 token FILE")
}

// keys reads what --key and --jwks name. What is no key in --key is a shared secret.
func (d *tokenCheck) keys() (jose.Set, error) {
	var all jose.Set
	for n, name := range append(append([]string{}, d.key...), d.jwks...) {
		b, err := os.ReadFile(name)
		if err != nil {
			return all, unreadable(fmt.Errorf("%s: %w", name, reasonOf(err)), "")
		}
		set, err := jose.ReadKeys(b)
		switch {
		case err != nil && n >= len(d.key):
			return all, unreadable(fmt.Errorf("%s: %w", name, err), "a shared secret is given with --key")
		case err != nil:
			set = jose.Secret(b)
		}
		all.Add(set)
		d.keyNames = append(d.keyNames, name)
	}
	return all, nil
}

// fetchKeys gets the issuer's keys: its metadata and the document that it names, each origin only after a yes. What the
// token itself names (jku, x5u) is never followed.
func (d *tokenCheck) fetchKeys(keys *jose.Set) error {
	j := token.Judge(d.value, time.Time{}, 0, jose.Set{}, token.Expect{})
	if j.Token == nil || j.Token.Claims == nil || !j.Token.Claims.Issuer.Present() {
		return unreadable(errors.New("--fetch: the token names no issuer"), "give its keys with --jwks FILE")
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	f := &fetching{tokenCheck: d, ctx: ctx, asked: map[string]bool{}}
	issuer := j.Token.Claims.Issuer
	at, err := oauth.Address(issuer.Text)
	if err != nil {
		return unreadable(fmt.Errorf("--fetch: the issuer is %w", err), "give its keys with --jwks FILE")
	}
	var x *exchange.Exchange
	for _, u := range oauth.ServerDocuments(at) {
		if x, err = f.get(u); err != nil {
			return err
		}
		if x.OK() {
			break
		}
	}
	if !x.OK() {
		return unreadable(fmt.Errorf("--fetch: %s answers %d", x.Request.URL, x.Status()), "give its keys with --jwks FILE")
	}
	server, err := oauth.ReadServer(x.Body())
	switch {
	case err != nil:
		return unreadable(fmt.Errorf("--fetch: %s: %w", x.Request.URL, err), "")
	case !server.Speaks(issuer): // RFC 8414 3.3: it must not be used
		return unreadable(fmt.Errorf("--fetch: %s: it says that its issuer is %q, and the token's is %q; such a document must not be used (RFC 8414 3.3)", x.Request.URL, server.Issuer.Show, issuer.Show), "give its keys with --jwks FILE")
	case server.Keys == "":
		return unreadable(fmt.Errorf("--fetch: %s: it names no jwks_uri", x.Request.URL), "give its keys with --jwks FILE")
	}
	at, err = oauth.Address(secret.Public(server.Keys))
	if err != nil {
		return unreadable(fmt.Errorf("--fetch: jwks_uri is %w", err), "give its keys with --jwks FILE")
	}
	if x, err = f.get(at); err != nil {
		return err
	}
	if !x.OK() {
		return unreadable(fmt.Errorf("--fetch: %s answers %d", at, x.Status()), "give its keys with --jwks FILE")
	}
	set, err := oauth.ReadKeys(x)
	if err != nil {
		return unreadable(fmt.Errorf("--fetch: %s: %w", at, err), "")
	}
	for _, w := range set.Warnings {
		d.app.say("%s", w)
	}
	keys.Add(set.Set)
	d.keyNames = append(d.keyNames, at.String())
	return nil
}

// fetching gets published documents, from each origin only after a yes.
type fetching struct {
	*tokenCheck
	ctx   context.Context
	asked map[string]bool
}

func (f *fetching) get(u exchange.URL) (*exchange.Exchange, error) {
	in, err := oauth.Fetch(u)
	if err != nil {
		return nil, unreadable(fmt.Errorf("--fetch: %s: %w", u, err), "give its keys with --jwks FILE")
	}
	origin := u.Origin().String()
	if !f.asked[origin] {
		if err := f.agree(origin); err != nil {
			return nil, err
		}
		f.asked[origin] = true
	}
	x, err := why401.Once(f.ctx, why401.Input{Intent: in})
	if f.ctx.Err() != nil {
		return nil, ended(exitInterrupted)
	}
	if err == nil && x.Failure != nil {
		err = x.Failure
	}
	if err != nil {
		return nil, unreadable(fmt.Errorf("--fetch: %s: %w", origin, err), "give its keys with --jwks FILE")
	}
	return x, nil
}

// agree names the origin and wants a yes.
func (d *tokenCheck) agree(origin string) error {
	a := d.app
	if d.yes {
		a.say("getting the issuer's public documents from %s (the token is not sent)", origin)
		return nil
	}
	if d.fromStdin || !term.Is(a.in) {
		return usage("--yes answers for you in scripts", "--fetch would ask %s, and there is nobody to say yes", origin)
	}
	fmt.Fprint(a.err, report.NewSheet(a.options()).Escape("The token says that its issuer is at "+origin+". Ask it for its public keys? The token is not sent. [y/N] "))
	line, _ := bufio.NewReader(a.in).ReadString('\n')
	if s := strings.ToLower(strings.TrimSpace(line)); s != "y" && s != "yes" {
		return &failure{exitWithheld, fmt.Errorf("not asked: %s", origin), "give its keys with --jwks FILE"}
	}
	return nil
}
