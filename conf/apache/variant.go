package apache

import (
	"cmp"
	"slices"
	"strings"
)

// variant is a file that MultiViews can choose, and how well it fits what the client accepts.
type variant struct {
	metadata
	sub  *visit
	name string
	kind accepted // its type
	size int64

	ofKind, ofLanguage, ofEncoding float32 // qualities
	level                          float32 // of the type, where the client names it
	langIndex                      int     // in LanguagePriority, -1 for none
}

// programType is the type of a file that a handler answers for.
const programType = "application/x-httpd-cgi"

// Qualities that httpd gives what a client has not ranked itself.
const (
	anyKind         = 0.01   // */* in an Accept without q
	anyOfKind       = 0.02   // text/*
	program         = 0.001  // a program, for a plain GET
	programWanted   = 2      // a program, for what a file could not answer
	ofOtherRegion   = 0.001  // a file in en for a client that wants en-US
	withoutLanguage = 0.0001 // a file without a language among files that have one
	fallenBack      = 0.0001 // by ForceLanguagePriority Fallback
	encoded         = 0.5    // an encoded file, for a client that says nothing of encodings
	notEncoded      = 0.0001 // a plain file, for a client that names encodings alone
)

// best is the file that the client likes best by httpd's own ranking, nil when it accepts none.
func (v *visit) best(list []*variant) *variant {
	if v.in.has("Negotiate") {
		v.open("which file is chosen: the client sends Negotiate")
	}
	for _, name := range []string{"prefer-language", "no-gzip", "gzip-only-text/html"} {
		if v.env.has(name) {
			v.open("which file is chosen: the variable " + name + " is set")
		}
	}
	slices.SortFunc(list, func(a, b *variant) int {
		return cmp.Or(cmp.Compare(b.kind.quality, a.kind.quality), strings.Compare(a.name, b.name))
	})
	kinds, ranked := v.kinds()
	languages, asks := acceptList(v.in, "Accept-Language")
	encodings, asksEncoding := acceptList(v.in, "Accept-Encoding")
	anyLanguage := slices.ContainsFunc(list, func(a *variant) bool { return len(a.languages) > 0 })
	var best *variant
	for _, a := range list {
		a.rankKind(kinds, ranked)
		a.rankLanguage(v.d, languages, asks, anyLanguage)
		a.rankEncoding(encodings, asksEncoding)
		if a.charset != "" && v.in.has("Accept-Charset") {
			v.open("which file is chosen: the client sends Accept-Charset")
		}
		if a.ofKind*a.kind.quality > 0 && a.ofLanguage > 0 && a.ofEncoding > 0 && (best == nil || a.better(best)) {
			best = a
		}
	}
	return best
}

// kinds are the types that the client accepts, and programs; ranked says that it prefers some.
func (v *visit) kinds() (list []accepted, ranked bool) {
	list, ok := acceptList(v.in, "Accept")
	ranked = slices.ContainsFunc(list, func(k accepted) bool { return k.quality < 1 })
	if !ok {
		list = []accepted{{name: "*/*", quality: 1}}
	}
	q := float32(program)
	if v.method != "GET" && v.method != "HEAD" || v.hasArgs || v.pathInfo != "" {
		q = programWanted
	}
	return append(list, accepted{name: programType, quality: q}), ranked
}

// rankKind takes the most exact of the types that fit.
func (a *variant) rankKind(list []accepted, ranked bool) {
	exact := 0
	for _, k := range list {
		fit := 0
		switch prefix, wild := strings.CutSuffix(k.name, "/*"); {
		case strings.HasPrefix(k.name, "*"):
			fit = 1
		case wild && strings.HasPrefix(a.kind.name, prefix):
			fit = 2
		case k.name == a.kind.name && k.level >= a.kind.level:
			a.level, fit = a.kind.level, 3
		}
		if fit <= exact {
			continue
		}
		exact = fit
		switch {
		case fit == 1 && !ranked:
			a.ofKind = anyKind
		case fit == 2 && !ranked:
			a.ofKind = anyOfKind
		default:
			a.ofKind = k.quality
		}
	}
}

