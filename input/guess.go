package input

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/internal/lazyregexp"
)

// Evidence reports that an argument is something to look at rather than the name of a command: "-", an existing file,
// or a word with one of : / . or a blank in it.
func Evidence(arg string) bool {
	if arg == "-" || strings.ContainsAny(arg, ":/. \t\n") {
		return true
	}
	_, err := os.Stat(arg)
	return arg != "" && err == nil
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

// one recognises a single argument. A command and a URL that were typed are such whatever else they look like; the rest is
// a file, or a text that understand tells.
func one(arg string, stdin io.Reader, o Options) (Part, error) {
	word := !strings.ContainsAny(arg, " \t\n")
	switch {
	case arg == "-":
		if stdin == nil {
			return Part{}, misuse("-", "there is no standard input to read")
		}
		return open(stdin, "standard input", fact.Source{Input: "standard input"}, o)
	case mentionsCurl.MatchString(arg) && pureCurl(arg):
		p, err := command(arg, fact.Source{Input: "curl command"}, o)
		if err != nil {
			return Part{}, fromCurl(err, "")
		}
		inHistory(p.Intents, o)
		return p, nil
	case hasScheme(arg) && !strings.ContainsAny(strings.TrimSpace(arg), " \t\n"):
		return fromURL(arg, fact.Source{Input: "URL"}, o, true)
	}
	if p, found, err := file(arg, o); found {
		return p, err
	}
	if looksLikeHost(arg) {
		return fromURL(arg, fact.Source{Input: "URL"}, o, true)
	}
	if word && pathLike.MatchString(arg) {
		return Part{}, unreadable(arg, fs.ErrNotExist, "no such file")
	}
	if p, ok := spoken(arg, o); ok {
		return p, nil
	}
	if !word {
		return Part{}, misuse("", "not a URL, and nothing else that is recognised; expected a curl command, an error message, a header, a log line or a token (--as KIND names the kind)")
	}
	return Part{}, misuse(arg, "not a URL and no such file; expected something like https://example.org/api")
}

var pathLike = lazyregexp.New(`^(?:~|\.\.?)?/`)

// spoken takes an argument that is itself a text: an error message, a header line, a token.
func spoken(arg string, o Options) (Part, bool) {
	if !strings.ContainsAny(arg, " \t\n") && len(arg) < 20 && o.As == "" {
		return Part{}, false
	}
	p, err := understand(arg, "argument", fact.Source{Input: "argument"}, o)
	return p, err == nil && (o.As != "" || p.Kind != textKind || len(p.Messages)+len(p.Exchanges)+len(p.Tokens)+len(p.Settings) > 0)
}

// file reads the file that arg names; found is false when there is none, and arg may be something else.
func file(arg string, o Options) (p Part, found bool, err error) {
	name := arg
	if o.Dir != "" && !filepath.IsAbs(name) {
		name = filepath.Join(o.Dir, name)
	}
	switch st, err := os.Stat(name); {
	case err == nil && st.IsDir():
		return Part{}, true, unreadable(arg, nil, "is a directory; expected a file")
	case err == nil:
	case !errors.Is(err, fs.ErrNotExist) && strings.ContainsRune(arg, filepath.Separator) && !looksLikeHost(arg) && !strings.ContainsAny(arg, " \n"):
		return Part{}, true, unreadable(arg, err, "%v", reason(err))
	default:
		return Part{}, false, nil
	}
	f, err := os.Open(name)
	if err != nil {
		return Part{}, true, unreadable(arg, err, "%v", reason(err))
	}
	defer f.Close()
	// What a command in the file names is relative to where we stand, as it would be in a shell.
	p, err = open(f, arg, fact.Source{File: arg, Line: 1}, o)
	return p, true, err
}

func reason(err error) error {
	if pe, ok := errors.AsType[*fs.PathError](err); ok {
		return pe.Err
	}
	return err
}

var mentionsCurl = lazyregexp.New(`(?m)(?:^|[\s;&|(/$"'])curl(?:\.exe)?["']?\s`)

func command(text string, src fact.Source, o Options) (Part, error) {
	in, err := curl.Commands(text, curl.Options{Dir: o.Dir, Home: o.Home, Source: src})
	return Part{Place: src.String(), Kind: "curl", What: "a curl command", live: true, Evidence: exchange.Evidence{Intents: in}}, err
}

// pureCurl reports a text that is curl commands and nothing else, but for comments, blank lines and what a shell script
// has around them: then the command may be sent. A command with its output below it is a record.
func pureCurl(text string) bool {
	inside := false
	quote := byte(0)
	for _, l := range strings.Split(text, "\n") {
		t := strings.TrimSpace(l)
		continued := inside
		quote = openQuote(l, quote)
		inside = quote != 0 || strings.HasSuffix(t, "\\") || strings.HasSuffix(t, "^") || strings.HasSuffix(t, "|") || strings.HasSuffix(t, "&&")
		if continued || t == "" || strings.HasPrefix(t, "#") || mentionsCurl.MatchString(t+" ") || shellLine.MatchString(t) {
			continue
		}
		return false
	}
	return true
}

// shellLine is what surrounds commands in scripts: assignments, set, cd, echo.
var shellLine = lazyregexp.New(`^(?:export\s+)?[A-Za-z_][A-Za-z0-9_]*=|^(?:set|cd|echo|exit|sleep|source|\.|if|then|fi|for|do|done|while)\b|^[)}]`)

// openQuote gives the quotation mark that is still open at the end of l.
func openQuote(l string, quote byte) byte {
	for i := 0; i < len(l); i++ {
		switch c := l[i]; {
		case quote == 0 && (c == '\'' || c == '"'):
			quote = c
		case c == '\\' && quote != '\'':
			i++
		case c == quote:
			quote = 0
		}
	}
	return quote
}

// inHistory notes secrets that were typed as arguments.
func inHistory(ins []*exchange.Intent, o Options) {
	if !o.Typed {
		return
	}
	for _, i := range ins {
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
