package browser

import (
	"context"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/why401/why401/exchange"
)

// How long the page may be silent before it counts as done, and how long it may take after its load event.
const (
	quiet  = 700 * time.Millisecond
	linger = 6 * time.Second
)

// visit starts the browser, opens the page, and reads what was recorded when the page falls silent.
func (p *place) visit(ctx context.Context, in *exchange.Intent, o Options) (*Recording, error) {
	opts := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(p.program), chromedp.UserDataDir(p.profile), chromedp.WindowSize(1280, 900),
		// Neither proxy variables nor credentials of the user's own environment reach the browser.
		chromedp.NoInheritEnv, chromedp.Env("PATH="+os.Getenv("PATH"), "HOME="+p.profile, "TMPDIR="+p.profile, "LANG=C.UTF-8", "XDG_RUNTIME_DIR="+p.profile),
	}
	for name, value := range p.flags {
		opts = append(opts, chromedp.Flag(name, value))
	}
	alloc, stop := chromedp.NewExecAllocator(ctx, opts...)
	defer stop()
	silent := func(string, ...any) {}
	tab, leave := chromedp.NewContext(alloc, chromedp.WithLogf(silent), chromedp.WithErrorf(silent), chromedp.WithDebugf(silent))
	defer leave()
	if err := chromedp.Do(tab); err != nil {
		return nil, &Missing{"Chromium did not start: " + startTrouble(err)}
	}
	// The profile can be removed only when nobody writes into it any more.
	defer chromedp.Cancel(tab)

	c := chromedp.FromContext(tab)
	v := &visit{ctx: tab, page: c.Target, all: c.Browser, o: o, in: in, rec: newRecorder(in), changed: make(chan struct{}, 1)}
	v.gate = newGate(in, o, v.answer)
	defer v.gate.close()
	version, err := cdp.Call(tab, v.all, browser.GetVersion, cdp.Empty{})
	if err != nil {
		return nil, fmt.Errorf("asking the browser for its version: %w", err)
	}
	v.rec.program = programName(version.Product)
	if err := v.prepare(); err != nil {
		return nil, fmt.Errorf("preparing the browser: %w", err)
	}
	if err := v.open(); err != nil {
		return nil, err
	}
	out := &Recording{Program: v.rec.program, Notes: p.notes}
	if o.Login != nil {
		out.Entry = v.signIn()
	}
	v.jars()
	v.bodies.Wait()
	if o.Screenshot {
		out.Screenshot = v.screenshot()
	}
	out.Exchanges = v.rec.exchanges(v.gate.lent())
	if out.Entry != nil {
		if err := v.finish(out.Entry, out.Exchanges); err != nil {
			return nil, err
		}
	}
	out.Notes = append(out.Notes, v.gate.notes()...)
	if v.late {
		out.Notes = append(out.Notes, "The page had not come to rest when its time was over; what came later was not seen.")
	}
	if len(out.Exchanges) == 0 {
		if why := v.rec.trouble(); why != "" {
			return out, &Missing{"Chromium could not open the page: " + why}
		}
	}
	return out, nil
}

// visit is one page being looked at.
type visit struct {
	ctx     context.Context
	page    *chromedp.Target
	all     *chromedp.Browser
	o       Options
	in      *exchange.Intent
	rec     *recorder
	gate    *gate
	bodies  sync.WaitGroup
	changed chan struct{}
	late    bool
}

