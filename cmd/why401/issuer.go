package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/cred/oauth"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/term"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// clientSecretVariable holds the secret of --client: never an argument, which everybody on the machine can read.
const clientSecretVariable = "WHY401_CLIENT_SECRET"

// agreed reads what --issuer, --consult and --client allow. The client belongs to the one issuer that is named.
func (d *diagnosis) agreed() ([]exchange.Issuer, []exchange.Origin, error) {
	var issuers []exchange.Issuer
	for _, text := range d.issuers {
		u, err := oauth.Address(secret.Public(text))
		if err != nil {
			return nil, nil, usage("for example --issuer https://id.example.com/realms/shop", "--issuer %q: %v", text, err)
		}
		issuers = append(issuers, exchange.Issuer{Text: secret.Public(text), URL: u})
	}
	var consult []exchange.Origin
	for _, text := range d.consult {
		u, err := oauth.Address(secret.Public(text))
		if err != nil || u.Path != "" && u.Path != "/" {
			return nil, nil, usage("for example --consult https://keys.example.com", "--consult %q: expected an origin, scheme://host[:port]", text)
		}
		consult = append(consult, u.Origin())
	}
	if d.client == "" {
		return issuers, consult, nil
	}
	if len(issuers) != 1 {
		return nil, nil, usage("why401 --issuer https://id.example.com --client orders-api curl ...", "--client goes with exactly one --issuer: its secret is sent there")
	}
	if strings.Contains(d.client, ":") {
		return nil, nil, usage("put the secret into "+clientSecretVariable, "--client %q: expected the client's id alone, without its secret", strings.SplitN(d.client, ":", 2)[0]+":...")
	}
	if !oauth.Private(issuers[0].URL) {
		return nil, nil, usage("name the issuer by https", "--client: the client's secret is not sent over plain http")
	}
	issuers[0].Client = exchange.Login{User: secret.Public(d.client), From: "--client", NeedPassword: true}
	return issuers, consult, nil
}

// clientSecret finds the secret of the client that may ask about the token: in the environment, or by asking.
func (a *app) clientSecret(issuers []exchange.Issuer) error {
	for i := range issuers {
		c := &issuers[i].Client
		if c.Empty() {
			continue
		}
		if word := os.Getenv(clientSecretVariable); word != "" {
			c.Password = secret.New(word)
			continue
		}
		if !term.Is(a.in) {
			return usage("put it into "+clientSecretVariable+", or run this on a terminal to be asked", "the secret of the client %q is missing and there is no terminal to ask for it", c.User.String())
		}
		word, err := term.Password(a.in, a.err, report.Terminal(secret.Scrub("Secret of the client "+c.User.String()+" (not shown, sent at most once): ")))
		if err != nil {
			return unreadable(err, "put it into "+clientSecretVariable)
		}
		c.Password = secret.New(word)
	}
	return nil
}

// planDocuments says which documents may be read, and what else the issuer may be asked.
func planDocuments(in why401.Input, issuers []exchange.Issuer, consult []exchange.Origin, o report.TextOptions) string {
	if len(issuers)+len(consult) == 0 {
		return ""
	}
	s := report.NewSheet(o)
	line := func(format string, args ...any) { s.Verbatim(fmt.Sprintf(format, args...)) }
	line("")
	line("Among them may be published documents, with GET and without any credential:")
	line("  GET %s", oauth.ResourceDocument(in.Intent.Request.URL))
	for _, i := range issuers {
		for _, u := range oauth.ServerDocuments(i.URL) {
			line("  GET %s", u)
		}
		line("  GET the jwks_uri that they name, at %s%s", i.URL.Origin(), map[bool]string{true: " or an origin below"}[len(consult) > 0])
	}
	for _, c := range consult {
		line("  GET what they name at %s", c)
	}
	for _, i := range issuers {
		if !i.Client.Empty() {
			line("and one POST (introspection, RFC 7662), to %s only: the token,", i.URL.Origin())
			line("with the client %q and its secret.", i.Client.User.String())
		}
	}
	return s.String()
}