// rankLanguage takes the best of the file's languages, each by the longest range that fits it, and its place in LanguagePriority.
func (a *variant) rankLanguage(d *dirConf, list []accepted, asks, anyLanguage bool) {
	a.ofLanguage = 1
	if len(a.languages) == 0 {
		if anyLanguage {
			a.ofLanguage = withoutLanguage
		}
		return
	}
	if asks {
		a.ofLanguage = languageQuality(a.languages, list)
	}
	forced := d.priority.or("prefer")
	prefer, fall := strings.Contains(forced, "prefer"), strings.Contains(forced, "fallback")
	if !prefer && (!fall || a.ofLanguage > 0) {
		return
	}
	index := -1
	for _, lang := range a.languages {
		i := slices.IndexFunc(d.languages, func(l string) bool { return strings.HasPrefix(lang, l) })
		if i >= 0 && (index < 0 || i < index) {
			index = i
		}
	}
	switch {
	case index < 0:
	case a.ofLanguage > 0 && prefer:
		a.langIndex = index
	case a.ofLanguage == 0 && fall:
		a.langIndex, a.ofLanguage = index, fallenBack
	}
}

func languageQuality(languages []string, list []accepted) float32 {
	var best, star *accepted
	other, starred := float32(0), false
	for _, lang := range languages {
		var mine *accepted
		for i := range list {
			l := &list[i]
			if l.name == "*" {
				if star == nil {
					star = l
				}
				continue
			}
			if (lang == l.name || strings.HasPrefix(lang, l.name+"-")) && (mine == nil || len(l.name) > len(mine.name)) {
				mine = l
			}
			if region, _, ok := strings.Cut(l.name, "-"); mine == nil && ok && strings.HasPrefix(lang, region) {
				other = ofOtherRegion
			}
		}
		if best == nil || mine != nil && mine.quality > best.quality {
			best = mine
		}
		starred = starred || mine == nil && star != nil
	}
	if starred && (best == nil || star.quality > best.quality) {
		best = star
	}
	if best != nil {
		return best.quality
	}
	return other
}

func (a *variant) rankEncoding(list []accepted, asks bool) {
	plain := a.encoding == "" || a.encoding == "7bit" || a.encoding == "8bit" || a.encoding == "binary"
	name := strings.TrimPrefix(a.encoding, "x-")
	if plain {
		name = "identity"
	}
	switch {
	case !asks && plain:
		a.ofEncoding = 1
		return
	case !asks:
		a.ofEncoding = encoded
		return
	case plain:
		a.ofEncoding = notEncoded
	}
	for _, l := range list {
		if l.name == "*" {
			a.ofEncoding = l.quality
		}
	}
	if i := slices.IndexFunc(list, func(l accepted) bool { return strings.TrimPrefix(l.name, "x-") == name }); i >= 0 {
		a.ofEncoding = list[i].quality
	}
}

// better compares by type, language, level, character set, encoding and size, in this order; what is as good is not better.
func (a *variant) better(b *variant) bool {
	return cmp.Or(
		cmp.Compare(a.ofKind*a.kind.quality, b.ofKind*b.kind.quality),
		cmp.Compare(a.ofLanguage, b.ofLanguage),
		cmp.Compare(uint(b.langIndex), uint(a.langIndex)), // none is the last
		a.compareLevel(b),
		a.compareCharset(b),
		cmp.Compare(a.ofEncoding, b.ofEncoding),
		cmp.Compare(b.size, a.size),
	) > 0
}

// compareLevel compares files of one type: the highest level that the client names, else the lowest.
func (a *variant) compareLevel(b *variant) int {
	if a.kind.name != b.kind.name {
		return 0
	}
	return cmp.Or(cmp.Compare(a.level, b.level), cmp.Compare(b.kind.level, a.kind.level))
}

// compareCharset prefers a file that names a character set of its own.
func (a *variant) compareCharset(b *variant) int {
	own := func(c string) bool { return c != "" && c != "iso-8859-1" }
	if own(a.charset) && !own(b.charset) {
		return 1
	}
	return 0
}
