package snippet

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

// maxRegions is how many commands and pieces of code are read out of one text.
const maxRegions = 100

// Scan finds commands and calls that make a request inside longer mixed text, such as a shell session with prompts, a
// letter with code in it or a source file, and tells which lines it used. What looks like a command but cannot be read
// is a fact of the evidence, not an error. Text above 1 MiB is not looked at.
func Scan(text string, o form.Options) (exchange.Evidence, []form.Span) {
	var e exchange.Evidence
	if len(text) > maxText {
		return e, nil
	}
	if o.Source == (fact.Source{}) {
		o.Source = fact.Source{Input: "paste"}
	}
	text = plainText(text)
	if strings.IndexByte(text, 0) >= 0 {
		return e, nil
	}
	s := &scanner{lines: strings.Split(text, "\n"), o: o}
	s.used = make([]bool, len(s.lines))
	s.commands()
	s.code()
	sort.SliceStable(s.found, func(i, j int) bool { return s.found[i].span.First < s.found[j].span.First })
	var spans []form.Span
	for _, f := range s.found {
		e.Add(f.e)
		spans = append(spans, f.span)
	}
	return e, spans
}

type scanner struct {
	lines  []string
	used   []bool
	o      form.Options
	found  []found
	sets   []variable // the lines up to looked that set variables
	looked int
}

// variable is a line of a session that sets variables.
type variable struct {
	line int
	text string
}

type found struct {
	e    exchange.Evidence
	span form.Span
}

var (
	// shellPrompt is what a POSIX shell writes in front of a command. "# " and "> " count in front of a command only.
	shellPrompt = lazyregexp.New(`^\s*(?:(?:\([\w.-]+\)\s*)?[^\s'"#$%>=()]*(?:[ :][~/][^\s'"$%#>]*)?\]?\s?[$%❯➜]\s+|[\w.-]+@[\w.-]+[^\s'"=]*[#>$]\s+|[#>]\s+)`)
	cmdAhead    = lazyregexp.New(`^\s*[A-Za-z]:\\[^>\n]*>\s*`)
	psAhead     = lazyregexp.New(`^\s*PS(?: [^>\n]*)?>\s*`)

	curlAhead   = lazyregexp.New(`^(?:(?:sudo|time|env|exec|[A-Za-z_]\w*=\S*)\s+)*(?:[\w./~-]*/)?curl(?:\.exe)?\s+\S`)
	wgetAhead   = lazyregexp.New(`^(?:(?:sudo|time|env)\s+)*wget\s+\S`)
	httpAhead   = lazyregexp.New(`^https?\s+(?:(?:-[A-Za-z]|--[a-z-]+)[ =]?.*|(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+\S.*|["']?(?:https?://|:\d|:/|localhost|[\w.-]+\.[a-z]{2,}[/:\s"'?]|[\w.-]+\.[a-z]{2,}$).*)$`)
	pipedCurl   = lazyregexp.New(`(?:\||&&|;|\$\(|` + "`" + `|\bdo|\bthen)\s*curl\s+\S`)
	cmdletAhead = lazyregexp.New(`(?i)^(?:\$\w+\s*=\s*)?\(?(?:Invoke-WebRequest|Invoke-RestMethod|iwr|irm)\s+\S`)
	assignment  = lazyregexp.New(`^\s*(?:export\s+)?[A-Za-z_]\w*=(?:\S|$)`)
	psVariable  = lazyregexp.New(`^\s*\$[\w:.\[\]"'-]+(?:\s*[+]?=|\.\w+\()`)
	errorLine   = lazyregexp.New(`^[\w-]+ : `) // Invoke-WebRequest : The remote server returned an error
	fence       = lazyregexp.New("^\\s*(?:```|~~~)")
	proseLine   = lazyregexp.New(`^[\s>*-]*[A-Z]?[\w',"()/:.-]+(?: [\w',"()/:.-]+){4,}[.:?!]?\s*$`)
	codeMark    = lazyregexp.New(`[={};\[\]]|\w\(|^\s*(?:import|from|using|package|#include|require)\b`)
)

// commands reads what stands on a command line.
func (s *scanner) commands() {
	for i := 0; i < len(s.lines) && len(s.found) < maxRegions; i++ {
		kind, strip := s.commandAt(i)
		if kind == "" {
			continue
		}
		last := s.extent(i, kind)
		if kind == "curl" && cmdTail(s.lines[i:last+1]) {
			kind = "curl-cmd"
		}
		first := i
		if kind == "powershell" { // variables that are set before belong to it
			for first > 0 && !s.used[first-1] && s.belongs(first-1) {
				first--
			}
		}
		s.take(kind, first, last, strip)
		i = last
	}
}

// belongs reports a line of PowerShell in front of a cmdlet: an assignment, or the lines of a hash table.
func (s *scanner) belongs(i int) bool {
	l := psAhead.ReplaceAllString(s.lines[i], "")
	t := strings.TrimSpace(l)
	return psVariable.MatchString(l) || t == "}" || strings.HasPrefix(l, " ") && strings.Contains(t, "=") || (strings.HasPrefix(t, `"`) || strings.HasPrefix(t, "'")) && strings.Contains(t, "=")
}

