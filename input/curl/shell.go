package curl

import (
	"errors"
	"fmt"
	"os"
	"path"
	"regexp"
	"strings"

	"github.com/why401/why401/exchange"
	"mvdan.cc/sh/v3/syntax"
)

// command is one curl call found in a text, split into words as bash would.
type command struct {
	argv  []string // without "curl"
	env   map[string]string
	stdin *string
	lost  []exchange.ShellLoss
	notes []string
}

// script is a text under reading.
type script struct {
	o     Options
	text  string
	vars  map[string]*string // nil value: set from a command that is not run
	env   map[string]string  // exported
	pipes map[*syntax.Stmt]*syntax.Stmt
	stmts []*syntax.Stmt // in order of appearance
	lost  []exchange.ShellLoss
	notes []string
	depth int
}

// maxText is the longest text taken as a command.
const maxText = 1 << 20

// split finds the curl calls in text. It is an error when there is none, or when one cannot be known without running
// something.
func split(text string, o Options) ([]command, error) {
	return (&script{o: o}).split(text)
}

func (s *script) split(text string) ([]command, error) {
	if len(text) > maxText {
		return nil, usage("", "the text is longer than 1 MiB; expected a curl command")
	}
	if strings.IndexByte(text, 0) >= 0 {
		return nil, usage("", "the text holds NUL bytes; expected a curl command")
	}
	text = strings.TrimPrefix(text, "\ufeff")
	if windowsForm.MatchString(text) {
		return nil, usage("", "this is a command for the Windows prompt (cmd), with ^ before quotes or line ends; use the browser's \"Copy as cURL (bash)\"")
	}
	if strings.Contains(text, "\\\r\n") {
		s.lost = append(s.lost, exchange.ShellLoss{Char: "\\r", Line: 1 + strings.Count(text[:strings.Index(text, "\\\r\n")], "\n"), Col: 1})
		s.note("the text has Windows line ends behind backslashes: bash takes such a line as finished; they are read as line continuations here")
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	out, err := s.parse(stripPrompts(text, prompt))
	if err == nil && len(out) == 0 {
		// "# curl ..." is a comment unless it is all there is: then # was root's prompt.
		if t := stripPrompts(text, rootPrompt); t != text {
			out, err = s.parse(t)
		}
	}
	if err == nil && len(out) == 0 {
		err = usage("", "no curl command in the text")
	}
	return out, err
}

var (
	windowsForm = regexp.MustCompile(`(?m)\^"|[ "]\^\r?$`)
	curlAhead   = `((?:sudo|time|env|[A-Za-z_][A-Za-z0-9_]*=\S*)\s+)*(?:\S*/)?curl(?:\.exe)?\s`
	prompt      = regexp.MustCompile(`^\s*(?:[^\s'"#$%>=]*[$%❯]|[^\s'"#$%>=]+[#>])\s+(` + curlAhead + `)`)
	rootPrompt  = regexp.MustCompile(`^\s*[#>]\s*(` + curlAhead + `)`)
	morePrompt  = regexp.MustCompile(`^> ?`)
)

// stripPrompts cuts shell prompts in front of curl, and bash's "> " in front of continued lines.
func stripPrompts(text string, re *regexp.Regexp) string {
	ls := strings.Split(text, "\n")
	stripped, continued := false, false
	for i, l := range ls {
		if continued && stripped {
			ls[i] = morePrompt.ReplaceAllString(l, "")
		} else if m := re.FindStringSubmatchIndex(l); m != nil {
			ls[i], stripped = l[m[2]:], true
		} else {
			stripped = stripped && continued
		}
		continued = strings.HasSuffix(l, `\`)
	}
	return strings.Join(ls, "\n")
}

func (s *script) parse(text string) (out []command, err error) {
	s.text, s.vars, s.env = text, map[string]*string{}, map[string]string{}
	s.pipes, s.stmts = map[*syntax.Stmt]*syntax.Stmt{}, nil
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, parseError(err)
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.CmdSubst, *syntax.ProcSubst, *syntax.FuncDecl:
			return false
		case *syntax.BinaryCmd:
			if n.Op == syntax.Pipe || n.Op == syntax.PipeAll {
				s.pipes[n.Y] = n.X
			}
		case *syntax.Stmt:
			s.stmts = append(s.stmts, n)
		}
		return true
	})
	for i, st := range s.stmts {
		cs, err := s.statement(i, st)
		if err != nil {
			return nil, err
		}
		out = append(out, cs...)
	}
	return out, nil
}

func parseError(err error) error {
	if pe, ok := errors.AsType[syntax.ParseError](err); ok {
		return usage(fmt.Sprintf("line %d:%d", pe.Pos.Line(), pe.Pos.Col()), "bash cannot read this: %s", pe.Text)
	}
	if le, ok := errors.AsType[syntax.LangError](err); ok {
		return usage(fmt.Sprintf("line %d:%d", le.Pos.Line(), le.Pos.Col()), "bash cannot read this: %s", le.Feature)
	}
	return usage("", "bash cannot read this text")
}

// statement takes assignments in and gives the curl calls of one simple command.
func (s *script) statement(i int, st *syntax.Stmt) ([]command, error) {
	switch c := st.Cmd.(type) {
	case *syntax.DeclClause:
		for _, a := range c.Args {
			s.assign(a)
			if v := s.vars[nameOf(a)]; c.Variant.Value == "export" && v != nil {
				s.env[nameOf(a)] = *v
			}
		}
	case *syntax.CallExpr:
		if len(c.Args) == 0 {
			for _, a := range c.Assigns {
				s.assign(a)
			}
			return nil, nil
		}
		return s.call(i, st, c)
	}
	return nil, nil
}

func nameOf(a *syntax.Assign) string {
	if a.Name == nil {
		return ""
	}
	return a.Name.Value
}

func (s *script) assign(a *syntax.Assign) {
	if a.Name == nil || a.Naked || a.Array != nil || a.Index != nil {
		return
	}
	mark, notes := len(s.lost), len(s.notes)
	v, err := s.one(a.Value)
	s.lost, s.notes = s.lost[:mark], s.notes[:notes]
	switch {
	case err != nil:
		s.vars[a.Name.Value] = nil
	case a.Append && s.vars[a.Name.Value] != nil:
		v = *s.vars[a.Name.Value] + v
		fallthrough
	default:
		s.vars[a.Name.Value] = &v
	}
}

// wrappers run the command that follows them, here and unchanged.
var wrappers = map[string]bool{"sudo": true, "doas": true, "time": true, "env": true, "command": true, "exec": true,
	"nohup": true, "nice": true, "timeout": true, "stdbuf": true, "builtin": true, "winpty": true, "proxychains": true}

// IsCurl reports a word that calls curl: curl, curl.exe, /usr/bin/curl.
func IsCurl(word string) bool {
	b := path.Base(strings.ReplaceAll(word, `\`, "/"))
	return b == "curl" || strings.EqualFold(b, "curl.exe")
}

func (s *script) call(i int, st *syntax.Stmt, c *syntax.CallExpr) ([]command, error) {
	first := plain(c.Args[0])
	shell := path.Base(first)
	if (shell == "bash" || shell == "sh" || shell == "zsh") && len(c.Args) >= 3 && plain(c.Args[1]) == "-c" && s.depth < 3 {
		inner, err := s.one(c.Args[2])
		if err != nil || !strings.Contains(inner, "curl") {
			return nil, err
		}
		return (&script{o: s.o, depth: s.depth + 1}).split(inner)
	}
	at := -1
	for k, w := range c.Args {
		if IsCurl(plain(w)) {
			at = k
			break
		}
		if k == 0 && !wrappers[shell] {
			break
		}
	}
	if at < 0 {
		return nil, nil
	}
	keepLost, keepNotes := s.lost, s.notes
	defer func() { s.lost, s.notes = keepLost, keepNotes }()
	s.lost, s.notes = append([]exchange.ShellLoss(nil), s.lost...), append([]string(nil), s.notes...)

	cmd := command{env: map[string]string{}}
	for k, v := range s.env {
		cmd.env[k] = v
	}
	for _, a := range c.Assigns {
		if v, err := s.one(a.Value); err == nil {
			cmd.env[nameOf(a)] = v
		}
	}
	for _, w := range c.Args[min(1, at):at] { // env NAME=value curl
		if name, v, ok := strings.Cut(plain(w), "="); ok && syntax.ValidName(name) {
			cmd.env[name] = v
		}
	}
	in := "URL"
	for _, w := range c.Args[at+1:] {
		mark := len(s.lost)
		fs, err := s.fields(w)
		if err != nil {
			return nil, err
		}
		for k := mark; k < len(s.lost); k++ {
			s.lost[k].In = in
		}
		cmd.argv = append(cmd.argv, fs...)
		in = "URL"
		if n := len(fs); n > 0 && strings.HasPrefix(fs[n-1], "-") && takesNext(fs[n-1]) {
			in = fs[n-1]
		}
	}
	if err := s.standardInput(st, &cmd); err != nil {
		return nil, err
	}
	s.cutOff(i, st)
	cmd.lost, cmd.notes = s.lost, s.notes
	return []command{cmd}, nil
}

// takesNext reports an option word whose value is the next word.
func takesNext(w string) bool {
	if long, ok := strings.CutPrefix(w, "--"); ok {
		o, _, err := lookup(long)
		return err == nil && o.takes == text
	}
	for i := 1; i < len(w); i++ {
		o, err := letter(w[i])
		if err != nil {
			return false
		}
		if o.takes == text {
			return i == len(w)-1
		}
	}
	return false
}

// plain is a word without expansions, "" for any other.
func plain(w *syntax.Word) string {
	var b strings.Builder
	for _, p := range w.Parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unbackslash(p.Value, ""))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			for _, q := range p.Parts {
				l, ok := q.(*syntax.Lit)
				if !ok {
					return ""
				}
				b.WriteString(unbackslash(l.Value, "$`\"\\"))
			}
		default:
			return ""
		}
	}
	return b.String()
}

