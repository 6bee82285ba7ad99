package message

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// Readable reports that text is text: hardly any control characters in its beginning.
func Readable(text string) bool { return readable(Clean(cut(text, 8<<10))) }

// Machine reports that a line has a form that only programs write: the head of a log record, a line of a server's or a
// tool's, an error, an exception, a frame of a stack trace.
func Machine(line string) bool {
	if line = cut(line, 2<<10); len(line) < 6 {
		return false
	}
	if stamped(line) || serverForm(line) != "" || frame(line) != "" && !strings.HasPrefix(line, "at ") || sameHead(line) || jsonRecord(line) {
		return true
	}
	if s := strings.TrimSpace(line); machineHead(s) || class(s) != "" && !strings.Contains(cut(s, 12), " ") {
		return true
	}
	if strings.Contains(line, " HTTP/") || strings.Contains(line, "status=") {
		if m, sure := accessLine(line, &w3c{}); sure || m.Kind != "" && m.Status != 0 && strings.Contains(line, "status=") {
			return true
		}
	}
	who := Who(line)
	return who != "" && (tools[who] || who == "browser") && wordsIn(line, 40) && !sentenceLike(line)
}

// machineHead are the beginnings of lines that say of themselves that they are errors, narrower than errorLine: a sentence
// may begin with "Failed" or "Error".
func machineHead(s string) bool {
	for _, p := range []string{"error:", "Error:", "ERROR:", "ERROR ", "ERR!", "fatal:", "FATAL:", "denied:", "unauthorized:", "[ERROR]", "E: ", "error[", "panic:", "Error code:", "Exception in ", "Uncaught ", "Traceback (", "Caused by:", "Error response from", "Error from server", "Unable to connect to the server:", "(Reason: ", "Access to XMLHttpRequest", "Access to fetch", "Cross-Origin Request Blocked", "HTTP request sent", "Login Succeeded", "WARNING:", "npm ", "> Could not ", "curl: ("} {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}

// sentenceLike reports that a line is a person's sentence about a program rather than the program's own.
func sentenceLike(s string) bool {
	low := " " + strings.ToLower(cut(s, 400)) + " "
	n := 0
	for _, w := range []string{" i ", " we ", " my ", " our ", " it ", " works", " when ", " but ", " with the ", " same ", " after ", " because ", " then ", " get ", " gets ", " gives ", " worked", " using ", " use ", " tried ", " the "} {
		if strings.Contains(low, w) {
			n++
		}
	}
	return n >= 2 || n == 1 && len(strings.Fields(s)) > 12
}

func wordsIn(s string, most int) bool { return len(strings.Fields(s)) <= most }

// Frame reports a line that continues a stack trace or a record: a frame, or one that is deeply indented.
func Frame(line string) bool {
	return frame(line) != "" || isHead(strings.TrimSpace(line)) && class(strings.TrimSpace(line)) != ""
}

// Logged reports a line that only a server's error log or an access log has.
func Logged(line string) bool {
	line = cut(line, 4<<10)
	if serverForm(line) != "" {
		return true
	}
	m, sure := accessIn(line)
	return sure && (m.Who != "" || m.Fields["client"] != "")
}

// Prompt reports a line with a shell's prompt and a command.
func Prompt(line string) bool { return prompt(line) }

// IsRecord reports a record of a log in JSON.
func IsRecord(line string) bool { return jsonRecord(line) }

// Telling reports that an object has a name which replies about a refusal have ("error", "message", "code").
func Telling(s string) bool { return telling(s) }

// Body reads a reply's body that stands alone.
func Body(text string, o form.Options) exchange.Evidence {
	e, _ := readBody(text, o)
	return e
}

// Any reads what programs wrote, in the form it has most of: a stack trace, a server's log, an access log, a tool's
// errors, or else an application's log.
func Any(text string, o form.Options) exchange.Evidence {
	text = Clean(text)
	var e exchange.Evidence
	switch {
	case isStack(text) >= 70:
		e.Messages = Stack(text, o)
	case isServerLog(text) >= 60:
		e, _ = readServerLog(text, o)
	case isAccess(text) >= 60:
		e, _ = readAccess(text, o)
	case isTool(text) >= 60:
		e = Tool(text, o)
	default:
		e = Log(text, o)
	}
	return e
}
