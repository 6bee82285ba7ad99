// Package har reads HTTP archives (HAR 1.2, http://www.softwareishard.com/blog/har-12-spec/) as browsers, proxies and
// test tools export them: Chrome, Edge, Firefox, Safari, Charles, Fiddler, Playwright, Insomnia and their like.
//
// An archive of a morning's browsing holds thousands of entries, of which a handful matter. They are read one after
// another in bounded memory whatever the size of the file or of a single entry; kept are those that were refused and
// what explains them, see keep.go. Nothing is sent and no other file is read.
package har

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// Forms is the one kind that is read here.
var Forms = []form.Form{{
	Kind: "har", What: "a HAR file", Files: []string{"*.har"},
	Is:     Is,
	Read:   func(text string, o form.Options) (exchange.Evidence, error) { return Read(strings.NewReader(text), o) },
	Stream: Read,
}}

// Is says how sure it is that text begins a HAR file: {"log": {"version" or "creator" or "entries" or "pages". A single entry, or
// the entries alone, count less.
func Is(text string) int {
	head, _ := form.Decode(text[:min(len(text), 16<<10)])
	head = strings.TrimLeft(head, " \t\r\n")
	if head == "" || head[0] != '{' && head[0] != '[' {
		return 0
	}
	rest := strings.TrimLeft(head[1:], " \t\r\n")
	if value, ok := strings.CutPrefix(rest, `"log"`); ok && head[0] == '{' {
		value = strings.TrimLeft(value, " \t\r\n:")
		if !strings.HasPrefix(value, "{") {
			return 0 // a container's log line: {"log":"...","stream":...}
		}
		for _, name := range []string{`"entries"`, `"creator"`, `"pages"`, `"version"`, `"browser"`} {
			if strings.HasPrefix(strings.TrimLeft(value[1:], " \t\r\n"), name) || strings.Contains(value, `"creator"`) || strings.Contains(value, `"entries"`) {
				return 98
			}
		}
		return 30
	}
	signs := 0
	for _, name := range []string{`"startedDateTime"`, `"httpVersion"`, `"headersSize"`, `"queryString"`, `"statusText"`, `"redirectURL"`, `"_initiator"`} {
		if strings.Contains(head, name) {
			signs++
		}
	}
	entries := strings.HasPrefix(rest, `"entries"`)
	switch {
	case strings.Contains(head, `"request"`) && (signs >= 3 || signs >= 1 && entries):
		return 85
	case entries && signs > 0:
		return 60
	}
	return 0
}

// reader is one run through an archive.
type reader struct {
	s       *scanner
	e       entry // the one being read
	inEntry bool
	k       keeper
	take    func(*entry) // what is done with an entry that was read
	creator string
	seen    bool // log or an entry was found
	values  int  // JSON texts read: archives may be joined
	n       int
}

// Read reads an archive as it comes, in bounded memory: about 256 KiB and what is kept. An archive that breaks off
// gives what was read until then and a fact that says where; one without a single entry gives an error.
func Read(in io.Reader, o form.Options) (exchange.Evidence, error) {
	in, err := open(in)
	if err != nil {
		return exchange.Evidence{}, err
	}
	r := &reader{s: newScanner(in)}
	r.k.init()
	r.take = r.k.take
	stop := r.all()
	var torn *syntaxError
	switch {
	case stop == nil, errors.Is(stop, errEnd), errors.As(stop, &torn):
	default:
		return exchange.Evidence{}, fmt.Errorf("reading the HAR file: %w", stop)
	}
	if r.k.total == 0 {
		return exchange.Evidence{}, r.none(stop)
	}
	ev := r.evidence(o)
	if stop != nil {
		ev.Facts = append(ev.Facts, fact.Fact{Text: r.broken(stop), From: o.Source})
	}
	return ev, nil
}

// none is the error for an archive without entries.
func (r *reader) none(stop error) error {
	switch {
	case errors.Is(stop, errEnd) && r.seen:
		return fmt.Errorf("the HAR file ends at byte %d, before its first entry is complete: export it again", r.s.offset())
	case errors.Is(stop, errEnd):
		return fmt.Errorf("not a HAR file: it ends at byte %d; expected {\"log\": {\"entries\": [...]}}", r.s.offset())
	case stop != nil:
		return fmt.Errorf("not a HAR file: %w", stop)
	case r.seen:
		return errors.New("the HAR file holds no entries: reload the page with the network panel open, then export")
	}
	return errors.New("not a HAR file: expected {\"log\": {\"entries\": [...]}}")
}

func (r *reader) broken(stop error) string {
	if errors.Is(stop, errEnd) {
		return fmt.Sprintf("the HAR file is cut off: it ends at byte %d in the middle; %s read until there", r.s.offset(), count(r.k.total, "entry was", "entries were"))
	}
	return fmt.Sprintf("the HAR file is damaged at byte %d; %s read until there", r.s.offset(), count(r.k.total, "entry was", "entries were"))
}

// all reads every JSON text of the input.
func (r *reader) all() error {
	for {
		c, err := r.s.peek()
		if errors.Is(err, errEnd) && r.values > 0 {
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '{':
			err = r.top()
		case '[':
			err = r.entries()
		default:
			err = r.s.wrong("a JSON object")
		}
		if err != nil {
			if r.inEntry && errors.Is(err, errEnd) && r.e.hasRequest && r.e.status != 0 {
				r.e.torn = true
				r.take(&r.e)
			}
			return err
		}
		r.values++
	}
}

// top reads {"log": ...}; an object that is an entry itself is taken for one.
func (r *reader) top() error {
	r.begin()
	err := r.s.object(func(name string) error {
		switch name {
		case "log":
			r.seen, r.inEntry = true, false
			return r.inside(r.log)
		case "entries":
			r.inEntry = false
			return r.entries()
		}
		return r.field(name)
	})
	if err == nil {
		r.end()
	}
	return err
}

func (r *reader) log(name string) error {
	switch name {
	case "entries":
		return r.entries()
	case "creator", "browser":
		var maker, version span
		r.e.reset(0)
		err := r.inside(func(name string) error {
			switch name {
			case "name":
				return r.put(&maker)
			case "version":
				return r.put(&version)
			}
			return r.s.skip()
		})
		if name == "creator" || r.creator == "" {
			r.creator = strings.TrimSpace(r.e.str(maker) + " " + r.e.str(version))
		}
		return err
	}
	return r.s.skip()
}

func (r *reader) entries() error {
	r.seen = true
	return r.each(func() error {
		if c, err := r.s.peek(); err != nil || c != '{' {
			if err == nil {
				err = r.s.skip()
			}
			return err
		}
		r.begin()
		if err := r.s.object(r.field); err != nil {
			return err
		}
		r.end()
		return nil
	})
}

func (r *reader) begin() {
	r.n++
	r.e.reset(r.n)
	r.inEntry = true
}

func (r *reader) end() {
	if r.inEntry && r.e.hasRequest {
		r.seen = true
		r.take(&r.e)
	}
	r.inEntry = false
}
