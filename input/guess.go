package input

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/internal/lazyregexp"
)

// maxText is the largest file or standard input that is looked at here: 1 MiB.
const maxText = 1 << 20

// Evidence reports that an argument is something to look at rather than the name of a command: "-", an existing file,
// or a word with one of : / . or a blank in it.
func Evidence(arg string) bool {
	if arg == "-" || strings.ContainsAny(arg, ":/. \t\n") {
		return true
	}
	_, err := os.Stat(arg)
	return arg != "" && err == nil
}

// Read recognises args: a curl command as separate words (never given to a shell again), or any number of URLs, curl
// commands in one word each, files, and "-" for stdin. Errors are *Error.
func Read(args []string, stdin io.Reader, o Options) (Result, error) {
	if len(args) == 0 {
		return Result{}, misuse("", "nothing to look at: give a URL, a curl command, a file, or - for standard input")
	}
	if at := curlWord(args); at >= 0 {
		in, err := curl.Args(args[at+1:], curl.Options{Dir: o.Dir, Home: o.Home, Stdin: stdin})
		if err != nil {
			return Result{}, fromCurl(err, "")
		}
		r := Result{What: "a curl command", Intents: in}
		r.inHistory(o)
		return r, nil
	}
	var all Result
	for n, a := range args {
		if n > 0 && strings.HasPrefix(a, "-") && a != "-" {
			return Result{}, misuse(a, "an option of curl? then put the word curl in front of the whole command")
		}
		r, err := one(a, stdin, o)
		if err != nil {
			return Result{}, err
		}
		all.What = r.What
		all.Intents = append(all.Intents, r.Intents...)
	}
	return all, nil
}

// curlWord is where curl stands in args that are a command in separate words, or -1.
func curlWord(args []string) int {
	for n, a := range args {
		if curl.IsCurl(a) && len(args) > n+1 {
			return n
		}
		switch a {
		case "sudo", "time", "env", "$":
		default:
			return -1
		}
	}
	return -1
}

// one recognises a single argument.
func one(arg string, stdin io.Reader, o Options) (Result, error) {
	switch {
	case arg == "-":
		if stdin == nil {
			return Result{}, misuse("-", "there is no standard input to read")
		}
		b, err := readText(stdin)
		if err != nil {
			return Result{}, unreadable("standard input", err, "%v", err)
		}
		return understand(b, "standard input", fact.Source{Input: "standard input"}, o)
	case mentionsCurl.MatchString(arg):
		r, err := command(arg, fact.Source{Input: "curl command"}, o)
		if err != nil {
			return Result{}, fromCurl(err, "")
		}
		r.inHistory(o)
		return r, nil
	case hasScheme(arg):
		return fromURL(arg, fact.Source{Input: "URL"}, o, true)
	}
	name := arg
	if o.Dir != "" && !filepath.IsAbs(name) {
		name = filepath.Join(o.Dir, name)
	}
	switch st, err := os.Stat(name); {
	case err == nil && st.IsDir():
		return Result{}, unreadable(arg, nil, "is a directory; expected a file with a URL or a curl command")
	case err == nil:
		return file(arg, name, o)
	case !errors.Is(err, fs.ErrNotExist) && strings.ContainsRune(arg, filepath.Separator) && !looksLikeHost(arg):
		return Result{}, unreadable(arg, err, "%v", reason(err))
	}
	if looksLikeHost(arg) {
		return fromURL(arg, fact.Source{Input: "URL"}, o, true)
	}
	if strings.HasPrefix(arg, "/") || strings.HasPrefix(arg, "./") || strings.HasPrefix(arg, "../") || strings.HasPrefix(arg, "~/") {
		return Result{}, unreadable(arg, fs.ErrNotExist, "no such file")
	}
	if strings.ContainsAny(arg, " \t\n") {
		return Result{}, misuse("", "not a URL and not a curl command; expected a word such as https://example.org/api, or text that begins with curl")
	}
	return Result{}, misuse(arg, "not a URL and no such file; expected something like https://example.org/api")
}

