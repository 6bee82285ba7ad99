package message

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// isTool wants a line that a known program writes. Where commands or whole conversations stand beside it, it is a
// terminal session, which the reader of mixed text reads better.
func isTool(text string) int {
	text = peek(text)
	if !readable(text) || text == "" || strings.HasPrefix(text, "HTTP/") || strings.IndexByte("{<", text[0]) >= 0 || strings.HasPrefix(text, "[{") {
		return 0
	}
	lines, own, logs, wire := 0, 0, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		bare := strings.TrimSpace(line)
		if bare == "" {
			continue
		}
		lines++
		switch {
		case strings.HasPrefix(bare, "< HTTP/"), strings.HasPrefix(bare, "> ") && strings.Contains(bare, " HTTP/"), strings.HasPrefix(bare, "curl "), strings.HasPrefix(bare, "$ curl "), strings.HasPrefix(bare, "HTTP/"):
			wire++
		case timeLen(bare) > 0 || klog(bare):
			logs++
		}
		if tools[Who(cut(line, 1<<10))] || errorLine(bare) {
			own++
		}
		if lines == 60 {
			break
		}
	}
	who := Who(text)
	switch {
	case own == 0 && !tools[who] || wire > 0:
		return 0
	case who == "dotnet" && !strings.Contains(text, "NuGet") && !strings.Contains(text, "error NU") && !strings.Contains(text, ".csproj"):
		return 45 // an application's
	case who == "openai" && class(cut(text, 200)) == "":
		return 50 // what it wraps says more
	case !tools[who]:
		if lines <= 12 && logs == 0 {
			return 45
		}
		return 20
	case logs*2 > lines && who != "wget" && who != "kubelet" && who != "containerd":
		return 40
	case lines <= 3 || own*100 >= 40*lines:
		return 86
	case own*100 >= 10*lines:
		return 70
	}
	return 48
}

// errorLine reports that a line says of itself that it is an error.
func errorLine(s string) bool {
	s = strings.TrimLeft(s, "│╷╵ ×✗❌!>*#-")
	for _, p := range []string{"error:", "Error:", "ERROR:", "ERROR ", "ERR!", "fatal:", "FATAL", "Fatal", "Error ", "error ", "[ERROR]", "denied:", "unauthorized:", "failed ", "Failed ", "E: ", "FAILED", "error[", "Failure", "Could not ", "could not ", "Unable to ", "unable to ", "WARNING:", "Warning:", "panic:", "Error code:", "Exception"} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return strings.Contains(s, ": error ") || class(cut(s, 200)) != ""
}

func readTool(text string, o form.Options) (exchange.Evidence, error) {
	return Tool(Clean(text), o), nil
}

// Tool reads what tools wrote in a terminal: lines by one program that follow each other are one message. A prompt with a
// command ends one.
func Tool(text string, o form.Options) exchange.Evidence {
	first, _, _ := strings.Cut(text, "\n")
	who, blank := lineWho(first), false
	var lines int
	starts := func(line string) bool {
		bare := strings.TrimSpace(line)
		if bare == "" {
			blank = true
			return false
		}
		gap := blank
		blank = false
		w := lineWho(line)
		switch {
		case prompt(bare):
		case gap && (line[0] == ' ' || w != "" && w == who && sameHead(line) || paragraphs[who] && (w == "" || w == who)):
			return false
		case gap, w != "" && who != "" && w != who, lines > 40:
		case timeLen(line) > 0, strings.HasPrefix(line, "Error from server"), strings.HasPrefix(line, "curl: ("):
		default:
			if w != "" {
				who = w
			}
			lines++
			return false
		}
		who, lines = w, 1
		return true
	}
	e := gather(text, o, starts, ToolText)
	kept := e.Messages[:0]
	for _, m := range e.Messages {
		if s := strings.TrimSpace(string(m.Text)); prompt(s) && !strings.Contains(s, "\n") {
			continue // a command without an answer is no message
		}
		kept = append(kept, m)
	}
	e.Messages = kept
	for _, m := range e.Messages {
		inner(&e, string(m.Text), m.From, o)
	}
	return e
}

// paragraphs are the programs whose message goes on behind a blank line.
var paragraphs = map[string]bool{"gradle": true, "vault": true, "cargo": true, "wget": true, "poetry": true, "pnpm": true, "npm": true, "terraform": true}

// sameHead are the lines of programs that put their name in front of each: blank lines do not end their message.
func sameHead(line string) bool {
	return strings.HasPrefix(line, "npm ") || strings.HasPrefix(line, "remote:") || strings.HasPrefix(line, "[ERROR]") || strings.HasPrefix(line, "│")
}

// lineWho is the speaker of one line. "fatal:" and "remote:" are git's; a bar of box-drawing characters Terraform's.
func lineWho(line string) string {
	switch {
	case strings.HasPrefix(line, "fatal: ") || strings.HasPrefix(line, "remote: "):
		return "git"
	case strings.HasPrefix(line, "│") || strings.HasPrefix(line, "╷") || strings.HasPrefix(line, "╵"):
		return "terraform"
	}
	return Who(cut(line, 2<<10))
}

// prompt reports a line with a shell's prompt and a command.
func prompt(s string) bool {
	for _, p := range []string{"$ ", "% ", "# ", "PS C:\\", "PS ", "C:\\", "❯ ", "➜ ", "+ "} {
		if strings.HasPrefix(s, p) && len(s) > len(p) {
			return p != "# " || len(s) < 200 && !strings.Contains(s, ": ")
		}
	}
	if i := strings.IndexAny(s, "$#"); i > 0 && i < 60 && strings.HasPrefix(s[i+1:], " ") && strings.Contains(s[:i], "@") && !strings.ContainsAny(s[:i], "\"'=") {
		return true
	}
	return false
}

// ToolText is the message of a tool.
func ToolText(s string) exchange.Message {
	m := exchange.Message{Text: exchange.Raw(s), Kind: "error", Who: Who(s)}
	if m.Who == "" {
		first, _, _ := strings.Cut(s, "\n")
		m.Who = lineWho(first)
	}
	m.Status = Status(s)
	if u := urlIn(s); u != "" {
		setURL(&m, u)
	}
	if c := awsCode(s); c != "" {
		set(&m, "code", c)
	}
	return m
}

// awsCode is the error code of AWS' command line, "An error occurred (AccessDenied) when calling the X operation", and of
// kubectl, "Error from server (Forbidden)".
func awsCode(s string) string {
	for _, mark := range []string{"An error occurred (", "Error from server (", "ERR! code "} {
		if i := strings.Index(s, mark); i >= 0 {
			rest := s[i+len(mark):]
			if j := strings.IndexAny(rest, ")\n "); j >= 0 {
				rest = rest[:j]
			}
			return cut(rest, 60)
		}
	}
	return ""
}

// urlIn is the first http URL in a text, without userinfo, query and the mark behind it.
func urlIn(s string) string {
	i := strings.Index(s, "https://")
	if j := strings.Index(s, "http://"); i < 0 || j >= 0 && j < i {
		i = j
	}
	if i < 0 {
		return ""
	}
	s = cut(s[i:], 2<<10)
	if j := strings.IndexAny(s, " \t\n\"'`<>)|\\],;"); j >= 0 {
		s = s[:j]
	}
	return strings.TrimRight(s, ".:!?")
}
