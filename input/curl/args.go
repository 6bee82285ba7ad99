package curl

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// maxFile is the largest file taken as a body, header or configuration: 16 MiB.
const maxFile = 16 << 20

// reader holds what one command line says while it is read.
type reader struct {
	o     Options
	env   map[string]string // variables the text itself sets for curl
	given *string           // what the text itself puts on standard input
	eof   bool              // standard input has been read
	notes []string
	ops   []*operation
	depth int // nesting of -K files
}

func newReader(o Options) *reader {
	if o.Source == (fact.Source{}) {
		o.Source = fact.Source{Input: "curl command"}
	}
	return &reader{o: o, ops: []*operation{newOperation()}}
}

// op is the operation being filled: --next begins another.
func (r *reader) op() *operation { return r.ops[len(r.ops)-1] }

func (r *reader) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(r.notes, s) {
		r.notes = append(r.notes, s)
	}
}

func (r *reader) facts(notes []string) []fact.Fact {
	var out []fact.Fact
	for _, n := range notes {
		out = append(out, fact.Fact{Text: n, From: r.o.Source})
	}
	return out
}

// read turns words into intents.
func (r *reader) read(argv []string) ([]*exchange.Intent, error) {
	if len(argv) == 0 || argv[0] != "-q" && !strings.EqualFold(argv[0], "--disable") {
		if err := r.curlrc(); err != nil {
			return nil, err
		}
	}
	if err := r.words(argv); err != nil {
		return nil, err
	}
	var out []*exchange.Intent
	for _, op := range r.ops {
		in, err := r.intents(op)
		if err != nil {
			return nil, err
		}
		out = append(out, in...)
	}
	for _, i := range out {
		i.Notes = append(i.Notes, r.facts(r.notes)...)
	}
	return out, nil
}

// words sorts options from URLs the way curl does: "--" ends the options, a lone "-" is a bad option.
func (r *reader) words(argv []string) error {
	flags := true
	for i := 0; i < len(argv); i++ {
		w := argv[i]
		switch {
		case flags && w == "--":
			flags = false
		case flags && strings.HasPrefix(w, "-"):
			next := ""
			has := i+1 < len(argv)
			if has {
				next = argv[i+1]
			}
			used, err := r.flag(w, next, has)
			if err != nil {
				return err
			}
			if used {
				i++
			}
		default:
			r.op().addURL(w)
		}
	}
	return nil
}

// flag takes one word that begins with "-": a long option, or short ones run together.
func (r *reader) flag(w, next string, has bool) (used bool, err error) {
	if word, long := strings.CutPrefix(w, "--"); long {
		o, on, err := lookup(word)
		if err != nil {
			if name, _, eq := strings.Cut(word, "="); eq {
				if _, _, e := lookup(name); e == nil {
					return false, usage("--"+name+"=", "curl does not take --option=value; write the value as a word of its own")
				}
				return false, usage("--"+name+"=", "curl has no such option, and does not take --option=value")
			}
			return false, err
		}
		if o.takes == text && !has {
			return false, usage("--"+o.name, "requires a parameter")
		}
		return o.takes == text, r.set(o, next, on)
	}
	rest := w[1:]
	if rest == "" {
		return false, usage("-", "curl takes a lone - for an unknown option")
	}
	for rest != "" {
		o, err := letter(rest[0])
		if err != nil {
			return false, err
		}
		rest = rest[1:]
		if o.takes != text {
			if err := r.set(o, "", true); err != nil {
				return false, err
			}
			continue
		}
		if rest != "" {
			return false, r.set(o, rest, true)
		}
		if !has {
			return false, usage("-"+string(rune(o.short)), "requires a parameter")
		}
		return true, r.set(o, next, true)
	}
	return false, nil
}

// file reads what an option names; "-" is standard input.
func (r *reader) file(opt, name string) ([]byte, error) {
	if name == "-" {
		return r.input(opt)
	}
	f, err := os.Open(r.path(name))
	if err != nil {
		return nil, &FileError{opt, name, cause(err)}
	}
	defer f.Close()
	if st, err := f.Stat(); err == nil && st.IsDir() {
		return nil, &FileError{opt, name, fmt.Errorf("is a directory")}
	}
	return capped(f, opt, name)
}

func capped(f io.Reader, opt, name string) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err != nil {
		return nil, &FileError{opt, name, cause(err)}
	}
	if len(b) > maxFile {
		return nil, &FileError{opt, name, fmt.Errorf("is larger than 16 MiB")}
	}
	return b, nil
}

// input is standard input; like curl, a second reader finds it empty.
func (r *reader) input(opt string) ([]byte, error) {
	if r.eof {
		return nil, nil
	}
	r.eof = true
	if r.given != nil {
		return []byte(*r.given), nil
	}
	if r.o.Stdin == nil {
		return nil, usage(opt, "reads standard input, which is not part of the command; name a file instead")
	}
	return capped(r.o.Stdin, opt, "-")
}

func (r *reader) path(name string) string {
	if filepath.IsAbs(name) || r.o.Dir == "" {
		return name
	}
	return filepath.Join(r.o.Dir, name)
}

// cause drops the path that os errors repeat.
func cause(err error) error {
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		return pe.Err
	}
	return err
}

// lines cuts a file into lines without their ends.
func lines(b []byte) []string {
	var out []string
	for l := range bytes.Lines(b) {
		out = append(out, string(bytes.TrimRight(l, "\r\n")))
	}
	return out
}
