package cause

import (
	"strings"
	"time"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// Compared is a program's own comparison: the end or the beginning that a credential names, and what the program's clock
// showed when it looked.
type Compared struct {
	Limit, Now time.Time
	Begins     bool // Limit is the beginning of its time, not the end
	From       fact.Source
}

// Over reports that the clock was past the end.
func (c Compared) Over() bool { return !c.Begins && c.Now.After(c.Limit) }

// Early reports that the clock was before the beginning.
func (c Compared) Early() bool { return c.Begins && c.Now.Before(c.Limit) }

const moment = `["'(]?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?: ?(?:Z|UTC|GMT|[+-]\d\d:?\d\d))?|1\d{9})`

var (
	endAndNow = lazyregexp.New(`(?i)\b(?:not (?:to be )?(?:used|valid|accepted) after|valid (?:until|till|to)|not ?after|expire[sd]?(?: at| on)?|exp(?:iration|iry)?(?: time| date| claim)?)\b\W{0,4}(?:is |was )?` + moment +
		`[^\n]{0,60}?\b(?:current(?:ly)?(?: time| date)?|now|server time|time now)\b\W{0,4}(?:is |was )?` + moment)
	beginAndNow = lazyregexp.New(`(?i)\b(?:not (?:to be )?(?:used|valid|accepted) (?:before|until)|not ?before|nbf|iat|issued(?: at)?)\b\W{0,4}(?:is |was )?` + moment +
		`[^\n]{0,60}?\b(?:current(?:ly)?(?: time| date)?|now|server time|time now)\b\W{0,4}(?:is |was )?` + moment)
)

// Compared finds the first comparison of times that a program wrote down.
func (v *View) Compared() (Compared, bool) {
	for _, re := range []*lazyregexp.Regexp{endAndNow, beginAndNow} {
		g, from, ok := v.Said().First(re)
		if !ok {
			continue
		}
		c := Compared{Begins: re == beginAndNow, From: from}
		var limit, now bool
		c.Limit, limit = readMoment(g[1])
		c.Now, now = readMoment(g[2])
		if limit && now {
			return c, true
		}
	}
	return Compared{}, false
}

// readMoment reads a time as programs write it. One without a zone is taken for UTC: only the two of one line are compared.
func readMoment(s string) (time.Time, bool) {
	if len(s) == 10 && s[0] == '1' {
		n := int64(0)
		for _, c := range s {
			n = 10*n + int64(c-'0')
		}
		return time.Unix(n, 0).UTC(), true
	}
	s = strings.Replace(strings.Replace(s, "T", " ", 1), ",", ".", 1)
	s = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(s, "UTC"), "GMT"))
	for _, layout := range []string{"2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 15:04:05-0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
