package curl

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// Cmd finds the curl commands in a text for the Windows prompt (cmd.exe) and reads them as cmd and the C runtime of
// curl.exe split them: ^ escapes one character outside quotes, a line that ends in ^ goes on, & ends a command, and only
// double quotes hold words together. Single quotes mean nothing there: what they were to protect is told in Intent.Lost.
// Errors as for Commands.
func Cmd(text string, o Options) ([]*exchange.Intent, error) {
	if len(text) > maxText {
		return nil, usage("", "the text is longer than 1 MiB; expected a curl command")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return nil, usage("", "the text holds NUL bytes; expected a curl command")
	}
	text = strings.ReplaceAll(strings.TrimPrefix(text, "\ufeff"), "\r\n", "\n")
	var out []*exchange.Intent
	for s := (&cmdLine{text: text, line: 1}); s.more(); {
		argv, lost, notes := s.command()
		for len(argv) > 0 && !IsCurl(argv[0]) && (argv[0] == "start" || argv[0] == "call" || argv[0] == "@" || argv[0] == "$") {
			argv = argv[1:]
		}
		if len(argv) < 2 || !IsCurl(strings.TrimPrefix(argv[0], "@")) {
			continue
		}
		r := newReader(o)
		words, more := s.unquoted(argv[1:], &lost)
		in, err := r.read(words)
		if err != nil {
			return nil, err
		}
		for _, i := range in {
			i.Lost = lost
			i.Notes = append(i.Notes, r.facts(append(notes, more...))...)
		}
		out = append(out, in...)
	}
	if len(out) == 0 {
		return nil, usage("", "no curl command in the text")
	}
	return out, nil
}

var cmdPrompt = lazyregexp.New(`^\s*(?:[A-Za-z]:\\[^>\n]*>|>)\s*`)

// cmdLine is a text for cmd under reading.
type cmdLine struct {
	text string
	i    int
	line int
}

func (s *cmdLine) more() bool { return s.i < len(s.text) }

// command takes one command: up to the end of the line, or to & or |.
func (s *cmdLine) command() (argv []string, lost []exchange.ShellLoss, notes []string) {
	s.i += len(find(cmdPrompt.Get(), s.text[s.i:]))
	var raw strings.Builder // as it is after cmd
	quoted := false
	from := s.line
	for s.more() {
		c := s.text[s.i]
		switch {
		case c == '\n':
			s.i++
			s.line++
			return split16(raw.String()), lost, notes
		case c == '"':
			quoted = !quoted
		case c == '^' && !quoted:
			s.i++
			if !s.more() {
				return split16(raw.String()), lost, notes
			}
			if s.text[s.i] == '\n' { // the line goes on; the character behind the line's end is taken as it is
				s.i++
				s.line++
				if s.more() && s.text[s.i] == '\n' {
					raw.WriteByte('\n')
					s.i++
					s.line++
				}
				continue
			}
			raw.WriteByte(s.text[s.i])
			s.i++
			continue
		case (c == '&' || c == '|') && !quoted:
			s.i++
			words := split16(raw.String())
			if c == '&' && s.more() && strings.IndexByte(" &\t\n", s.text[s.i]) < 0 && len(words) > 1 && strings.Contains(words[len(words)-1], "?") {
				rest := s.text[s.i:]
				if end := strings.IndexAny(rest, " &\n"); end >= 0 {
					rest = rest[:end]
				}
				name, _, _ := strings.Cut(rest, "=")
				lost = append(lost, exchange.ShellLoss{Char: "&", Name: name, In: "URL", Line: s.line, Col: 1 + s.i - 1 - strings.LastIndexByte(s.text[:s.i-1], '\n') - 1})
				notes = append(notes, fmt.Sprintf("the unquoted & on line %d ends the command: cmd never gives curl what follows; put the address in double quotes", s.line))
			}
			return words, lost, notes
		case c == '%':
			if name := variableAt(s.text[s.i:]); name != "" {
				lost = append(lost, exchange.ShellLoss{Char: "%", Name: name, Line: s.line, Col: s.i - strings.LastIndexByte(s.text[:s.i], '\n')})
				notes = append(notes, fmt.Sprintf("%%%s%% on line %d is a variable of cmd that the text does not set; it is kept as it is written", name, from))
			}
		}
		raw.WriteByte(c)
		s.i++
	}
	return split16(raw.String()), lost, notes
}

func find(re *regexp.Regexp, s string) string {
	if len(s) > 300 {
		s = s[:300]
	}
	return re.FindString(s)
}

// variableAt is NAME of %NAME% at the beginning of s.
func variableAt(s string) string {
	for i := 1; i < len(s) && i < 64; i++ {
		switch c := s[i]; {
		case c == '%' && i > 2:
			return s[1:i]
		case c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9' && i > 2:
		default:
			return ""
		}
	}
	return ""
}

// split16 splits a command line as the Microsoft C runtime does: backslashes in front of a double quote escape, in twos,
// and two double quotes within quotes stand for one.
func split16(s string) []string {
	var out []string
	var b strings.Builder
	has, quoted := false, false
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == '\\':
			n := 0
			for i+n < len(s) && s[i+n] == '\\' {
				n++
			}
			i += n
			has = true
			if i < len(s) && s[i] == '"' {
				b.WriteString(strings.Repeat(`\`, n/2))
				if n%2 == 1 {
					b.WriteByte('"')
					i++
				}
				continue
			}
			b.WriteString(strings.Repeat(`\`, n))
		case c == '"':
			i++
			has = true
			if quoted && i < len(s) && s[i] == '"' {
				b.WriteByte('"')
				i++
				continue
			}
			quoted = !quoted
		case (c == ' ' || c == '\t') && !quoted:
			i++
			if has {
				out = append(out, b.String())
				b.Reset()
				has = false
			}
		default:
			b.WriteByte(c)
			has = true
			i++
		}
	}
	if has {
		out = append(out, b.String())
	}
	return out
}

// unquoted looks for words that were meant to be in single quotes. cmd gives curl their pieces, quotes and all: the
// first stays where it is, the others would be taken for addresses and are left out here.
func (s *cmdLine) unquoted(argv []string, lost *[]exchange.ShellLoss) (words, notes []string) {
	in := "URL"
	for i := 0; i < len(argv); i++ {
		w := argv[i]
		option := in
		in = "URL"
		if strings.HasPrefix(w, "-") && len(w) > 1 && option == "URL" {
			if takesNext(w) {
				in = w
			}
			words = append(words, w)
			continue
		}
		if !strings.HasPrefix(w, "'") {
			words = append(words, w)
			continue
		}
		end := i
		for end < len(argv) && (!strings.HasSuffix(argv[end], "'") || end == i && len(w) == 1) {
			end++
		}
		name, _, _ := strings.Cut(w[1:], ":")
		if option != "-H" && option != "--header" {
			name = ""
		}
		*lost = append(*lost, exchange.ShellLoss{Char: "'", Name: name, In: option, Line: max(1, s.line-1), Col: 1})
		notes = append(notes, fmt.Sprintf("cmd does not know single quotes: curl is given the text of %s in pieces, the quotes with it; use double quotes", option))
		switch {
		case option == "URL":
			words = append(words, strings.Trim(w, "'")) // curl would refuse the scheme; what was meant is told
		default:
			words = append(words, w)
		}
		if end < len(argv) && end > i {
			i = end
		}
	}
	return words, notes
}
