package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/guard/draft"
	"github.com/why401/why401/report"
)

// initial writes a first contract: guard --init.
type initial struct{ from, out, target, connect, ca string }

// maxDescription is the size of the largest OpenAPI description that is read.
const maxDescription = 16 << 20

func (i *initial) run(g *guarding) error {
	a := g.app
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	by, err := i.by()
	if err != nil {
		return err
	}
	text, err := i.draft(ctx, by, guard.Options{Env: a.env, Timeout: g.timeout})
	if err != nil {
		var f *failure
		if errors.As(err, &f) {
			return err
		}
		return unreadable(fmt.Errorf("--init: %w", err), "why401 guard --init https://app.example.com/ > contract.yaml")
	}
	if i.out == "" {
		return a.print(string(text))
	}
	if _, err := os.Lstat(i.out); err == nil {
		return usage("choose another name, or remove it first", "-o %s: the file is there already", i.out)
	}
	if err := writeWhole(i.out, func(w io.Writer) error { _, err := w.Write(text); return err }); err != nil {
		return unreadable(err, "")
	}
	a.say("wrote %s; run it: why401 guard %s", i.out, report.ShellQuote(i.out))
	return nil
}

// by is the target as the flags say it.
func (i *initial) by() (t contract.Target, err error) {
	if i.connect != "" {
		if _, err := netip.ParseAddrPort(i.connect); err != nil {
			return t, usage("for example --connect 192.0.2.7:443", "--connect: expected an address and a port")
		}
	}
	if i.target != "" {
		if t.URL, err = exchange.ParseURL(i.target); err != nil {
			return t, usage("for example --target https://staging.example.com", "--target: %v", err)
		}
	}
	t.Connect, t.CAFile = i.connect, i.ca
	return t, nil
}

// draft looks whether an address or a file was named.
func (i *initial) draft(ctx context.Context, by contract.Target, o guard.Options) ([]byte, error) {
	if strings.Contains(i.from, "://") {
		u, err := exchange.ParseURL(i.from)
		if err != nil {
			return nil, usage("why401 guard --init https://app.example.com/", "--init: %v", err)
		}
		return draft.FromURL(ctx, u, by, o)
	}
	f, err := os.Open(i.from)
	if err != nil {
		return nil, usage("a URL begins with http:// or https://", "--init %s: %v", i.from, reasonOf(err))
	}
	defer f.Close()
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("%s: %w", i.from, reasonOf(err))
	}
	all := io.MultiReader(bytes.NewReader(head[:n]), f)
	if bytes.Contains(head[:n], []byte(`"log"`)) && bytes.Contains(head[:n], []byte(`"entries"`)) {
		return draft.FromHAR(ctx, all, by, o)
	}
	text, err := io.ReadAll(io.LimitReader(all, maxDescription))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", i.from, reasonOf(err))
	}
	if draft.IsOpenAPI(text) {
		return draft.FromOpenAPI(ctx, text, by, o)
	}
	return nil, usage("a URL, a HAR, or an OpenAPI 3 description in JSON or YAML", "--init %s: neither a HAR nor an OpenAPI description", i.from)
}
