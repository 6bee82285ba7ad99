package show

import (
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/why401/why401/logs"
	"github.com/why401/why401/report"
	"github.com/why401/why401/secret"
)

// HTML is the report as one page without scripts, fonts or pictures from elsewhere: it opens from the disk and can be
// attached to a ticket. The policy in its head forbids the browser to load anything.
func HTML(r *logs.Report) string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	title := healthy(r)
	if len(r.Incidents) > 0 {
		title = Title(r.Incidents[0])
	}
	p("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"+
		"<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>%s</title>\n<style>%s</style>\n</head>\n<body>\n<main>\n", text(title), style)
	p("<h1>%s</h1>\n<p class=\"foot\">%s</p>\n", text(title), text(footer(r)))
	b.WriteString(timeline(r))
	for _, i := range r.Incidents {
		id := i.Verdict.Cause
		if id == "" {
			id = "cause unknown"
		}
		p("<section id=\"incident-%d\">\n<h2>%d. %s</h2>\n<p><code>%s</code> <span class=\"grade\">grade %s</span></p>\n<dl>\n", i.N, i.N, text(Title(i)), text(id), text(i.Verdict.Grade.String()))
		for _, row := range [][2]string{{"Since", since(r, i)}, {"Refused", amount(i)}, {"Who", spread(i)}, {"Where", place(i)}, {"Why", strings.Join(nonEmpty(append([]string{i.Pattern}, i.Because...)), "; ")}, {"Then too", strings.Join(i.Change.Also, "; ")}} {
			if row[1] != "" {
				p("<dt>%s</dt><dd>%s</dd>\n", row[0], text(row[1]))
			}
		}
		p("</dl>\n")
		p("%s", list("Evidence", len(i.Evidence), func(k int) string {
			e := i.Evidence[k]
			return text(e.Fact) + " <code>" + text(fmt.Sprintf("%s:%d", e.Source.File, e.Source.Line)) + "</code>"
		}))
		p("%s", list("Still possible", len(i.Suspects), func(k int) string {
			return text(i.Suspects[k].Title) + " <code>" + text(i.Suspects[k].Cause) + "</code>"
		}))
		p("%s", list("Would decide", len(i.Raise), func(k int) string { return text(command(i.Raise[k].Command) + i.Raise[k].Would) }))
		for _, m := range i.Remedies {
			p("<h3>Fix: %s</h3>\n", text(m.Title))
			if len(m.Steps) > 0 {
				lines := make([]string, len(m.Steps))
				for k, s := range m.Steps {
					lines[k] = text(s)
				}
				p("<pre>%s</pre>\n", strings.Join(lines, "\n"))
			}
		}
		p("<p>Next: <code>%s</code></p>\n</section>\n", text(i.Next))
	}
	for _, v := range r.Vaccine {
		lines := make([]string, len(v.Lines))
		for k, s := range v.Lines {
			lines[k] = text(s)
		}
		p("<section>\n<h2>What to log</h2>\n<p>The log of %s lacks %s. These lines would have told:</p>\n<pre>%s</pre>\n</section>\n", text(v.Product), text(strings.Join(v.Lacks, ", ")), strings.Join(lines, "\n"))
	}
	p("</main>\n</body>\n</html>\n")
	return b.String()
}

// text makes foreign text harmless in HTML: first what no screen should get, then what is markup.
func text(s string) string { return html.EscapeString(report.Terminal(secret.Scrub(s))) }

