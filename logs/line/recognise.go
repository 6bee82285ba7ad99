package line

import (
	"fmt"
	"strings"
)

// builtin are the formats that are tried, from special to general: the first of those that read the most lines is taken.
var builtin = []Format{combined}

// Recognise says which format most of the given lines are of, and which share of them it reads, from 0 to 1. The format is nil
// when none reads a single line. Empty lines do not count.
func Recognise(first [][]byte) (Format, float64) {
	var best Format
	most, all := 0, 0
	for _, b := range first {
		if len(b) > 0 {
			all++
		}
	}
	for _, f := range builtin {
		p, n := f.Parser(), 0
		var l Line
		for _, b := range first {
			if len(b) > 0 && p.Parse(b, &l) {
				n++
			}
		}
		if n > most {
			best, most = f, n
		}
	}
	if best == nil {
		return nil, 0
	}
	return best, float64(most) / float64(all)
}

// Named is the format of a name ("combined", "iis"), of the text of an nginx log_format, or of an Apache LogFormat. The
// error is ErrUnknown, or says what is wrong with the text.
func Named(name string) (Format, error) {
	for _, f := range builtin {
		if strings.EqualFold(f.Name(), name) {
			return f, nil
		}
	}
	if strings.Contains(name, "$") {
		return nginxFormat(name, name)
	}
	return nil, fmt.Errorf("%q: %w", name, ErrUnknown)
}

// Names are the names that Named knows.
func Names() []string {
	var names []string
	for _, f := range builtin {
		names = append(names, f.Name())
	}
	return names
}