// commandAt says which kind of command begins on line i, and how much of the line is a prompt.
func (s *scanner) commandAt(i int) (kind string, prompt int) {
	l := s.lines[i]
	if len(l) > 256<<10 || s.used[i] {
		return "", 0
	}
	if m := psAhead.FindString(l); m != "" {
		if rest := l[len(m):]; strings.HasPrefix(rest, ":") {
			return "", 0
		} else if cmdletAhead.MatchString(rest) || curlAhead.MatchString(rest) || wgetAhead.MatchString(rest) {
			return "powershell", len(m)
		}
		return "", 0
	}
	if m := cmdAhead.FindString(l); m != "" {
		if curlAhead.MatchString(l[len(m):]) {
			return "curl-cmd", len(m)
		}
		return "", 0
	}
	if strings.HasPrefix(strings.TrimLeft(l, " \t"), "PS>") {
		return "", 0
	}
	n := 0
	rest := strings.TrimLeft(l, " \t")
	if m := shellPrompt.FindString(l); m != "" {
		n, rest = len(m), l[len(m):]
	} else {
		n = len(l) - len(rest)
	}
	if strings.HasPrefix(rest, "`") { // `curl ...` within a sentence
		rest = strings.Trim(rest, "` ")
	}
	switch {
	case curlAhead.MatchString(rest):
		if !plausible(rest) {
			return "", 0
		}
		return "curl", n
	case wgetAhead.MatchString(rest) && plausible(rest):
		return "wget", n
	case httpAhead.MatchString(rest) && (strings.Contains(rest, "://") || strings.Contains(rest, " -") || !proseLine.MatchString(rest)):
		return "httpie", n
	case cmdletAhead.MatchString(rest) && !errorLine.MatchString(rest):
		return "powershell", n
	case pipedCurl.MatchString(rest) && (n > 0 || !proseLine.MatchString(rest)):
		return "curl", n
	}
	return "", 0
}

// plausible keeps sentences out: "curl works fine for me", "curl: (22) ...".
func plausible(l string) bool {
	if t := strings.TrimRight(l, " \t\r"); strings.HasSuffix(t, `\`) || strings.HasSuffix(t, "^") {
		return true
	}
	return strings.ContainsAny(l, "/.") && (strings.Contains(l, "://") || strings.Contains(l, " -") || strings.Contains(l, "localhost") || strings.ContainsAny(l, `'"\^`) ||
		len(strings.Fields(l)) <= 3)
}

