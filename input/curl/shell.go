package curl

import (
	"errors"
	"fmt"
	"path"
	"regexp"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
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
	out, err := s.parse(stripPrompts(text, prompt.Get()))
	if err == nil && len(out) == 0 {
		// "# curl ..." is a comment unless it is all there is: then # was root's prompt.
		if t := stripPrompts(text, rootPrompt.Get()); t != text {
			out, err = s.parse(t)
		}
	}
	if err == nil && len(out) == 0 {
		err = usage("", "no curl command in the text")
	}
	return out, err
}

var (
	windowsForm = lazyregexp.New(`(?m)\^"|[ "]\^\r?$`)
	curlAhead   = `((?:sudo|time|env|[A-Za-z_][A-Za-z0-9_]*=\S*)\s+)*(?:\S*/)?curl(?:\.exe)?\s`
	prompt      = lazyregexp.New(`^\s*(?:[^\s'"#$%>=]*[$%❯]|[^\s'"#$%>=]+[#>])\s+(` + curlAhead + `)`)
	rootPrompt  = lazyregexp.New(`^\s*[#>]\s*(` + curlAhead + `)`)
	morePrompt  = lazyregexp.New(`^> ?`)
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
