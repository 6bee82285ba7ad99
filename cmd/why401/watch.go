package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/why401/why401"
	"github.com/why401/why401/guard"
	"github.com/why401/why401/guard/contract"
	"github.com/why401/why401/probe"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch"
	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/face"
	"github.com/why401/why401/watch/state"
)

// watching is the command watch.
type watching struct {
	app    *app
	file   string
	dir    string // of the store
	listen string
	json   bool
	again  string
	logins loggingIn

	out sync.Mutex // a line at a time

	mu       sync.Mutex
	channels []alert.Channel
	stale    error
}

func (a *app) watch() *cobra.Command {
	w := &watching{app: a}
	c := &cobra.Command{
		Use:   "watch CONTRACT",
		Short: "Ask the rows of a contract again and again, and tell when a cause changes",
		Long: `watch asks the rows of a contract (why401 guard) on a schedule, keeps the last good and the first bad exchange of each, says
what changed between them, and sends a message when a cause changes, not for each failure. Rows with a credential are
asked only when the contract says watch: true for them; a credential that was refused is not sent again until it, or its row,
changes, or you say so with --again.

It runs until it is told to end (SIGTERM, Ctrl-C). SIGHUP reads the contract again; a contract with a mistake changes nothing.
http://127.0.0.1:9401/ shows where it stands, /metrics is for Prometheus, /healthz for whoever keeps it running.
docs/watch.md has the rest, with a systemd unit.`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error { return w.run(args) },
	}
	c.Flags().StringVar(&w.dir, "dir", "", "keep what is remembered in `FOLDER`")
	c.Flags().StringVar(&w.listen, "listen", "127.0.0.1:9401", "serve the page, metrics and health at this `ADDRESS` of this machine; off for nowhere")
	c.Flags().BoolVar(&w.json, "json", false, "write a line of JSON for each answer, change and message")
	c.Flags().StringVar(&w.again, "again", "", "have the running watch ask `ROW` again, although its credential was refused")
	w.logins.register(c.Flags())
	return c
}

func (w *watching) run(args []string) error {
	if len(args) == 0 {
		return usage("why401 watch contract.yaml", "watch: name the contract")
	}
	if err := w.logins.check(); err != nil {
		return err
	}
	w.file = args[0]
	c, err := w.read()
	if err != nil {
		return err
	}
	if w.dir == "" {
		if w.dir, err = watchFolder(w.file); err != nil {
			return unreadable(err, "--dir names a folder")
		}
	}
	if w.again != "" {
		return w.sayAgain(c)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return w.watch(ctx, c)
}

// read reads the contract.
func (w *watching) read() (*contract.Contract, error) {
	c, err := contract.Read(w.file)
	var wrong contract.Errors
	switch {
	case errors.As(err, &wrong):
		return nil, &failure{exitUsage, err, "docs/watch.md has the form of the part about watch"}
	case err != nil:
		return nil, unreadable(err, "why401 watch contract.yaml")
	}
	return c, nil
}

// watchFolder is a folder of its own for each contract.
func watchFolder(file string) (string, error) {
	state, err := probe.StateDir()
	if err != nil {
		return "", err
	}
	path, err := filepath.Abs(file)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(path))
	name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	return filepath.Join(state, "watch", name+"-"+hex.EncodeToString(sum[:4])), nil
}

func (w *watching) sayAgain(c *contract.Contract) error {
	for _, check := range guard.Checks(c) {
		if check.Name() != w.again {
			continue
		}
		if err := watch.AskAgain(w.dir, w.again); err != nil {
			return unreadable(err, "")
		}
		w.app.say("%s is asked again; what the ledger of passwords says still holds", w.again)
		return nil
	}
	return usage("why401 watch contract.yaml --again ROW", "--again %q: the contract has no such row", w.again)
}

func (w *watching) options() guard.Options {
	return guard.Options{Env: w.app.env, Login: w.logins.browser()}
}

