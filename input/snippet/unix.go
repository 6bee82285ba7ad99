package snippet

import (
	"fmt"
	"path"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"mvdan.cc/sh/v3/syntax"
)

// shellCall is a command of a shell, split into words.
type shellCall struct {
	argv     []string
	lost     []exchange.ShellLoss
	notes    []string
	pos, end int
	stdin    bool
}

// unix reads the wget and HTTPie commands of a text for a POSIX shell.
func unix(kind, text string, o form.Options) (exchange.Evidence, []form.Span, error) {
	var e exchange.Evidence
	var spans []form.Span
	calls, err := shellCalls(stripShellPrompts(text), func(w string) bool {
		switch path.Base(strings.ReplaceAll(w, `\`, "/")) {
		case "wget", "wget.exe", "wget2":
			return kind == "wget"
		case "http", "https", "http.exe", "xh", "xhs":
			return kind == "httpie"
		}
		return false
	})
	if err != nil {
		return e, nil, err
	}
	for _, c := range calls {
		in := newInterp(rules{kind: kind}, text)
		var list []*draft
		if kind == "wget" {
			list = wget(c.argv[1:])
		} else {
			list = httpie(c.argv, c.stdin)
		}
		for _, d := range list {
			for _, s := range d.settings {
				s.pos = c.pos
			}
			i, sets := in.build(d, at(o.Source, text, c.pos), o)
			if i == nil || len(e.Intents) >= 100 {
				continue
			}
			i.Lost = c.lost
			for _, n := range c.notes {
				(&builder{i: i, src: i.Source}).note(n)
			}
			e.Intents = append(e.Intents, i)
			e.Settings = append(e.Settings, sets...)
			spans = append(spans, form.Span{First: 1 + strings.Count(text[:min(c.pos, len(text))], "\n"), Last: 1 + strings.Count(text[:min(c.end, len(text))], "\n"), Kind: kind})
		}
	}
	return e, spans, nil
}

// stripShellPrompts blanks out what a shell wrote in front of its commands, so that places stay.
func stripShellPrompts(text string) string {
	ls := strings.Split(text, "\n")
	for i, l := range ls {
		if m := shellPrompt.FindString(l); m != "" {
			ls[i] = strings.Repeat(" ", len(m)) + l[len(m):]
		}
	}
	return strings.Join(ls, "\n")
}

// shellCalls splits the commands of text as bash would; is says which are wanted. Nothing is run: a variable that the
// text does not set stays as it is written and is told in lost.
func shellCalls(text string, is func(string) bool) ([]shellCall, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, fmt.Errorf("bash cannot read this command")
	}
	vars := map[string]string{}
	var out []shellCall
	piped := map[*syntax.Stmt]bool{}
	syntax.Walk(file, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.BinaryCmd:
			if n.Op == syntax.Pipe {
				piped[n.Y] = true
			}
		case *syntax.Assign:
			if n.Name != nil && n.Value != nil {
				w := &wordReader{vars: vars}
				if v := w.word(n.Value); len(w.lost) == 0 {
					vars[n.Name.Value] = v
				}
			}
		case *syntax.Stmt:
			c, ok := n.Cmd.(*syntax.CallExpr)
			if !ok {
				break
			}
			w := &wordReader{vars: vars}
			call := shellCall{pos: int(n.Pos().Offset()), end: int(n.End().Offset()), stdin: piped[n]}
			for _, r := range n.Redirs {
				call.stdin = call.stdin || r.Op == syntax.RdrIn || r.Op == syntax.WordHdoc || r.Op == syntax.Hdoc
			}
			for _, a := range c.Args {
				mark := len(w.lost)
				call.argv = append(call.argv, w.word(a))
				for k := mark; k < len(w.lost); k++ {
					w.lost[k].In = "URL"
					if n := len(call.argv); n > 1 && strings.HasPrefix(call.argv[n-2], "-") {
						w.lost[k].In = call.argv[n-2]
					} else if first, _, _ := strings.Cut(call.argv[n-1], "="); strings.HasPrefix(first, "-") {
						w.lost[k].In = first
					}
				}
			}
			for len(call.argv) > 0 && (call.argv[0] == "sudo" || call.argv[0] == "time" || call.argv[0] == "env" || call.argv[0] == "exec") {
				call.argv = call.argv[1:]
			}
			if len(call.argv) > 1 && is(call.argv[0]) {
				if n.Semicolon.IsValid() {
					w.cut(text, int(n.Semicolon.Offset()))
				}
				call.lost, call.notes = w.lost, w.notes
				out = append(out, call)
			}
		}
		return true
	})
	return out, nil
}

// wordReader expands words.
type wordReader struct {
	vars  map[string]string
	lost  []exchange.ShellLoss
	notes []string
}

// cut looks at an unquoted & that stands in an address.
func (w *wordReader) cut(text string, pos int) {
	if pos+1 >= len(text) || text[pos] != '&' || strings.IndexByte(" \n&", text[pos+1]) >= 0 || pos == 0 || text[pos-1] == ' ' {
		return
	}
	name := text[pos+1:]
	name = name[:strings.IndexAny(name+"=", "= \n&")]
	w.lost = append(w.lost, exchange.ShellLoss{Char: "&", Name: name, In: "URL", Line: 1 + strings.Count(text[:pos], "\n"), Col: pos - strings.LastIndexByte(text[:pos], '\n')})
	w.notes = append(w.notes, "an unquoted & ends the command: what follows in the address is not given to the program; use single quotes")
}

func (w *wordReader) word(x *syntax.Word) string {
	if x == nil {
		return ""
	}
	return w.parts(x.Parts, false)
}

func (w *wordReader) parts(parts []syntax.WordPart, quoted bool) string {
	var b strings.Builder
	for _, p := range parts {
		switch p := p.(type) {
		case *syntax.Lit:
			b.WriteString(unbackslash(p.Value, quoted))
		case *syntax.SglQuoted:
			b.WriteString(p.Value)
		case *syntax.DblQuoted:
			b.WriteString(w.parts(p.Parts, true))
		case *syntax.ParamExp:
			name := ""
			if p.Param != nil {
				name = p.Param.Value
			}
			if v, ok := w.vars[name]; ok && p.Exp == nil {
				b.WriteString(v)
				continue
			}
			w.lost = append(w.lost, exchange.ShellLoss{Char: "$", Name: name, Line: int(p.Pos().Line()), Col: int(p.Pos().Col())})
			w.notes = append(w.notes, "$"+name+" is a shell variable that the text does not set; it is kept as it is written")
			b.WriteString("$" + name)
		default:
			w.lost = append(w.lost, exchange.ShellLoss{Char: "$", Line: int(p.Pos().Line()), Col: int(p.Pos().Col())})
			w.notes = append(w.notes, "a part of the command would have to be run to be known")
		}
	}
	return b.String()
}

// unbackslash takes backslashes out: all outside quotes, those in front of $ ` " \ within.
func unbackslash(s string, quoted bool) string {
	if strings.IndexByte(s, '\\') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) && (!quoted || strings.IndexByte("$`\"\\\n", s[i+1]) >= 0) {
			i++
			if s[i] == '\n' {
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
