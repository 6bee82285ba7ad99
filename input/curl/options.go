package curl

import (
	"fmt"
	"strings"
)

// arity is what an option takes.
type arity uint8

const (
	fixed arity = iota // nothing, and --no-name is refused
	flag               // nothing; --no-name switches it off
	text               // one argument
)

// effect is what becomes of an option here.
type effect uint8

const (
	modelled   effect = iota // shapes the intent
	quiet                    // about output or waiting: of no concern to the request
	unmodelled               // known to curl, not shown in the intent: a note names it
)

type option struct {
	name   string
	short  byte // 0 when there is no short form
	takes  arity
	effect effect
}

// lookup finds a long option by the word behind "--". An exact name wins, in any letter case; otherwise curl takes a
// prefix that fits one line of the table. "no-" in front reverses a flag, and then abbreviations are not accepted.
func lookup(word string) (o option, on bool, err error) {
	name, negated := strings.CutPrefix(word, "no-")
	on = !negated
	hits := 0
	for _, c := range options {
		if strings.EqualFold(c.name, name) {
			o, hits = c, 1
			break
		}
		if !negated && len(c.name) > len(name) && strings.EqualFold(c.name[:len(name)], name) {
			o = c
			hits++
		}
	}
	switch {
	case hits > 1:
		return option{}, false, usage("--"+word, "curl finds this option ambiguous: it is the beginning of several")
	case hits == 1 && negated && o.takes != flag:
		return option{}, false, usage("--"+word, "curl knows --%s, but it cannot be reversed with no-", o.name)
	case hits == 1:
		return o, on, nil
	}
	if takes, ok := later[strings.ToLower(name)]; ok {
		return option{name: strings.ToLower(name), takes: takes, effect: unmodelled}, on, nil
	}
	return option{}, false, usage("--"+word, "curl has no such option")
}

// letter finds a short option.
func letter(b byte) (option, error) {
	for _, c := range options {
		if c.short == b && b != 0 {
			return c, nil
		}
	}
	return option{}, usage("-"+string(rune(b)), "curl has no such option")
}

// spelled is the option as a person would write it in a message.
func (o option) spelled() string {
	if o.short != 0 {
		return fmt.Sprintf("-%c/--%s", o.short, o.name)
	}
	return "--" + o.name
}