// standardInput works out what the text puts on curl's standard input: a redirection, a here-document, or echo, printf
// '%s' or cat in front of a pipe.
func (s *script) standardInput(st *syntax.Stmt, cmd *command) error {
	for _, r := range st.Redirs {
		if r.N != nil && r.N.Value != "0" {
			continue
		}
		var v string
		var err error
		switch r.Op {
		case syntax.Hdoc, syntax.DashHdoc:
			if r.Hdoc == nil {
				continue
			}
			if quotedWord(r.Word) {
				v = s.source(r.Hdoc)
				if l := r.Hdoc.Lit(); l != "" {
					v = l
				}
			} else {
				v, err = s.double(r.Hdoc.Parts, "$`\\")
			}
			if r.Op == syntax.DashHdoc {
				v = regexp.MustCompile(`(?m)^\t+`).ReplaceAllString(v, "")
			}
		case syntax.WordHdoc:
			v, err = s.one(r.Word)
			v += "\n"
		case syntax.RdrIn:
			var name string
			if name, err = s.one(r.Word); err == nil {
				v, err = s.read(name)
			}
		default:
			continue
		}
		if err != nil {
			return err
		}
		cmd.stdin = &v
	}
	if before := s.pipes[st]; before != nil && cmd.stdin == nil {
		if v, ok, err := s.output(before); err != nil {
			return err
		} else if ok {
			cmd.stdin = &v
		}
	}
	return nil
}