// extent is the last line of the command that begins on line i.
func (s *scanner) extent(i int, kind string) int {
	const most = 400
	text := ""
	for j := i; j < len(s.lines) && j < i+most; j++ {
		l := strings.TrimRight(s.lines[j], " \t\r")
		switch {
		case kind == "powershell":
			text += l + "\n"
			if strings.HasSuffix(l, "`") || strings.HasSuffix(l, "|") || unbalanced(powershell, text) {
				continue
			}
		case strings.HasSuffix(l, "^") && (kind == "curl-cmd" || kind == "curl"):
			continue
		case strings.HasSuffix(l, `\`):
			text += l + "\n"
			continue
		case kind != "curl-cmd":
			text += l + "\n"
			if word := heredoc(text); word != "" {
				if strings.TrimSpace(s.lines[j]) != word {
					continue
				}
			} else if openQuote(text) && j+1 < len(s.lines) && len(text) < 64<<10 {
				continue
			}
		}
		return j
	}
	if text != "" && (openQuote(text) || kind == "powershell") {
		return i // a quotation mark that is never closed
	}
	return min(i+most, len(s.lines)) - 1
}

// heredoc is the word that ends the here-document which text opens, "" when there is none.
func heredoc(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	_, rest, ok := strings.Cut(first, "<<")
	if !ok || strings.HasPrefix(rest, "<") {
		return ""
	}
	rest = strings.TrimLeft(rest, "- ")
	if end := strings.IndexAny(rest, " ;|>&"); end >= 0 {
		rest = rest[:end]
	}
	return strings.Trim(rest, `'"\`)
}

// openQuote reports a quotation mark of a POSIX shell that is not closed.
func openQuote(s string) bool {
	var q byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && q != '\'':
			i++
		case c == '#' && q == 0 && (i == 0 || s[i-1] <= ' '):
			if n := strings.IndexByte(s[i:], '\n'); n >= 0 {
				i += n
			} else {
				return false
			}
		case q == 0 && c == '$' && i+1 < len(s) && s[i+1] == '\'': // $'it\'s'
			for i += 2; i < len(s) && s[i] != '\''; i++ {
				if s[i] == '\\' {
					i++
				}
			}
			if i >= len(s) {
				return true
			}
		case q == 0 && (c == '\'' || c == '"'):
			q = c
		case c == q:
			q = 0
		}
	}
	return q != 0
}

// unbalanced reports brackets or quotes that are not closed.
func unbalanced(l *lang, s string) bool {
	if len(s) > 64<<10 {
		return false
	}
	depth := 0
	for _, t := range lex(l, s) {
		if t.kind == tPunct {
			switch t.text {
			case "(", "{", "@{", "@(":
				depth++
			case ")", "}":
				depth--
			}
		}
		if t.kind == tString && t.end == len(s) {
			return true
		}
	}
	return depth > 0
}

// cmdTail reports carets where cmd wants them.
func cmdTail(ls []string) bool {
	for _, l := range ls {
		l = strings.TrimRight(l, " \r")
		if strings.HasSuffix(l, " ^") || strings.Contains(l, `^"`) {
			return true
		}
	}
	return false
}

// variables are the lines before one that set variables.
func (s *scanner) variables(before int) []variable {
	for ; s.looked < before; s.looked++ {
		l := s.lines[s.looked]
		l = l[len(shellPrompt.FindString(l)):]
		if len(l) < 4096 && assignment.MatchString(l) && !openQuote(l) && !strings.HasSuffix(l, `\`) {
			s.sets = append(s.sets, variable{s.looked, strings.TrimSpace(l)})
		}
	}
	n, _ := slices.BinarySearchFunc(s.sets, before, func(v variable, line int) int { return v.line - line })
	return s.sets[:n]
}

// take reads lines first to last, 0-based, as one kind.
func (s *scanner) take(kind string, first, last, prompt int) {
	var b strings.Builder
	src := s.o.Source
	if src.Line > 0 {
		src.Line += first
	} else {
		src.Line = first + 1
	}
	if kind == "curl" || kind == "wget" || kind == "httpie" { // variables that the session sets before
		for _, v := range s.variables(first) {
			if b.Len() >= 16<<10 {
				break
			}
			b.WriteString(v.text + "\n")
		}
	}
	ahead := strings.Count(b.String(), "\n")
	for i := first; i <= last; i++ {
		l := s.lines[i]
		if kind == "powershell" {
			l = psAhead.ReplaceAllString(l, "")
		} else if i == first {
			l = l[prompt:]
		} else if prompt > 0 && kind != "curl-cmd" {
			l = strings.TrimPrefix(l, "> ")
		}
		b.WriteString(strings.Trim(l, "\r") + "\n")
	}
	text := strings.TrimSuffix(b.String(), "\n")
	o := s.o
	o.Source = src
	e, _, err := read(kind, text, o)
	if err != nil && ahead > 0 { // without the variables
		ls := strings.SplitN(text, "\n", ahead+1)
		ahead = 0
		e, _, err = read(kind, ls[len(ls)-1], o)
	}
	for _, i := range e.Intents {
		for k := range i.Lost {
			i.Lost[k].Line = max(1, i.Lost[k].Line-ahead) + first
		}
		i.Source = src
	}
	if err != nil {
		e.Facts = append(e.Facts, fact.Fact{Text: fmt.Sprintf("a %s command could not be read: %v", strings.TrimSuffix(kind, "-cmd"), err), From: src})
		if len(e.Intents) == 0 {
			s.found = append(s.found, found{e, form.Span{First: first + 1, Last: last + 1, Kind: kind}})
			s.mark(first, last)
			return
		}
	}
	if len(e.Intents) > 0 {
		s.found = append(s.found, found{e, form.Span{First: first + 1, Last: last + 1, Kind: kind}})
		s.mark(first, last)
	}
}

func (s *scanner) mark(first, last int) {
	for i := first; i <= last; i++ {
		s.used[i] = true
	}
}

var codeKinds = []string{"python-requests", "php", "go-code", "java-code", "csharp-code", "ruby-code", "axios", "xhr", "node-fetch", "fetch", "powershell"}

// code reads what is left in pieces: between fences, or between lines that are no code.
func (s *scanner) code() {
	fenced := false
	first := -1
	flush := func(end int) {
		if first >= 0 {
			s.piece(first, end)
		}
		first = -1
	}
	for i, l := range s.lines {
		t := strings.TrimSpace(l)
		switch {
		case fence.MatchString(l):
			flush(i)
			fenced = !fenced
		case s.used[i]:
			flush(i)
		case t == "":
		case !fenced && (foreign.MatchString(l) || proseLine.MatchString(l) && !codeMark.MatchString(l)):
			flush(i)
		case first < 0:
			first = i
		}
	}
	flush(len(s.lines))
}

// piece reads lines first to end, the last not included.
func (s *scanner) piece(first, end int) {
	for end > first && strings.TrimSpace(s.lines[end-1]) == "" {
		end--
	}
	if len(s.found) >= maxRegions {
		return
	}
	text := strings.Join(s.lines[first:end], "\n")
	kind, best := "", 59
	for _, k := range codeKinds {
		if !mentions(k, text) {
			continue
		}
		if n := score(k, text[:min(len(text), 16<<10)]); n > best {
			kind, best = k, n
		}
	}
	if kind == "" {
		return
	}
	o := s.o
	if o.Source.Line > 0 {
		o.Source.Line += first
	} else {
		o.Source.Line = first + 1
	}
	e, _, err := read(kind, text, o)
	if err == nil && len(e.Intents) > 0 {
		s.found = append(s.found, found{e, form.Span{First: first + 1, Last: end, Kind: kind}})
		s.mark(first, end-1)
	}
}
