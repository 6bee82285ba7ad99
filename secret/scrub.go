package secret

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/url"
	"sort"
	"strings"
)

// scrubMin is the shortest secret that Scrub looks for inside other text: a shorter one ("a", "1234") would hit by
// chance and blacken harmless words. Shorter secrets are kept out by never being put into text at all.
const scrubMin = 6

// scrubMax is the longest: a request body of megabytes is not echoed whole into a sentence, and spelling it out ten
// ways would cost more memory than the diagnosis.
const scrubMax = 16 << 10

// Scrub replaces every closed text known so far inside s by its number, in the spellings a server or a library may
// echo it: raw, base64 and base64url, percent once and twice, JSON, hexadecimal. It is the last alarm behind the
// type, not the first line: text is built from printable parts to begin with.
func Scrub(s string) string {
	if len(s) < scrubMin {
		return s
	}
	book.Lock()
	if book.scan == nil {
		book.scan = newScanner(book.n, book.scrub)
	}
	sc := book.scan
	book.Unlock()
	return sc.replace(s)
}

type scanner struct{ r *strings.Replacer }

func newScanner(known map[string]int, scrub map[string]bool) *scanner {
	type spelling struct{ from, to string }
	var all []spelling
	for s, n := range known {
		if len(s) < scrubMin || len(s) > scrubMax || !scrub[s] {
			continue
		}
		to := fmt.Sprintf("secret#%d", n)
		for _, f := range Spellings(s) {
			all = append(all, spelling{f, to})
		}
	}
	// A longer secret may contain a shorter one: the longest spelling at a place wins.
	sort.Slice(all, func(i, j int) bool {
		if len(all[i].from) != len(all[j].from) {
			return len(all[i].from) > len(all[j].from)
		}
		return all[i].from < all[j].from
	})
	pairs := make([]string, 0, 2*len(all))
	for _, p := range all {
		pairs = append(pairs, p.from, p.to)
	}
	return &scanner{strings.NewReplacer(pairs...)}
}

func (s *scanner) replace(in string) string { return s.r.Replace(in) }

// Spellings lists the encodings in which s may come back from elsewhere, s itself first. Base64 is given for the
// three alignments a value can have inside a longer encoded text, cut to the characters that depend on s alone.
func Spellings(s string) []string {
	j, _ := json.Marshal(s)
	b := []byte(s)
	out := []string{
		s,
		url.QueryEscape(s), url.PathEscape(s), url.QueryEscape(url.QueryEscape(s)),
		strings.ToLower(url.QueryEscape(s)),
		string(j[1 : len(j)-1]),
		hex.EncodeToString(b), strings.ToUpper(hex.EncodeToString(b)),
	}
	for shift := range 3 {
		for _, enc := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
			e := enc.EncodeToString(append(make([]byte, shift), b...))
			skip := []int{0, 2, 3}[shift]
			keep := (shift + len(b)) * 8 / 6
			if keep > skip && keep-skip >= scrubMin {
				out = append(out, e[skip:keep])
			}
		}
	}
	seen := map[string]bool{}
	uniq := out[:0]
	for _, o := range out {
		if len(o) >= scrubMin && !seen[o] {
			seen[o] = true
			uniq = append(uniq, o)
		}
	}
	return uniq
}