func (v *visit) prepare() error {
	yes := true
	if err := chromedp.Listen(v.ctx, v.heard); err != nil {
		return err
	}
	if err := chromedp.ListenBrowser(v.ctx, v.gate.heard); err != nil {
		return err
	}
	if _, err := cdp.Call(v.ctx, v.all, browser.SetDownloadBehavior, browser.SetDownloadBehaviorParams{Behavior: browser.SetDownloadBehaviorBehaviorDeny}); err != nil {
		return err
	}
	// At the browser, not at the tab: frames and workers of the page pass the same gate.
	if _, err := cdp.Call(v.ctx, v.all, fetch.Enable, fetch.EnableParams{HandleAuthRequests: &yes}); err != nil {
		return err
	}
	if _, err := cdp.Call(v.ctx, v.page, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	if _, err := cdp.Call(v.ctx, v.page, network.SetBypassServiceWorker, network.SetBypassServiceWorkerParams{Bypass: true}); err != nil {
		return err
	}
	if _, err := cdp.Call(v.ctx, v.page, page.Enable, page.EnableParams{}); err != nil {
		return err
	}
	if v.o.Login == nil {
		return nil
	}
	tree, err := cdp.Call(v.ctx, v.page, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return err
	}
	v.rec.frame = tree.FrameTree.Frame.ID
	if _, err := cdp.Call(v.ctx, v.page, log.Enable, cdp.Empty{}); err != nil {
		return err
	}
	// Text goes where the focus is, and a page of which no window is in front has none.
	_, err = cdp.Call(v.ctx, v.page, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	return err
}

// heard takes the events of the tab. It must not wait for anything.
func (v *visit) heard(ev any) {
	switch e := ev.(type) {
	case *page.EventJavascriptDialogOpening:
		go cdp.Call(v.ctx, v.page, page.HandleJavaScriptDialog, page.HandleJavaScriptDialogParams{Accept: false})
		return
	case *page.EventLoadEventFired:
		v.rec.loaded()
	case *network.EventLoadingFinished:
		if v.rec.finished(e) {
			v.bodies.Add(1)
			go v.body(e.RequestID)
		}
		v.gate.done(e.RequestID)
	case *network.EventLoadingFailed:
		v.rec.failed(e)
		v.gate.done(e.RequestID)
	case *network.EventResponseReceivedExtraInfo:
		if v.rec.replyExtra(e) {
			v.gate.used(int(e.StatusCode))
		}
		v.gate.answered(e)
	case *network.EventResponseReceived:
		v.rec.reply(e)
		v.gate.done(e.RequestID)
	case *network.EventRequestWillBeSent:
		v.rec.request(e)
	case *network.EventRequestWillBeSentExtraInfo:
		v.rec.requestExtra(e)
	case *log.EventEntryAdded:
		v.rec.complaint(e.Entry)
		return
	default:
		return
	}
	select {
	case v.changed <- struct{}{}:
	default:
	}
}

// body fetches what the browser kept of an answer.
func (v *visit) body(id network.RequestID) {
	defer v.bodies.Done()
	ctx, cancel := context.WithTimeout(v.ctx, 3*time.Second)
	defer cancel()
	got, err := cdp.Call(ctx, v.page, network.GetResponseBody, network.GetResponseBodyParams{RequestID: id})
	v.rec.body(id, got.Body, err == nil)
}

// answer tells the browser what becomes of a request that waits at the gate.
func (v *visit) answer(d decision) error {
	var err error
	switch {
	case d.auth != nil:
		_, err = cdp.Call(v.ctx, v.all, fetch.ContinueWithAuth, fetch.ContinueWithAuthParams{RequestID: d.id, AuthChallengeResponse: d.auth})
	case d.block:
		_, err = cdp.Call(v.ctx, v.all, fetch.FailRequest, fetch.FailRequestParams{RequestID: d.id, ErrorReason: network.ErrorReasonBlockedByClient})
	default:
		_, err = cdp.Call(v.ctx, v.all, fetch.ContinueRequest, fetch.ContinueRequestParams{RequestID: d.id, Headers: d.header})
	}
	return err
}

// open goes to the address and waits until the page is silent or its time is over.
func (v *visit) open() error {
	if err := v.cookies(); err != nil {
		return fmt.Errorf("giving the browser your cookies: %w", err)
	}
	return v.navigate(v.in.Request.URL)
}

func (v *visit) navigate(address exchange.URL) error {
	// The answer to the command comes with the page's own answer; a page that never answers ends with the time.
	failed := make(chan string, 1)
	go func() {
		got, err := cdp.Call(v.ctx, v.page, page.Navigate, page.NavigateParams{URL: address.Scheme + "://" + address.Authority() + address.Target().Reveal()})
		switch {
		case err != nil:
			failed <- ""
		case got.ErrorText != "":
			failed <- got.ErrorText
		}
	}()
	return v.rest(failed)
}

// rest waits until the page is silent or its time is over. failed tells that the page could not be opened; nil never does.
func (v *visit) rest(failed <-chan string) error {
	idle := time.NewTimer(quiet)
	defer idle.Stop()
	var end <-chan time.Time
	for {
		select {
		case <-v.ctx.Done():
			v.late = true
			if v.rec.empty() {
				return &Missing{"Chromium got no answer in the time it was given"}
			}
			return nil
		case why := <-failed:
			v.rec.note(why)
			end = time.After(quiet) // the page's error is there; what it still sends comes at once
		case <-v.changed:
			idle.Reset(quiet)
			if end == nil && v.rec.isLoaded() {
				end = time.After(linger)
			}
		case <-idle.C:
			if v.rec.atRest() && v.gate.empty() {
				return nil
			}
			idle.Reset(quiet)
		case <-end:
			v.late = !v.rec.atRest()
			return nil
		}
	}
}

// cookies puts the cookies of the command into the profile, for the very host and without attributes: how they were set
// is not known.
func (v *visit) cookies() error {
	u := v.in.Request.URL
	for _, c := range cookiesOf(v.in.Request) {
		if _, err := cdp.Call(v.ctx, v.page, network.SetCookie, network.SetCookieParams{Name: c.Name, Value: c.Value.Reveal(), URL: u.Scheme + "://" + u.Authority() + "/"}); err != nil {
			return err
		}
	}
	return nil
}

// jars asks what the browser holds for refused requests that went without considering any cookie.
func (v *visit) jars() {
	for _, w := range v.rec.uncredentialed() {
		u := w.url
		got, err := cdp.Call(v.ctx, v.page, network.GetCookies, network.GetCookiesParams{URLs: []string{u}})
		if err == nil {
			v.rec.jar(w, got.Cookies)
		}
	}
}