func list(title string, n int, item func(k int) string) string {
	if n == 0 {
		return ""
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<h3>%s</h3>\n<ul>\n", title)
	for k := range n {
		fmt.Fprintf(&b, "<li>%s</li>\n", item(k))
	}
	return b.String() + "</ul>\n"
}

const style = `
:root{color-scheme:light dark;--ink:#1a1a1a;--paper:#fff;--soft:#595959;--served:#9db4c8;--refused:#b3261e;--failed:#a86b00;--mark:#b3261e22}
@media(prefers-color-scheme:dark){:root{--ink:#eee;--paper:#161616;--soft:#b5b5b5;--served:#4f6a80;--refused:#ff8a80;--failed:#ffb74d;--mark:#ff8a8033}}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
main{max-width:60rem;margin:0 auto;padding:1rem}
h1{font-size:1.4rem}h2{font-size:1.15rem;border-top:1px solid var(--soft);padding-top:1rem}h3{font-size:1rem}
dt{font-weight:600}dd{margin:0 0 .4rem 0;overflow-wrap:anywhere}
code,pre{font:14px/1.4 ui-monospace,monospace;overflow-wrap:anywhere}pre{white-space:pre-wrap;border:1px solid var(--soft);padding:.5rem}
.foot,.grade{color:var(--soft)}
svg{width:100%;height:auto}
svg text{fill:var(--ink);font:13px system-ui,sans-serif}
.served{fill:var(--served)}.refused{fill:var(--refused)}.failed{fill:var(--failed)}.mark{fill:var(--mark)}.axis{stroke:var(--soft)}
`

// Sizes of the picture.
const (
	wide, high     = 960, 300
	left, right    = 60, 10
	top, middle    = 24, 110 // what was served
	second, bottom = 150, 260
)

// timeline draws served requests above, refused ones below with a scale of their own, and the incidents as bands over both.
func timeline(r *logs.Report) string {
	bars := squeeze(r.Timeline, 240)
	if len(bars) == 0 {
		return ""
	}
	mostServed, mostRefused := int64(1), int64(1)
	for _, m := range bars {
		mostServed, mostRefused = max(mostServed, m.Accepted), max(mostRefused, m.Refused+m.Failed)
	}
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format, args...) }
	words := "Requests over time. " + fmt.Sprintf("At most %d served and %d refused or failed in one step.", mostServed, mostRefused)
	for _, i := range r.Incidents {
		words += fmt.Sprintf(" Incident %d from %s to %s.", i.N, i.Since.Format("2006-01-02 15:04"), i.Last.Format("2006-01-02 15:04"))
	}
	p("<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", wide, high, text(words))
	span := r.To.Sub(r.From).Seconds()
	x := func(t time.Time) float64 {
		return left + float64(wide-left-right)*min(1, max(0, t.Sub(r.From).Seconds()/max(span, 1)))
	}
	for _, i := range r.Incidents {
		from, to := x(i.Since), x(i.Last)
		p("<rect class=\"mark\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\"/><text x=\"%.1f\" y=\"16\">%d</text>\n", from, top, max(to-from, 2), bottom-top, from, i.N)
	}
	step := float64(wide-left-right) / float64(len(bars))
	bar := func(class string, k int, n, most int64, base, height int) float64 {
		h := float64(height) * float64(n) / float64(most)
		if n > 0 {
			p("<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.2f\" height=\"%.1f\"/>\n", class, left+float64(k)*step, float64(base)-h, max(step-0.4, 0.6), h)
		}
		return h
	}
	for k, m := range bars {
		bar("served", k, m.Accepted, mostServed, middle, middle-top-6)
		h := bar("refused", k, m.Refused, mostRefused, bottom, bottom-second)
		bar("failed", k, m.Failed, mostRefused, bottom-int(h), bottom-second)
	}
	for _, base := range []int{middle, bottom} {
		p("<line class=\"axis\" x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>\n", left, base, wide-right, base)
	}
	p("<text x=\"0\" y=\"%d\">served</text><text x=\"0\" y=\"%d\">%d</text><text x=\"0\" y=\"%d\">refused</text><text x=\"0\" y=\"%d\">%d</text>\n", middle, top+10, mostServed, bottom, second+10, mostRefused)
	for k := range 7 {
		t := r.From.Add(time.Duration(float64(k) / 6 * span * float64(time.Second)))
		anchor := [...]string{"start", "middle", "end"}[min(1, k)+k/6]
		label := t.Format("15:04")
		if span > 36*3600 {
			label = t.Format("Jan 2 15:04")
		}
		p("<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\">%s</text>\n", x(t), bottom+20, anchor, label)
	}
	return b.String() + "</svg>\n"
}

// squeeze joins neighbours until at most n are left.
func squeeze(all []logs.Moment, n int) []logs.Moment {
	by := (len(all) + n - 1) / n
	var out []logs.Moment
	for k, m := range all {
		if k%max(by, 1) == 0 {
			out = append(out, m)
			continue
		}
		last := &out[len(out)-1]
		last.Accepted += m.Accepted
		last.Refused += m.Refused
		last.Failed += m.Failed
	}
	return out
}