// prepare makes of a contract what a watcher needs.
func (w *watching) prepare(ctx context.Context, c *contract.Contract, s state.Store) (*watch.Contract, []alert.Channel, error) {
	asker, err := watch.NewContract(c, w.options(), []byte(s.Instance()))
	if err != nil {
		return nil, nil, usage("docs/watch.md says which rows are watched", "%w", err)
	}
	channels, err := watch.Channels(ctx, c, w.options(), why401.UserAgent())
	if err != nil {
		return nil, nil, unreadable(err, "the contract names where secrets come from; docs/watch.md")
	}
	return asker, channels, nil
}

func (w *watching) watch(ctx context.Context, c *contract.Contract) error {
	listener, err := w.open()
	if err != nil {
		return err
	}
	if listener != nil {
		defer listener.Close()
	}
	store, err := state.OpenLocal(w.dir)
	if err != nil {
		return unreadable(err, "")
	}
	defer store.Close()
	asker, channels, err := w.prepare(ctx, c, store)
	if err != nil {
		return err
	}
	w.channels = channels
	watcher := &watch.Watcher{Store: store, Asker: asker, Channels: channels, Heard: w.hear, Forget: w.forget}
	if c.Watch != nil {
		watcher.Parallel = c.Watch.Parallel
	}
	for _, left := range asker.Left() {
		w.app.say("not watched: %s", left)
	}
	w.app.say("watching %d rows of %s, %d ways for messages", len(asker.Rows()), w.file, len(channels))
	var wg sync.WaitGroup
	if listener != nil {
		w.app.say("listening on http://%s/", listener.Addr())
		f := &face.Face{Store: store, Contract: func() string { return w.file }, Trouble: watcher.Trouble, Stale: w.isStale}
		wg.Go(func() {
			if err := f.Serve(ctx, listener); err != nil {
				w.app.say("%v", err)
			}
		})
	}
	wg.Go(func() { watcher.Listen(ctx, w.dir) })
	wg.Go(func() { w.reloads(ctx, watcher, store) })
	if err = watcher.Run(ctx); err != nil {
		return unreadable(err, "")
	}
	wg.Wait()
	w.app.say("ended")
	return nil
}

// open listens on this machine alone: what is shown needs no login.
func (w *watching) open() (net.Listener, error) {
	if w.listen == "off" || w.listen == "" {
		return nil, nil
	}
	const hint = "a reverse proxy with a login can stand in front; --listen off serves nothing"
	host, _, err := net.SplitHostPort(w.listen)
	if err != nil {
		return nil, usage("for example --listen 127.0.0.1:9401", "--listen %s: %w", w.listen, err)
	}
	if a, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !a.Unmap().IsLoopback()) {
		return nil, usage(hint, "--listen %s: it is no address of this machine alone, such as 127.0.0.1:9401", w.listen)
	}
	l, err := net.Listen("tcp", w.listen)
	if err != nil {
		return nil, unreadable(fmt.Errorf("listen: %w", err), hint)
	}
	return l, nil
}

// reloads reads the contract again at SIGHUP.
func (w *watching) reloads(ctx context.Context, watcher *watch.Watcher, store state.Store) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, reloadSignals...)
	defer signal.Stop(hup)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
		}
		err := w.reload(ctx, watcher, store)
		w.mu.Lock()
		w.stale = err
		w.mu.Unlock()
		if err != nil {
			w.app.say("%v", err)
			w.app.say("the contract was not read again: the former one is in force")
		}
	}
}

func (w *watching) reload(ctx context.Context, watcher *watch.Watcher, store state.Store) error {
	c, err := w.read()
	if err != nil {
		return err
	}
	asker, channels, err := w.prepare(ctx, c, store)
	if err != nil {
		return err
	}
	if err := watcher.Change(ctx, asker, channels); err != nil {
		return err
	}
	w.mu.Lock()
	w.channels = channels
	w.mu.Unlock()
	w.app.say("the contract was read again: %d rows", len(asker.Rows()))
	return nil
}

func (w *watching) isStale() error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.stale
}

// forget drops what earlier answers left in the book of secrets; those of the contract are read for each row anyway.
func (w *watching) forget() {
	secret.Forget()
	w.mu.Lock()
	defer w.mu.Unlock()
	alert.Remember(w.channels)
}
