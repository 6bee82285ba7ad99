package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401/input"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/har"
	"github.com/why401/why401/redact"
	"github.com/why401/why401/report"
)

// wholeText is the largest text that is redacted in memory; a HAR may be larger, it is rewritten as it is read.
const wholeText = 8 << 20

// headText is how much of an input tells whether it is text.
const headText = 64 << 10

type redaction struct {
	app            *app
	as, out        string
	preview, force bool
	check          bool
	hosts          bool
}

func (a *app) redact() *cobra.Command {
	d := &redaction{app: a}
	c := &cobra.Command{
		Use:   "redact FILE... | -",
		Short: "Take secrets and names of persons out of a file, so that it can be shown",
		Long: "Writes what it reads with a stand-in in place of every secret: the form stays,\n" +
			"equal secrets stay equal, and why401 says the same of it. It takes all that\n" +
			"why401 reads: HARs, curl commands, transcripts, logs, configurations, tokens.\n" +
			"Look at the result before you share it: prose can tell what no form shows.",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("why401 redact trace.har -o clean.har", "redact: expected a file, or - for standard input")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return d.run(args) },
	}
	f := c.Flags()
	f.StringVar(&d.as, "as", "", "read the input as this `KIND`")
	f.StringVarP(&d.out, "output", "o", "", "write to `FILE`; with several inputs to this folder")
	f.BoolVar(&d.preview, "preview", false, "list what would be replaced, and write nothing")
	f.BoolVar(&d.check, "check", false, "write nothing; exit 1 when a password, token, key or cookie is in it")
	f.BoolVar(&d.hosts, "hosts", false, "replace host names, too, but for well-known services")
	f.BoolVar(&d.force, "force", false, "overwrite what is there")
	return c
}

func (d *redaction) run(args []string) error {
	if d.as != "" {
		var e *input.Error
		if _, err := input.Read([]string{"-"}, strings.NewReader("-"), input.Options{As: d.as}); errors.As(err, &e) && e.Kind == input.Usage {
			return err
		}
	}
	if d.check {
		if d.preview || d.out != "" {
			return usage("why401 redact --check trace.har", "--check writes nothing: leave --preview and -o out")
		}
		return d.live(args)
	}
	if len(args) > 1 && d.out == "" && !d.preview {
		return usage("why401 redact a.har b.log -o clean/", "several inputs: name a folder with -o")
	}
	r := redact.New(redact.Options{Hosts: d.hosts, Kind: d.as})
	var sources []*source
	for _, name := range args {
		s, err := d.app.source(name)
		if err != nil {
			return err
		}
		if err := s.learn(r, d.as); err != nil {
			return err
		}
		sources = append(sources, s)
	}
	for _, s := range sources {
		if err := d.write(r, s, len(sources) > 1); err != nil {
			return err
		}
	}
	if d.preview {
		return d.app.print(findsText(r.Finds(), d.app.options()))
	}
	if !d.app.show.quiet {
		fmt.Fprintln(d.app.err, r.Summary()) // our own words and numbers: nothing that Scrub could find
	}
	return nil
}

// write redacts one source: to a file, to the terminal, or only to see what would be replaced.
func (d *redaction) write(r *redact.Redactor, s *source, many bool) error {
	if d.preview {
		return s.redact(r, io.Discard)
	}
	if d.out == "" {
		return s.redact(r, d.app.out)
	}
	name := d.out
	if many {
		if err := os.MkdirAll(d.out, 0o700); err != nil {
			return unreadable(err, "")
		}
		name = filepath.Join(d.out, filepath.Base(s.name))
	}
	return writeFile(name, d.force, func(w io.Writer) error { return s.redact(r, w) })
}

// source is one input: a text, or a HAR that is too large to hold.
type source struct {
	name, text string
	large      bool
}

// source reads an input; "-" is standard input.
func (a *app) source(name string) (*source, error) {
	var b []byte
	var err error
	s := &source{name: name}
	if name == "-" {
		s.name = "stdin.txt"
		b, err = io.ReadAll(io.LimitReader(a.stdin, wholeText+1))
	} else {
		var st os.FileInfo
		if st, err = os.Stat(name); err == nil && st.IsDir() {
			err = errors.New("is a directory; expected a file")
		}
		if err == nil && st.Size() > wholeText {
			s.large = true
			b, err = head(name)
		} else if err == nil {
			b, err = os.ReadFile(name)
		}
	}
	if pe, ok := errors.AsType[*os.PathError](err); ok {
		err = pe.Err
	}
	if err != nil {
		return nil, unreadable(fmt.Errorf("%s: %w", name, err), "why401 redact FILE")
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return nil, unreadable(fmt.Errorf("%s: empty", name), "why401 redact FILE")
	}
	text, ok := plainText(b)
	if !ok {
		return nil, unreadable(fmt.Errorf("%s: not text", name), "unpack it first, and give a file of it")
	}
	if s.large = s.large || len(b) > wholeText; s.large && (name == "-" || har.Is(text) < 90) {
		return nil, unreadable(fmt.Errorf("%s: larger than 8 MiB", name), "only a HAR file may be larger; cut out the part that shows the refusal")
	}
	s.text = text
	return s, nil
}

func head(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	b := make([]byte, headText)
	n, err := io.ReadFull(f, b)
	if err == io.ErrUnexpectedEOF {
		err = nil
	}
	return b[:n], err
}

// plainText gives b as UTF-8, with its byte order mark where it had one; false when it is no text, as with any reader.
func plainText(b []byte) (string, bool) {
	head := string(b[:min(len(b), headText)])
	if _, ok := form.MagicOf(head); ok || !form.IsText(head) {
		return "", false
	}
	text, w := form.Decode(string(b))
	if w.Mark && w.In == form.UTF8 {
		text = "\ufeff" + text // it may be what is wrong
	}
	return text, true
}

func (s *source) learn(r *redact.Redactor, kind string) error {
	if !s.large {
		r.Learn(kind, s.text)
		return nil
	}
	return s.stream(r, io.Discard)
}

func (s *source) redact(r *redact.Redactor, w io.Writer) error {
	if s.large {
		return s.stream(r, w)
	}
	_, err := io.WriteString(w, r.Redact(s.text))
	return err
}

func (s *source) stream(r *redact.Redactor, w io.Writer) error {
	f, err := os.Open(s.name)
	if err != nil {
		return unreadable(err, "")
	}
	defer f.Close()
	in, _ := form.Reader(bufio.NewReader(f))
	return r.Stream(in, w)
}

// findsText lists what is replaced, as a table, or one per line.
func findsText(finds []redact.Find, o report.TextOptions) string {
	if len(finds) == 0 {
		return "Nothing to replace was found.\n"
	}
	escape := report.Terminal
	if o.ASCII {
		escape = report.ASCII
	}
	cut := func(s string, n int) string {
		r := []rune(escape(s))
		if len(r) > n {
			return string(r[:n-2]) + ".."
		}
		return string(r) + strings.Repeat(" ", n-len(r))
	}
	var b strings.Builder
	if !o.Plain {
		b.WriteString("What              Where                     Shape\n")
	}
	for _, f := range finds {
		if o.Plain {
			fmt.Fprintf(&b, "%s: %s (%s)\n", escape(string(f.Sort)), escape(f.Place), escape(f.Shape))
			continue
		}
		b.WriteString(strings.TrimRight(cut(string(f.Sort), 16)+"  "+cut(f.Place, 24)+"  "+cut(f.Shape, 36), " ") + "\n")
	}
	fmt.Fprintf(&b, "\n%d values would be replaced; nothing was written.\n", len(finds))
	return b.String()
}
