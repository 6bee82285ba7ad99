package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/expiry"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
)

const expiryHint = "why401 guard --expiry token.jwt jwks.json client.pem /etc/nginx https://app.example.com/"

// expiryFlags gives guard --expiry, and lets it run that instead of a contract.
func (a *app) expiryFlags(c *cobra.Command) {
	on, at := false, ""
	c.Flags().BoolVar(&on, "expiry", false, "say what ends and is then answered with 401: tokens, keys, certificates, hashes in each FILE, folder or URL")
	c.Flags().StringVar(&at, "at", "", "with --expiry: as seen at this `TIME`")
	contract, args := c.RunE, c.Args
	c.Args = func(c *cobra.Command, given []string) error {
		if on {
			return nil
		}
		return args(c, given)
	}
	c.RunE = func(c *cobra.Command, given []string) error {
		switch {
		case !on && at != "":
			return usage(expiryHint, "--at goes with --expiry")
		case !on:
			return contract(c, given)
		case len(given) == 0:
			return usage(expiryHint, "--expiry: name a file, a folder, a URL, or - for a token on standard input")
		}
		for _, name := range []string{"init", "row", "check", "junit", "sarif", "github", "replay", "against"} {
			if c.Flags().Changed(name) {
				return usage(expiryHint, "--%s and --expiry are two questions", name)
			}
		}
		now := time.Now()
		if at != "" {
			t, err := moment(at, now)
			if err != nil {
				return usage(expiryHint, "--at: %w", err)
			}
			now = t
		}
		asJSON, _ := c.Flags().GetBool("json")
		exitZero, _ := c.Flags().GetBool("exit-zero")
		metrics, _ := c.Flags().GetString("prometheus")
		return a.expiry(given, now, asJSON, exitZero, metrics)
	}
}

func (a *app) expiry(args []string, now time.Time, asJSON, exitZero bool, metrics string) error {
	in := expiry.Input{Now: now}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	for _, arg := range args {
		var err error
		switch {
		case strings.HasPrefix(arg, "https://") || strings.HasPrefix(arg, "http://"):
			err = a.shake(ctx, arg, &in)
		case arg == "-":
			b, rerr := io.ReadAll(io.LimitReader(a.in, 1<<20))
			if err = rerr; err == nil && !in.Bytes("standard input", b, now) {
				err = errors.New("standard input: " + expiry.ErrNothing.Error())
			}
		default:
			err = in.Read(arg)
		}
		if err != nil {
			return unreadable(err, expiryHint)
		}
	}
	all := expiry.Of(in)
	dir, err := os.Getwd()
	for i := range all {
		if err == nil && dir != "/" {
			all[i].Source = strings.ReplaceAll(all[i].Source, dir+string(filepath.Separator), "")
		}
		all[i].Source, all[i].What = secret.Scrub(all[i].Source), secret.Scrub(all[i].What)
	}
	if metrics != "" {
		if err := writeWhole(metrics, func(w io.Writer) error { return expiry.Metrics(w, all) }); err != nil {
			return unreadable(err, "")
		}
	}
	if asJSON {
		err = expiry.WriteJSON(a.out, all, now)
	} else {
		err = a.print(expiry.Text(all, now, a.options()))
	}
	switch {
	case err != nil:
		return err
	case len(expiry.Pressing(all)) > 0 && !exitZero:
		return ended(1)
	}
	return nil
}

// shake asks a URL once, without any credential, for what its handshake shows.
func (a *app) shake(ctx context.Context, url string, in *expiry.Input) error {
	u, err := exchange.ParseURL(url)
	if err != nil {
		return errors.New(url + ": " + err.Error())
	}
	intent := &exchange.Intent{Agent: exchange.Agent{Name: "why401"}, Request: exchange.Request{Method: "HEAD", URL: u}}
	s, err := probe.New(intent, probe.Options{MaxRequests: 1})
	if err != nil {
		return err
	}
	got, err := s.Do(ctx, intent.Request, probe.How{Purpose: "the certificate"})
	if err != nil {
		return err
	}
	for _, x := range got {
		if x.Conn.TLS == nil && x.Failure != nil {
			return errors.New(u.Origin().String() + ": " + x.Failure.Error())
		}
	}
	in.Exchanges = append(in.Exchanges, got...)
	return nil
}

// endings are what a run of a contract has shown to end: the certificates of its targets, its own tokens, passwords in clear.
func endings(res *guard.Result, now time.Time) []expiry.Ending {
	in := expiry.Input{Now: now}
	for _, r := range res.Rows {
		in.Exchanges = append(in.Exchanges, r.Exchanges...)
	}
	return expiry.Of(in)
}
