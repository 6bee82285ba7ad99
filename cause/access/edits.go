package access

import (
	"strings"

	"github.com/why401/why401/conf"
)

// Drop gives the edit that takes the directive at p out, nil when p is not known.
func Drop(p conf.Place) []conf.Edit {
	if !p.Known() {
		return nil
	}
	return []conf.Edit{{Place: p, How: conf.Remove}}
}

// Become gives the edit that puts text in place of the directive at p, nil when p is not known.
func Become(p conf.Place, text string) []conf.Edit {
	if !p.Known() || p.End <= p.Start {
		return nil
	}
	return []conf.Edit{{Place: p, Text: text}}
}

// Above gives the edit that puts lines above the directive at p, nil when p is not known.
func Above(p conf.Place, lines ...string) []conf.Edit {
	if !p.Known() {
		return nil
	}
	return []conf.Edit{{Place: p, How: conf.Before, Text: strings.Join(lines, "\n")}}
}

// Within gives the edit that puts lines at the head of the block at p, nil when p is no block.
func Within(p conf.Place, lines ...string) []conf.Edit {
	if !p.Known() || p.End <= p.Start {
		return nil
	}
	return []conf.Edit{{Place: p, How: conf.Inside, Text: strings.Join(lines, "\n")}}
}

// Below gives the edit that puts lines below the directive at p, nil when p is not known.
func Below(p conf.Place, lines ...string) []conf.Edit {
	if !p.Known() || p.End <= p.Start {
		return nil
	}
	return []conf.Edit{{Place: p, How: conf.After, Text: strings.Join(lines, "\n")}}
}

// Behind gives the edit that puts words behind those of the directive at p, in front of the semicolon that ends nginx's; nil
// when p is not known.
func Behind(c *conf.Config, p conf.Place, words string) []conf.Edit {
	if !p.Known() || p.End <= p.Start {
		return nil
	}
	old := ""
	if p.Start = p.End; Is(c, "nginx") {
		p.Start, old = p.End-1, ";"
	}
	return []conf.Edit{{Place: p, Old: old, Text: words + old}}
}

// Swap gives the edit by which old becomes text wherever it stands at p; nil when p is not known or nothing would change.
func Swap(p conf.Place, old, text string) []conf.Edit {
	if !p.Known() || old == "" || old == text {
		return nil
	}
	return []conf.Edit{{Place: p, How: conf.Swap, Old: old, Text: text}}
}

// Inside reports that the directive at p stands in the block of s, and not in one around it.
func Inside(p conf.Place, s *conf.Scope) bool {
	return p.File == s.Place.File && s.Place.Start < p.Start && p.End <= s.Place.End
}

// fieldWords are the directives by which nginx sets a field or parameter of what it passes on.
var fieldWords = map[conf.Way]string{
	conf.HTTPProxy: "proxy_set_header", conf.FastCGI: "fastcgi_param", conf.UWSGI: "uwsgi_param", conf.SCGI: "scgi_param", conf.GRPC: "grpc_set_header",
}

// Sets gives the edit by which s sends these fields on as well, each a name and a value in nginx's own words. nginx's lines
// are inherited only by a block that has none of its own, so they go beside the first that is in force; nil for a program
// that writes it otherwise.
func Sets(c *conf.Config, s *conf.Scope, fields ...conf.Field) []conf.Edit {
	word := ""
	if s.Pass != nil {
		word = fieldWords[s.Pass.Way]
	}
	if word == "" || !Is(c, "nginx") {
		return nil
	}
	at := s.Pass.Place
	for _, f := range s.Pass.Set {
		if f.Place.Known() {
			at = f.Place
			break
		}
	}
	var lines []string
	for _, f := range fields {
		lines = append(lines, word+" "+f.Name+" "+Word(f.Value)+";")
	}
	return Above(at, lines...)
}

// Word is a word as nginx and Apache read it, in quotation marks where it needs them.
func Word(s string) string {
	if s != "" && !strings.ContainsAny(s, " \t\r\n;{}\"'\\#") {
		return s
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}
