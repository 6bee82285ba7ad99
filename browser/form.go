package browser

import (
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// formSearch finds the login form. It runs in a world of its own, which the page's scripts do not see.
//
//go:embed form.js
var formSearch string

// form is what the page has for a login. What it says of itself is the page's word.
type form struct {
	User, Password, Button, Form bool
	Method, Action, Called       string
	Changes                      bool     // it has password fields, and they set a new password
	Frames                       int      // frames are shown, in which nothing was looked for
	Missing                      []string // fields whose selector fits nothing

	world runtime.ExecutionContextID
}

// asks reports a form that can be filled in.
func (f *form) asks() bool { return f.User || f.Password }

// world makes a place for our own scripts in the page as it is now, and gives the page's address.
func (v *visit) world(ctx context.Context) (runtime.ExecutionContextID, exchange.URL, error) {
	tree, err := cdp.Call(ctx, v.page, page.GetFrameTree, cdp.Empty{})
	if err != nil {
		return 0, exchange.URL{}, err
	}
	if tree.FrameTree == nil || tree.FrameTree.Frame == nil {
		return 0, exchange.URL{}, errors.New("the page has no frame")
	}
	at, err := exchange.ParseURL(tree.FrameTree.Frame.URL)
	if err != nil {
		return 0, exchange.URL{}, errNoPage
	}
	w, err := cdp.Call(ctx, v.page, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: tree.FrameTree.Frame.ID, WorldName: "why401"})
	return w.ExecutionContextID, at, err
}

// errNoPage: what is shown is the browser's own page, about an error.
var errNoPage = errors.New("no page is shown")

// evaluate runs script in world and puts its value, a JSON text, into out.
func (v *visit) evaluate(ctx context.Context, world runtime.ExecutionContextID, script string, out any) error {
	done, err := cdp.Call(ctx, v.page, runtime.Evaluate, runtime.EvaluateParams{Expression: script, ContextID: world, ReturnByValue: ptr(true)})
	switch {
	case err != nil:
		return err
	case done.ExceptionDetails != nil:
		return errors.New("a script of ours failed in the page")
	case done.Result == nil:
		return errors.New("a script of ours gave nothing")
	}
	var text string
	if err := json.Unmarshal([]byte(done.Result.Value), &text); err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), out)
}

// look searches the page for a login form, and gives the page's address.
func (v *visit) look(chosen Fields) (*form, exchange.URL, error) {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	world, at, err := v.world(ctx)
	if err != nil {
		return nil, at, err
	}
	f := &form{world: world}
	names, err := json.Marshal(map[string]string{"user": chosen.User, "password": chosen.Password, "submit": chosen.Submit})
	if err != nil {
		return nil, at, err
	}
	if err := v.evaluate(ctx, world, "var chosen = "+string(names)+";"+formSearch, f); err != nil {
		return nil, at, err
	}
	f.Called = secret.Scrub(strings.Join(strings.Fields(f.Called), " "))
	return f, at, nil
}

// fill types text into a field that was found, in place of what stands there.
func (v *visit) fill(f *form, field string, text secret.Text) error {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	var there bool
	script := `(() => { const e = why401.` + field + `; e.focus(); if (e.select) e.select(); return JSON.stringify(e.getRootNode().activeElement === e); })()`
	if err := v.evaluate(ctx, f.world, script, &there); err != nil {
		return err
	}
	if !there {
		return errors.New("the field does not take the focus")
	}
	_, err := cdp.Call(ctx, v.page, input.InsertText, input.InsertTextParams{Text: text.Reveal()})
	return err
}

// press sends the form as a click on its button does; without one, as the Enter key does.
func (v *visit) press(f *form) error {
	script := `(() => { const b = why401.button, f = why401.form;
	if (b) b.click(); else if (f) f.requestSubmit(); else return 'false'; return 'true'; })()`
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	var done bool
	if err := v.evaluate(ctx, f.world, script, &done); err != nil || done {
		return err
	}
	for _, kind := range []input.DispatchKeyEventType{input.DispatchKeyEventTypeKeyDown, input.DispatchKeyEventTypeKeyUp} {
		k := input.DispatchKeyEventParams{Type: kind, Key: "Enter", Code: "Enter", WindowsVirtualKeyCode: 13}
		if kind == input.DispatchKeyEventTypeKeyDown {
			k.Text = "\r"
		}
		if _, err := cdp.Call(ctx, v.page, input.DispatchKeyEvent, k); err != nil {
			return err
		}
	}
	return nil
}

// click presses the element of a selector, and gives what it says; false when none is shown.
func (v *visit) click(selector string) (says string, ok bool, err error) {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	world, _, err := v.world(ctx)
	if err != nil {
		return "", false, err
	}
	name, err := json.Marshal(selector)
	if err != nil {
		return "", false, err
	}
	var got struct {
		Says string
		Ok   bool
	}
	script := `(() => { let e; try { e = [...document.querySelectorAll(` + string(name) + `)].find((x) => x.checkVisibility()); } catch {}
	if (!e) return '{}'; const says = (e.value || e.textContent || '').trim().slice(0, 40); e.click(); return JSON.stringify({ Says: says, Ok: true }); })()`
	err = v.evaluate(ctx, world, script, &got)
	return secret.Scrub(strings.Join(strings.Fields(got.Says), " ")), got.Ok, err
}

// shows asks the page for words and an element.
func (v *visit) shows(text, selector string) (hasText, hasElement bool, err error) {
	ctx, cancel := context.WithTimeout(v.ctx, 5*time.Second)
	defer cancel()
	world, _, err := v.world(ctx)
	if err != nil {
		return false, false, err
	}
	args, err := json.Marshal([]string{text, selector})
	if err != nil {
		return false, false, err
	}
	var got struct{ Text, Element bool }
	script := `(() => { const [text, selector] = ` + string(args) + `; const flat = (s) => s.replace(/\s+/g, ' ');
	let element = false; try { element = [...document.querySelectorAll(selector)].some((e) => e.checkVisibility()); } catch {}
	return JSON.stringify({ Text: flat(document.documentElement.innerText || document.documentElement.textContent || '').includes(flat(text)), Element: element }); })()`
	err = v.evaluate(ctx, world, script, &got)
	return got.Text, got.Element, err
}
