package signature

import (
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// conditions are the keys that ask about the reply. They may stand in an entry itself or in an item of all, any, not.
var conditions = []string{"status", "reason", "header", "absent", "cookie", "body", "body_is", "body_exact", "body_match",
	"challenge", "json", "from_connect", "all", "any", "not"}

var (
	entryKeys  = append([]string{"id", "says", "weight", "version", "facts", "sample", "samples"}, conditions...)
	phraseKeys = append([]string{"meaning", "product", "text", "weight", "sample", "samples"}, conditions...)
)

var idForm = lazyregexp.New(`\A[a-z0-9][a-z0-9.-]*/[a-z0-9][a-z0-9.-]*\z`)

// entry reads one item of "entries".
func (b *builder) entry(n *node) (*entry, error) {
	keys, err := b.doc.mapping(n, entryKeys...)
	if err != nil {
		return nil, err
	}
	e := &entry{weight: -1, at: b.doc.at(n)}
	for _, k := range keys {
		var err error
		switch k.key {
		case "id":
			e.id, err = b.doc.scalar(k.value)
			if err == nil && !b.trusted && !idForm.MatchString(e.id) {
				err = b.doc.errorf(k.value, "id %q: expected product/what in lower case", e.id)
			}
		case "says":
			var s string
			s, err = b.doc.scalar(k.value)
			if e.says = Says(s); err == nil && claim(e.says) < 0 {
				err = b.doc.errorf(k.value, "says %q: expected wrote, passed or runs", s)
			}
		case "weight":
			e.weight, err = b.weight(k.value)
		case "version":
			e.version, err = b.version(k.value)
		case "facts":
			e.facts, err = b.facts(k.value)
		case "sample", "samples":
			err = b.samples(k, &e.samples)
		}
		if err != nil {
			return nil, err
		}
	}
	if e.id == "" || e.says == "" || e.weight < 0 {
		return nil, b.doc.errorf(n, "an entry needs id, says and weight")
	}
	parts, err := b.conds(keys)
	if err != nil {
		return nil, err
	}
	if len(parts) == 0 {
		return nil, b.doc.errorf(n, "entry %s has no condition", e.id)
	}
	e.when = newEvery(parts)
	return e, nil
}

// refused are the statuses of a phrase that names none: sentences in a page that was delivered are not refusals.
var refused = statusIs{4, 5}

// phrase reads one item of "phrases".
func (b *builder) phrase(n *node) (*phrase, error) {
	keys, err := b.doc.mapping(n, phraseKeys...)
	if err != nil {
		return nil, err
	}
	p := &phrase{weight: 80, at: b.doc.at(n)}
	var text []cond
	hasStatus := false
	for _, k := range keys {
		var err error
		switch k.key {
		case "meaning":
			p.meaning, err = b.doc.scalar(k.value)
			if err == nil && !slices.ContainsFunc(vocabulary, func(w Word) bool { return w.Meaning == p.meaning }) {
				err = b.doc.errorf(k.value, "unknown meaning %q: see meaning.go for the list", p.meaning)
			}
		case "product":
			p.product, err = b.doc.scalar(k.value)
		case "weight":
			p.weight, err = b.weight(k.value)
		case "text":
			text, err = b.text(k.value)
		case "status":
			hasStatus = true
		case "sample", "samples":
			err = b.samples(k, &p.samples)
		}
		if err != nil {
			return nil, err
		}
	}
	parts, err := b.conds(keys)
	if err != nil {
		return nil, err
	}
	if len(text) > 0 {
		parts = append(parts, some{text})
	}
	if p.meaning == "" || len(parts) == 0 {
		return nil, b.doc.errorf(n, "a phrase needs a meaning and a text or condition")
	}
	if !hasStatus {
		parts = append(parts, refused)
	}
	p.when = newEvery(parts)
	return p, nil
}

// text reads one or several wordings, any of which will do, looked for in the body and in the challenges.
func (b *builder) text(n *node) ([]cond, error) {
	wordings, err := b.doc.scalars(n)
	if err != nil {
		return nil, err
	}
	challenge := []int{b.header("WWW-Authenticate"), b.header("Proxy-Authenticate")}
	var out []cond
	for _, w := range wordings {
		if len(w) < gram {
			return nil, b.doc.errorf(n, "text %q is shorter than %d bytes", w, gram)
		}
		out = append(out, bodyHas{w, b.set.literals.add(w), challenge})
	}
	return out, nil
}

func (b *builder) weight(n *node) (int, error) {
	s, err := b.doc.scalar(n)
	if err != nil {
		return 0, err
	}
	w, err := strconv.Atoi(s)
	if err != nil || w < 0 || w > 100 {
		return 0, b.doc.errorf(n, "weight %q: expected 0 to 100", s)
	}
	return w, nil
}

func (b *builder) version(n *node) (version, error) {
	var v version
	keys, err := b.doc.mapping(n, "header", "body")
	if err != nil {
		return v, err
	}
	if len(keys) != 1 {
		return v, b.doc.errorf(n, "version: expected one of header, body")
	}
	text, err := b.doc.scalar(keys[0].value)
	if err != nil {
		return v, err
	}
	if keys[0].key == "header" {
		name, pattern, ok := strings.Cut(text, ": ")
		if !ok {
			return v, b.doc.errorf(n, "version: expected \"Header-Name: pattern\"")
		}
		v.header, text = name, pattern
	}
	if v.re, err = b.pattern(text); err != nil {
		return v, b.doc.errorf(keys[0].value, "version: %w", err)
	}
	if !b.trusted && v.re.Get().NumSubexp() != 1 {
		return v, b.doc.errorf(keys[0].value, "version: expected one group in the pattern")
	}
	return v, nil
}

func (b *builder) facts(n *node) (map[string]string, error) {
	keys, err := b.doc.mapping(n, factNames...)
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, k := range keys {
		if out[k.key], err = b.doc.scalar(k.value); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// factNames are the keys of "facts".
var factNames = []string{
	"refusal", // how it refuses: basic-challenge, ip-denied, waf-block, bot-challenge, ...
	"page",    // what kind of page it is: login
}

func (b *builder) samples(k pair, into *samples) error {
	if k.key == "sample" {
		texts, err := b.doc.scalars(k.value)
		into.match = append(into.match, texts...)
		return err
	}
	keys, err := b.doc.mapping(k.value, "match", "nomatch")
	if err != nil {
		return err
	}
	for _, s := range keys {
		texts, err := b.doc.scalars(s.value)
		if err != nil {
			return err
		}
		if s.key == "match" {
			into.match = append(into.match, texts...)
		} else {
			into.nomatch = append(into.nomatch, texts...)
		}
	}
	return nil
}