func file(arg, name string, o Options) (Result, error) {
	f, err := os.Open(name)
	if err != nil {
		return Result{}, unreadable(arg, err, "%v", reason(err))
	}
	defer f.Close()
	b, err := readText(f)
	if err != nil {
		return Result{}, unreadable(arg, err, "%v", reason(err))
	}
	// What a command in the file names is relative to where we stand, as it would be in a shell.
	return understand(b, arg, fact.Source{File: arg, Line: 1}, o)
}

func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

func readText(r io.Reader) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxText+1))
	if err == nil && len(b) > maxText {
		err = errors.New("larger than 1 MiB")
	}
	return b, err
}

// liveForm is one kind of content that a file or standard input may have.
type liveForm struct {
	name string
	is   func(text string) bool
	read func(text string, src fact.Source, o Options) (Result, error)
}

// forms are tried in order; the first that recognises the text reads it.
func forms() []liveForm {
	return []liveForm{
		{"curl command", mentionsCurl.MatchString, func(text string, src fact.Source, o Options) (Result, error) {
			r, err := command(text, src, o)
			if err != nil {
				return Result{}, fromCurl(err, src.String())
			}
			return r, nil
		}},
		{"URL", urlLines, func(text string, src fact.Source, o Options) (Result, error) {
			all := Result{What: "a URL"}
			for n, l := range strings.Split(text, "\n") {
				if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
					continue
				}
				if src.File != "" {
					src.Line = n + 1
				}
				r, err := fromURL(l, src, o, false)
				if err != nil {
					return Result{}, err
				}
				all.Intents = append(all.Intents, r.Intents...)
			}
			return all, nil
		}},
	}
}

// understand reads the content of a file or of standard input.
func understand(b []byte, place string, src fact.Source, o Options) (Result, error) {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	text := string(b)
	switch {
	case strings.TrimSpace(text) == "":
		return Result{}, unreadable(place, nil, "empty; expected a URL or a curl command")
	case bytes.IndexByte(b, 0) >= 0 || !utf8.Valid(b) && !mentionsCurl.Match(b):
		return Result{}, unreadable(place, nil, "not text; expected a URL or a curl command")
	}
	for _, f := range forms() {
		if f.is(text) {
			r, err := f.read(text, src, o)
			var e *Error
			if errors.As(err, &e) {
				e.Kind = Unreadable
			}
			return r, err
		}
	}
	return Result{}, unreadable(place, nil, "holds neither a URL nor a curl command")
}

var mentionsCurl = lazyregexp.New(`(?m)(?:^|[\s;&|(/$"'])curl(?:\.exe)?["']?\s`)

func command(text string, src fact.Source, o Options) (Result, error) {
	in, err := curl.Commands(text, curl.Options{Dir: o.Dir, Home: o.Home, Source: src})
	return Result{What: "a curl command", Intents: in}, err
}

// inHistory notes secrets that were typed as arguments.
func (r Result) inHistory(o Options) {
	if !o.Typed {
		return
	}
	for _, i := range r.Intents {
		if what := secretIn(i); what != "" {
			i.Notes = append(i.Notes, fact.Given("command line",
				"%s is readable in the process list, perhaps in your shell's history; why401 - < FILE keeps it out", what))
		}
	}
}

var secretName = lazyregexp.New(`(?i)auth|token|secret|passw|cookie|session|api-?_?key|signature|^key$|^sig$`)

// secretIn names the first place of i that holds a secret, never the secret.
func secretIn(i *exchange.Intent) string {
	if l := i.Login; !l.Password.Empty() && l.From != ".netrc" {
		return "the password of " + l.From
	}
	if i.Proxy != nil && !i.Proxy.Login.Password.Empty() {
		return "the proxy's password"
	}
	for _, f := range i.Request.Header {
		if f.Value.Closed() && secretName.MatchString(f.Name) {
			return "the header " + f.Name
		}
	}
	for _, p := range i.Request.URL.Query {
		if p.Value.Closed() && secretName.MatchString(p.Name) {
			return "the query parameter " + p.Name
		}
	}
	return ""
}