func quotedWord(w *syntax.Word) bool {
	for _, p := range w.Parts {
		if l, ok := p.(*syntax.Lit); !ok || strings.Contains(l.Value, `\`) {
			return true
		}
	}
	return false
}

func (s *script) read(name string) (string, error) {
	r := newReader(s.o)
	f, err := os.Open(r.path(name))
	if err != nil {
		return "", &FileError{"<", name, cause(err)}
	}
	defer f.Close()
	b, err := capped(f, "<", name)
	return string(b), err
}

// output is what a command in front of the pipe prints, when that is plain to see.
func (s *script) output(st *syntax.Stmt) (string, bool, error) {
	c, ok := st.Cmd.(*syntax.CallExpr)
	if !ok || len(c.Args) == 0 || len(st.Redirs) > 0 {
		return "", false, nil
	}
	var args []string
	for _, w := range c.Args {
		fs, err := s.fields(w)
		if err != nil {
			return "", false, nil
		}
		args = append(args, fs...)
	}
	if len(args) == 0 {
		return "", false, nil
	}
	switch args[0] {
	case "echo":
		end := "\n"
		args = args[1:]
		if len(args) > 0 && args[0] == "-n" {
			args, end = args[1:], ""
		}
		if len(args) > 0 && (args[0] == "-e" || args[0] == "-ne") {
			return "", false, nil
		}
		return strings.Join(args, " ") + end, true, nil
	case "printf":
		if len(args) == 3 && args[1] == "%s" {
			return args[2], true, nil
		}
		if len(args) == 2 && !strings.ContainsAny(args[1], `%\`) {
			return args[1], true, nil
		}
	case "cat":
		if len(args) == 2 && !strings.HasPrefix(args[1], "-") {
			v, err := s.read(args[1])
			return v, err == nil, err
		}
	}
	return "", false, nil
}

// cutOff looks at an unquoted & or ; that stands right between curl's last word and more text: a URL cut in two.
func (s *script) cutOff(i int, st *syntax.Stmt) {
	var names []string
	char := ""
	for cur := st; cur.Semicolon.IsValid(); {
		at := int(cur.Semicolon.Offset())
		if at == 0 || at+1 >= len(s.text) || strings.IndexByte("&;", s.text[at]) < 0 ||
			isBlankAt(s.text, at-1) || isBlankAt(s.text, at+1) {
			break
		}
		var next *syntax.Stmt
		for _, n := range s.stmts[i+1:] {
			if int(n.Pos().Offset()) == at+1 {
				next = n
				break
			}
		}
		if next == nil {
			break
		}
		word := s.text[at+1 : int(next.End().Offset())]
		word = word[:strings.IndexAny(word+" ", " \t\n&;")]
		name, _, eq := strings.Cut(word, "=")
		if !eq && s.text[at] == '&' && len(names) == 0 && !strings.Contains(s.source(st), "?") {
			break
		}
		if char == "" {
			char = string(s.text[at])
			s.loss(char, name, cur.Semicolon)
		} else {
			s.loss(string(s.text[at]), name, cur.Semicolon)
		}
		names = append(names, name)
		cur = next
	}
	if len(names) > 0 {
		for k := len(s.lost) - len(names); k < len(s.lost); k++ {
			s.lost[k].In = "URL"
		}
		s.note("the unquoted %s at %s ends the command: bash never gives curl what follows (%s); put the URL in single quotes",
			char, s.at(st.Semicolon), strings.Join(names, ", "))
	}
}

// history notes "!" in double quotes: an interactive bash replaces it.
func (s *script) history(l *syntax.Lit) {
	for i := 0; i+1 < len(l.Value); i++ {
		if l.Value[i] == '!' && !isBlankAt(l.Value, i+1) && l.Value[i+1] != '=' && l.Value[i+1] != '(' && (i == 0 || l.Value[i-1] != '\\') {
			s.loss("!", "", l.Pos())
			return
		}
	}
}

// typographic notes quotation marks that a word processor made: they are ordinary characters to a shell.
func (s *script) typographic(l *syntax.Lit) {
	for _, q := range []string{"“", "”", "‘", "’"} {
		if strings.Contains(l.Value, q) {
			s.loss(q, "", l.Pos())
			s.note("the typographic quotation mark %s at %s is an ordinary character to a shell; write ' or \" instead", q, s.at(l.Pos()))
			return
		}
	}
}

func (s *script) loss(char, name string, at syntax.Pos) {
	s.lost = append(s.lost, exchange.ShellLoss{Char: char, Name: name, Line: int(at.Line()), Col: int(at.Col())})
}

func (s *script) note(format string, args ...any) {
	s.notes = append(s.notes, fmt.Sprintf(format, args...))
}

func (s *script) at(p syntax.Pos) string { return fmt.Sprintf("line %d:%d", p.Line(), p.Col()) }

func (s *script) source(n syntax.Node) string {
	from, to := int(n.Pos().Offset()), int(n.End().Offset())
	if from > to || to > len(s.text) {
		return ""
	}
	return s.text[from:to]
}
