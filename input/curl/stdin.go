package curl

import (
	"os"
	"regexp"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

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
