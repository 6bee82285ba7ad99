package report

import (
	"strings"
	"unicode/utf8"
)

// ShellQuote makes s one word of a POSIX shell, whatever it holds: realm, host and path come from strangers and must
// not become commands when a printed line is run. Harmless words stay as they are.
func ShellQuote(s string) string {
	if s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-") == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// programs begin a step that is meant for a shell. Any other step is a sentence or a line of a configuration file,
// where a backslash at the end of a line would mean nothing, or something else.
var programs = map[string]bool{
	"a2enmod": true, "a2ensite": true, "apache2ctl": true, "apachectl": true, "aws": true, "az": true, "bin/magento": true,
	"caddy": true, "cat": true, "chmod": true, "chown": true, "chronyc": true, "composer": true, "curl": true, "cv": true,
	"date": true, "dig": true, "docker": true, "drush": true, "echo": true, "export": true, "gcloud": true, "gh": true,
	"git": true, "glab": true, "grep": true, "haproxy": true, "helm": true, "htdigest": true, "htpasswd": true,
	"httpd": true, "journalctl": true, "jq": true, "kinit": true, "klist": true, "kubectl": true, "ls": true, "mysql": true,
	"namei": true, "nginx": true, "npm": true, "ntpdate": true, "openssl": true, "php": true, "pip": true, "printf": true,
	"ps": true, "python3": true, "read": true, "sed": true, "service": true, "squid": true, "ssh": true, "sudo": true,
	"systemctl": true, "tail": true, "tar": true, "timedatectl": true, "unset": true, "varnishadm": true,
	"varnishlog": true, "wget": true, "why401": true, "wp": true,
}

// isCommand reports whether a step of a remedy is a command for a shell, going by its first word. A sentence that
// happens to begin like one ("read the log.") ends with a full stop.
func isCommand(step string) bool {
	word, rest, _ := strings.Cut(strings.TrimSpace(step), " ")
	if name, _, ok := strings.Cut(word, "="); ok && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == "" {
		return true // TOKEN=$(...)
	}
	return programs[word] && !strings.HasSuffix(rest, ".")
}

// isSentence reports a step in prose, which may be wrapped anywhere and is not for copying.
func isSentence(step string) bool {
	s := strings.TrimSpace(step)
	return strings.HasSuffix(s, ".") && strings.Contains(s, " ") && !isCommand(s)
}

// wrapCommand breaks a shell command into lines of at most width columns that a shell reads as the same words: at a
// space with a backslash behind it, or, inside a word that is too long, with a line that goes on in the first column
// (quotes are closed and opened again around the break). The first line stands behind indent.
func wrapCommand(cmd, indent string, width int) []string {
	width = max(width, len(indent)+12)
	w := cmdWriter{width: width, indent: indent, line: indent, col: len(indent)}
	words := shellWords(cmd)
	for i, word := range words {
		w.put(word, i == len(words)-1)
	}
	return append(w.out, w.line)
}

type cmdWriter struct {
	width   int
	indent  string
	out     []string
	line    string
	col     int
	filled  bool // the line holds a word
	comment bool // the rest of the command is a comment, where a backslash joins nothing
}

func (w *cmdWriter) put(word string, last bool) {
	n := columns(word)
	tail, head := ` \`, "  "
	switch {
	case w.comment:
		tail, head = "", "# "
	case strings.HasPrefix(word, "#"):
		w.comment, tail, head = true, "", ""
	}
	reserve := 2
	if last || w.comment {
		reserve = 0
	}
	if w.filled && w.col+1+n+reserve > w.width {
		w.out = append(w.out, w.line+tail)
		w.line, w.filled = w.indent+head, false
		w.col = columns(w.line)
	}
	if w.filled {
		w.line += " "
		w.col++
	}
	if w.col+n+reserve <= w.width {
		w.line += word
		w.col += n
		w.filled = true
		return
	}
	w.cut(word)
}

// cut writes a word that fits no line.
func (w *cmdWriter) cut(word string) {
	var quote byte
	for i := 0; i < len(word); {
		n := atom(word[i:], quote)
		a := word[i : i+n]
		if w.col+columns(a)+3 > w.width && w.filled {
			switch {
			case w.comment:
				w.out, w.line = append(w.out, w.line), w.indent+"# "
			case quote == '\'':
				w.out, w.line = append(w.out, w.line+`'\`), `'`
			default:
				w.out, w.line = append(w.out, w.line+`\`), ""
			}
			w.col = columns(w.line)
		}
		switch {
		case quote == 0 && (a == `'` || a == `"`):
			quote = a[0]
		case quote != 0 && a == string(quote):
			quote = 0
		}
		w.line += a
		w.col += columns(a)
		w.filled = true
		i += n
	}
}

// atom is the length of the next piece that must stay together: a character, or a backslash and what it protects.
func atom(s string, quote byte) int {
	_, n := utf8.DecodeRuneInString(s)
	if s[0] == '\\' && quote != '\'' && len(s) > 1 {
		_, m := utf8.DecodeRuneInString(s[1:])
		return n + m
	}
	return n
}

// shellWords splits a command at unquoted blanks; the words keep their quotes.
func shellWords(cmd string) []string {
	var out []string
	var quote byte
	start := -1
	for i := 0; i < len(cmd); {
		c := cmd[i]
		n := atom(cmd[i:], quote)
		switch {
		case quote == 0 && c == ' ':
			if start >= 0 {
				out = append(out, cmd[start:i])
			}
			start = -1
			i++
			continue
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case quote != 0 && c == quote && n == 1:
			quote = 0
		}
		if start < 0 {
			start = i
		}
		i += n
	}
	if start >= 0 {
		out = append(out, cmd[start:])
	}
	return out
}
