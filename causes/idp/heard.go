package idp

import (
	"strings"

	"github.com/why401/why401/cause"
)

// heardLimit bounds how much text is searched.
const heardLimit = 96 << 10

// written is what the answer, programs, code and settings of the record say. It is only searched, never shown.
func written(v *cause.View) string {
	var b strings.Builder
	add := func(s string) {
		if b.Len()+len(s) < heardLimit {
			b.WriteString(s + "\n")
		}
	}
	add(string(v.Answer.Body()[:min(len(v.Answer.Body()), heardLimit/2)]))
	for _, m := range v.Messages {
		add(string(m.Text))
	}
	for _, s := range v.Settings {
		line := s.Name + ": "
		for _, a := range s.Args {
			if !a.Closed() {
				line += " " + a.String()
			}
		}
		add(line)
	}
	return b.String()
}

// told is what a person wrote. It is only searched, never shown.
func told(v *cause.View) string {
	var b strings.Builder
	for _, n := range v.Notes {
		if b.Len()+len(n.Text) < heardLimit {
			b.WriteString(string(n.Text) + "\n")
		}
	}
	return b.String()
}

// refusedOrUnseen reports a 401 or 403, or a record that does not show the status.
func refusedOrUnseen(v *cause.View) bool {
	switch v.Answer.Status() {
	case 401, 403:
		return true
	case 0:
		return v.Recorded()
	}
	return false
}

// clientError reports a 4xx, or a record that does not show the status.
func clientError(v *cause.View) bool {
	return v.Answer.Status()/100 == 4 || v.Answer.Status() == 0 && v.Recorded()
}
