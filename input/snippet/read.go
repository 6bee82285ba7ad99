package snippet

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/curl"
	"github.com/why401/why401/input/form"
)

// read reads text as one kind.
func read(kind, text string, o form.Options) (exchange.Evidence, []form.Span, error) {
	if o.Source == (fact.Source{}) {
		o.Source = fact.Source{Input: kind}
	}
	switch kind {
	case "curl":
		return shell(text, o, func(t string, c curl.Options) ([]*exchange.Intent, error) { return curl.Commands(t, c) })
	case "curl-cmd":
		return shell(text, o, func(t string, c curl.Options) ([]*exchange.Intent, error) { return curl.Cmd(t, c) })
	case "wget", "httpie":
		return unix(kind, text, o)
	case "powershell":
		text = stripPrompts(text)
	}
	return code(rulesOf(kind), text, o)
}

func shell(text string, o form.Options, f func(string, curl.Options) ([]*exchange.Intent, error)) (exchange.Evidence, []form.Span, error) {
	in, err := f(text, curl.Options{Dir: o.Dir, Home: o.Home, Source: o.Source})
	return exchange.Evidence{Intents: in}, []form.Span{{First: 1, Last: 1 + strings.Count(text, "\n")}}, err
}

func rulesOf(kind string) rules {
	switch kind {
	case "python-requests":
		return pythonRules(kind)
	case "php":
		return phpRules(kind)
	case "go-code":
		return goRules(kind)
	case "java-code":
		return javaRules(kind)
	case "ruby-code":
		return rubyRules(kind)
	case "csharp-code":
		return csharpRules(kind)
	case "powershell":
		return powershellRules(kind)
	}
	return script(kind)
}

// maxCode is how much of a piece of code is read.
const maxCode = 128 << 10

// code goes through a piece of code and makes intents of the requests in it.
func code(r rules, text string, o form.Options) (exchange.Evidence, []form.Span, error) {
	cut := len(text) > maxCode
	if cut {
		text = text[:maxCode]
	}
	in := newInterp(r, text)
	if cut {
		in.facts = append(in.facts, "only the first 128 KiB of the code were read")
	}
	in.o = o
	in.run(parse(r.lang, text))
	var e exchange.Evidence
	var spans []form.Span
	seen := map[*draft]bool{}
	for _, d := range in.made {
		if seen[d] || len(e.Intents) >= 100 {
			continue
		}
		seen[d] = true
		src := at(o.Source, text, d.pos)
		var list []*exchange.Intent
		var sets []exchange.Setting
		if len(d.argv) > 0 {
			var err error
			if list, err = curl.Words(d.argv, d.lost, d.notes, curl.Options{Dir: o.Dir, Home: o.Home, Source: src}); err != nil {
				return e, spans, err
			}
		} else if i, s := in.build(d, src, o); i != nil {
			list, sets = []*exchange.Intent{i}, s
		}
		if len(list) == 0 {
			continue
		}
		e.Intents = append(e.Intents, list...)
		e.Settings = append(e.Settings, sets...)
		first := 1 + strings.Count(text[:min(d.pos, len(text))], "\n")
		spans = append(spans, form.Span{First: first, Last: first + strings.Count(text[min(d.pos, len(text)):max(min(d.end, len(text)), min(d.pos, len(text)))], "\n"), Kind: r.kind})
	}
	for _, f := range in.facts {
		e.Facts = append(e.Facts, fact.Fact{Text: f, From: o.Source})
	}
	return e, spans, nil
}

// stripPrompts cuts what a shell wrote in front of its commands.
func stripPrompts(text string) string {
	ls := strings.Split(text, "\n")
	for i, l := range ls {
		if m := powershellPrompt.FindString(l); m != "" {
			ls[i] = l[len(m):]
		}
	}
	return strings.Join(ls, "\n")
}
