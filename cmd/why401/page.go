package main

import (
	"strings"

	"github.com/why401/why401/report"
)

// pageText shows the Markdown of a cause's page as plain text: headings stand out, paragraphs are wrapped, code keeps
// its lines. The pages are our own, so only what they use is understood.
func pageText(text string, o report.TextOptions) string {
	escape := report.Terminal
	if o.ASCII {
		escape = report.ASCII
	}
	width := min(max(o.Width, 20), 100)
	var out []string
	var para []string
	hang := ""
	flush := func() {
		if len(para) == 0 {
			return
		}
		words := strings.Join(para, " ")
		if o.Plain {
			out = append(out, words)
		} else {
			out = append(out, report.Wrap(hang, words, width)...)
		}
		para, hang = nil, ""
	}
	fenced := false
	for line := range strings.SplitSeq(strings.TrimRight(text, "\n"), "\n") {
		line = escape(line)
		switch {
		case strings.HasPrefix(line, "```"):
			flush()
			fenced = !fenced
		case fenced, strings.HasPrefix(line, "    ") && len(para) == 0:
			line = strings.TrimPrefix(line, "    ")
			if strings.HasPrefix(line, "curl ") && !o.Plain {
				out = append(out, report.WrapCommand(line, "    ", width)...)
				continue
			}
			out = append(out, "    "+line)
		case strings.TrimSpace(line) == "":
			flush()
			if n := len(out); n > 0 && out[n-1] != "" {
				out = append(out, "")
			}
		case strings.HasPrefix(line, "#"):
			flush()
			for _, title := range report.Wrap("", strings.TrimLeft(line, "# "), width) {
				if o.Color {
					title = "\x1b[1m" + title + "\x1b[0m"
				}
				out = append(out, title)
			}
		case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "* "):
			flush()
			hang, para = "- ", []string{strings.TrimSpace(line[2:])}
		default:
			para = append(para, strings.TrimSpace(line))
		}
	}
	flush()
	return strings.Join(out, "\n") + "\n"
}
