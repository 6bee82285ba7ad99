package face

import (
	"context"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/watch/alert"
	"github.com/why401/why401/watch/state"
)

const style = `body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#111;background:#fff}
section{border-top:1px solid #767676;padding:.5rem 0}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f2f2f2;padding:.5rem}
dt{font-weight:bold}dd{margin:0 0 .3rem}
@media(prefers-color-scheme:dark){body{color:#eee;background:#111}pre{background:#222}}`

// page is for people: each row with its state in words, since when, what changed, and both exchanges.
func (f *Face) page(ctx context.Context) (string, error) {
	states, err := f.Store.States(ctx)
	if err != nil {
		return "", err
	}
	p := &pageWriter{}
	p.raw(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="60"><title>`)
	troubled := 0
	for _, s := range states {
		if s.Now.Outcome != state.Held && s.Now.Outcome != state.NotYet {
			troubled++
		}
	}
	p.text(fmt.Sprintf("%d of %d rows in trouble", troubled, len(states)))
	p.raw(`</title><style>` + style + `</style></head><body><h1>why401 watch</h1>`)
	p.element("p", fmt.Sprintf("%s: %d rows, %d in trouble. As of %s.", f.Contract(), len(states), troubled, moment(f.now())))
	if err := f.Trouble(); err != nil {
		p.element("p", "What is seen cannot be written down: "+err.Error())
	}
	if err := f.Stale(); err != nil {
		p.element("p", "The contract could not be read again; the former one is in force: "+err.Error())
	}
	for _, bad := range []bool{true, false} {
		for _, s := range states {
			if (s.Now.Outcome != state.Held) == bad {
				if err := f.section(ctx, p, s); err != nil {
					return "", err
				}
			}
		}
	}
	if err := f.doubts(ctx, p); err != nil {
		return "", err
	}
	p.raw("</body></html>\n")
	return p.String(), nil
}

func (f *Face) section(ctx context.Context, p *pageWriter, s state.State) error {
	p.raw("<section>")
	p.element("h2", s.ID+": "+alert.Words(s.Now))
	p.raw("<dl>")
	p.item("Asked", s.Shown)
	if !s.Since.IsZero() {
		p.item("Since", moment(s.Since))
		p.item("Last answer", moment(s.Last))
	}
	if s.Now.Outcome != state.Held && !s.Held.IsZero() {
		p.item("Last as agreed", moment(s.Held))
	}
	if s.Now.RefusedBy != "" {
		p.item("Refused by", s.Now.RefusedBy)
	}
	if s.Now.FaultAt != "" {
		p.item("Fault at", s.Now.FaultAt)
	}
	if s.Halt != nil {
		p.item("Not asked any more", s.Halt.Why)
	}
	for _, e := range s.Expiry {
		p.item("The "+e.What+" ends", moment(e.At))
	}
	p.raw("</dl>")
	if s.Now.Outcome != state.Held && s.Now.Outcome != state.NotYet {
		if len(s.Changed) > 0 {
			p.element("h3", "What changed since it was last as agreed")
			p.raw("<ul>")
			for _, d := range s.Changed {
				p.element("li", d.What+": "+d.Good+" → "+d.Bad)
			}
			p.raw("</ul>")
		}
		for _, w := range []struct {
			which state.Which
			title string
		}{{state.LastGood, "The last good exchange"}, {state.FirstBad, "The first bad exchange"}} {
			if err := f.kept(ctx, p, s.ID, w.which, w.title); err != nil {
				return err
			}
		}
	}
	p.raw("</section>")
	return nil
}

func (f *Face) kept(ctx context.Context, p *pageWriter, id string, which state.Which, title string) error {
	k, err := f.Store.Kept(ctx, id, which)
	if err != nil || k == nil {
		return err
	}
	p.raw("<details><summary>")
	p.text(title + ", " + moment(k.At))
	p.raw("</summary>")
	for _, h := range k.Hops {
		p.raw("<pre>")
		for line := range strings.Lines(h.Text) {
			p.text(strings.TrimRight(line, "\r\n"))
			p.raw("\n")
		}
		if h.Failure != "" {
			p.text("no answer: " + h.Failure)
		}
		p.raw("</pre>")
	}
	p.raw("</details>")
	return nil
}

// doubts are messages that may not have arrived.
func (f *Face) doubts(ctx context.Context, p *pageWriter) error {
	list, err := f.Store.Alerts(ctx)
	if err != nil {
		return err
	}
	first := true
	for _, a := range list {
		if a.Status == state.Sent || a.Status == state.Waiting && a.Tries == 0 {
			continue
		}
		if first {
			p.raw("<section>")
			p.element("h2", "Messages that have not arrived, as far as is known")
			p.raw("<ul>")
			first = false
		}
		p.element("li", fmt.Sprintf("%s, %s by %s: %s. %s", moment(a.Queued), alert.Subject(a.Event), a.Channel, a.Status, a.Why))
	}
	if !first {
		p.raw("</ul></section>")
	}
	return nil
}

// pageWriter writes HTML. What is not a constant of this file goes through text.
type pageWriter struct{ strings.Builder }

func (p *pageWriter) raw(s string) { p.WriteString(s) }

func (p *pageWriter) text(s string) {
	p.WriteString(html.EscapeString(report.Terminal(secret.Scrub(s))))
}

func (p *pageWriter) element(name, s string) {
	p.raw("<" + name + ">")
	p.text(s)
	p.raw("</" + name + ">")
}

func (p *pageWriter) item(name, s string) {
	p.element("dt", name)
	p.element("dd", s)
}

func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }
