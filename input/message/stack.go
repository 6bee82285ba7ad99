package message

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// isStack wants frames: two of them, or one under a line that names an exception.
func isStack(text string) int {
	text = peek(text)
	if !readable(text) {
		return 0
	}
	frames, heads, others, stamps := 0, 0, 0, 0
	for line := range strings.SplitSeq(text, "\n") {
		switch {
		case strings.TrimSpace(line) == "":
		case frame(line) != "":
			frames++
		case isHead(line):
			if heads++; heads > 1 && strings.HasPrefix(line, "Caused by:") {
				frames++ // a chain without its frames
			}
		default:
			if others++; stamped(line) {
				stamps++
			}
		}
	}
	switch {
	case frames == 0 || heads == 0 && frames < 2:
		return 0
	case opens(text):
		return 62 // somebody tells of it first
	case stamps > heads+1, timeLen(text) > 0:
		return 50 // a log with traces in it
	case strings.HasPrefix(strings.TrimSpace(text), "Traceback (most recent call last)"), strings.HasPrefix(text, "Exception in thread"), strings.HasPrefix(text, "Unhandled exception"), strings.HasPrefix(text, "PHP Fatal error:  Uncaught"), strings.HasPrefix(text, "goroutine "), strings.HasPrefix(text, "panic: "):
		return 94
	case frames+heads >= others:
		return 90
	case frames*3 >= others:
		return 72
	}
	return 45
}

// opens reports that a text begins with a sentence.
func opens(text string) bool {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return len(strings.Fields(line)) >= 6 && class(line) == "" && !stamped(line) && frame(line) == "" && !strings.HasPrefix(line, "Traceback") && !strings.HasPrefix(line, "Exception in") && !strings.Contains(line, ": ") && strings.HasSuffix(line, ":")
}

func readStack(text string, o form.Options) (exchange.Evidence, error) {
	return exchange.Evidence{Messages: Stack(Clean(text), o)}, nil
}

// Stack reads the exceptions of stack traces: each head, with the causes under it, is a message of its own. Frames are
// dropped but for the names of the first, which stand in Fields["frames"]; the class stands in Fields["class"].
func Stack(text string, o form.Options) []exchange.Message {
	var out []exchange.Message
	var frames []string
	var head strings.Builder
	from, python := 0, false
	flush := func() {
		s := strings.TrimSpace(head.String())
		head.Reset()
		if s != "" && len(out) < maxMessages {
			for _, part := range strings.Split(s, " ---> ") { // .NET's inner exceptions, outermost first
				m := exception(part)
				m.From = at(o.Source, from)
				out = append(out, m)
			}
		}
	}
	tie := func() { // frames belong to the exception in front of them; Python writes them before
		if len(out) > 0 && len(frames) > 0 {
			set(&out[len(out)-1], "frames", strings.Join(frames, "; "))
		}
		frames = nil
	}
	n := -1
	for line := range strings.SplitSeq(text, "\n") {
		n++
		line = strings.TrimRight(cut(line, maxLine), " \t")
		bare := strings.TrimSpace(line)
		switch f := frame(line); {
		case bare == "" || noise(bare):
			if strings.HasPrefix(bare, "Traceback (") {
				flush()
				tie()
				python = true
			}
			continue
		case f != "":
			flush()
			if python {
				frames = append(frames, f) // of Python's, the innermost come last
				frames = frames[max(0, len(frames)-4):]
			} else if len(frames) < 4 {
				frames = append(frames, f)
			}
			continue
		case python && (line[0] == ' ' || line[0] == '\t'):
			continue // the source line under a frame
		case isHead(line) || head.Len() == 0:
			flush()
			if !python {
				tie()
			}
			from = n
			head.WriteString(bare)
			if python {
				flush()
				tie()
				python = false
			}
		default:
			if head.Len() < maxRecord {
				head.WriteString("\n" + bare)
			}
		}
	}
	flush()
	tie()
	return out
}

// exception is the message of one exception: "java.lang.X: text", "Caused by: X: text", "PHP Fatal error:  Uncaught X: text
// in /file:12".
func exception(s string) exchange.Message {
	m := exchange.Message{Kind: "stack"}
	s = strings.TrimSpace(s)
	m.Text = exchange.Raw(s)
	m.Who, m.Status = Who(s), Status(s)
	first, _, _ := strings.Cut(s, "\n")
	if c := class(first); c != "" {
		set(&m, "class", c)
	}
	for _, p := range []string{"Caused by: ", "Caused by:", "[cause]: "} {
		if strings.HasPrefix(s, p) {
			set(&m, "cause", "yes")
		}
	}
	if m.Who == "" {
		m.Who = language(m.Fields["class"], s)
	}
	return m
}

func language(class, s string) string {
	switch {
	case strings.HasPrefix(class, "java.") || strings.HasPrefix(class, "javax.") || strings.HasPrefix(class, "jakarta.") || strings.HasPrefix(class, "org.") || strings.HasPrefix(class, "com.") || strings.HasPrefix(class, "io."):
		return "java"
	case strings.HasPrefix(class, "System.") || strings.HasPrefix(class, "Microsoft."):
		return "dotnet"
	case strings.Contains(class, "\\"):
		return "php"
	case strings.Contains(class, "::"):
		return "ruby"
	case strings.HasPrefix(s, "panic:"):
		return "go"
	}
	return ""
}

// class is the exception's class in a line, "" when the line names none.
func class(line string) string {
	for _, p := range []string{"Caused by: ", "Suppressed: ", "[cause]: ", "Uncaught exception ", "Unhandled exception. ", "Unhandled Exception: ", "PHP Fatal error:  Uncaught ", "Fatal error: Uncaught ", "Uncaught (in promise) ", "Uncaught ", "panic: ", "throw ", "Error: uncaught "} {
		if rest, ok := strings.CutPrefix(line, p); ok {
			line = rest
		}
	}
	if rest, ok := strings.CutPrefix(line, "Exception in thread \""); ok {
		_, rest, _ = strings.Cut(rest, "\" ")
		line = rest
	}
	// Ruby: file.rb:12:in `call': message (Net::HTTPServerException)
	if i := strings.Index(line, ":in `"); i > 0 && strings.HasSuffix(line, ")") {
		if j := strings.LastIndexByte(line, '('); j > i {
			return line[j+1 : len(line)-1]
		}
	}
	n := 0
	for n < len(line) && (letter(line[n]) || digit(line[n]) || strings.IndexByte("._$\\:", line[n]) >= 0 && !strings.HasPrefix(line[n:], ": ")) {
		n++
	}
	name := strings.TrimRight(line[:n], ":.")
	rest := line[n:]
	if name == "" || rest != "" && rest[0] != ':' && rest[0] != ' ' && rest[0] != '(' {
		return ""
	}
	dots := strings.ContainsAny(name, ".\\") || strings.Contains(name, "::")
	for _, s := range []string{"Exception", "Error", "Fault", "Failure", "Unauthorized", "Forbidden", "PermissionDenied", "NotAuthenticated", "Denied", "Timeout", "Interrupt", "Warning"} {
		if strings.HasSuffix(name, s) && (dots || name != "Warning" && name != s || s == "Exception" || s == "Error" && rest != "" && rest[0] == ':') {
			return name
		}
	}
	if dots && rest != "" && rest[0] == ':' && !strings.Contains(name, "..") && name[len(name)-1] != '.' && hasUpper(name[strings.LastIndexAny(name, ".\\:")+1:]) {
		return name
	}
	return ""
}

func hasUpper(s string) bool { return s != "" && s[0] >= 'A' && s[0] <= 'Z' }

// isHead reports that a line begins an exception.
func isHead(line string) bool {
	if line == "" {
		return false
	}
	bare := strings.TrimLeft(line, " \t")
	if len(line)-len(bare) > 4 && !strings.HasPrefix(bare, "[cause]") && !strings.HasPrefix(bare, "Caused by") {
		return false
	}
	return strings.HasPrefix(bare, "Caused by:") || strings.HasPrefix(bare, "panic: ") || class(bare) != ""
}

// noise are the lines of traces that say nothing.
func noise(s string) bool {
	for _, p := range []string{"Traceback (", "During handling of", "The above exception was", "--- End of", "... ", "Stack trace:", "Backtrace:", "Call Stack", "{main}", "thrown in ", "~~~", "^^^", "goroutine ", "exit status", "Node.js v", "#0 {main}", "node:internal", "--- "} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return s == "^" || s == "{" || s == "}" || strings.Trim(s, "^~ ") == ""
}

// frame is the function's name in a line that is a frame of a stack trace; "" when it is none.
func frame(line string) string {
	s := strings.TrimLeft(line, " \t")
	indent := len(line) - len(s)
	switch {
	case strings.HasPrefix(s, "at ") && (indent > 0 || strings.ContainsAny(s, "()")): // Java, .NET, Node
		name := strings.TrimPrefix(strings.TrimPrefix(s[3:], "async "), "new ")
		if i := strings.IndexAny(name, "( "); i > 0 {
			name = name[:i]
		}
		return base(name)
	case strings.HasPrefix(s, "File \"") && strings.Contains(s, ", line "): // Python
		if _, name, ok := strings.Cut(s, ", in "); ok {
			return base(name)
		}
		return "(module)"
	case len(s) > 3 && s[0] == '#' && digit(s[1]): // PHP
		_, rest, ok := strings.Cut(s, " ")
		if !ok {
			return ""
		}
		if _, call, ok := strings.Cut(rest, "): "); ok {
			rest = call
		} else if !strings.Contains(rest, "{main}") && !strings.Contains(rest, "(") && !strings.Contains(rest, ".php") {
			return ""
		}
		rest, _, _ = strings.Cut(rest, "(")
		return base(rest)
	case strings.HasPrefix(s, "from ") && strings.Contains(s, ":in "): // Ruby
		_, name, _ := strings.Cut(s, ":in ")
		return base(strings.Trim(name, "`'"))
	case indent > 0 && strings.Contains(s, ".rb:") && strings.Contains(s, ":in `"):
		_, name, _ := strings.Cut(s, ":in ")
		return base(strings.Trim(name, "`'"))
	case strings.HasPrefix(line, "\t/") && strings.Contains(line, ".go:"): // Go: the place under the function
		return base(s)
	case len(s) > 4 && digit(s[0]) && strings.Contains(s, ".php:") && strings.HasSuffix(s, ")"): // SimpleSAMLphp
		return base(between(s, "(", ")"))
	case strings.HasPrefix(s, "0 [builtin]"):
		return "[builtin]"
	}
	return ""
}

// base shortens a frame's name to what identifies it.
func base(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.LastIndexByte(s, '/'); i >= 0 && i < len(s)-1 && s != "N/A" {
		s = s[i+1:]
	}
	return cut(s, 80)
}
