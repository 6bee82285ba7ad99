package clock

import (
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

// told is what a person wrote. It is only searched, never shown.
func told(v *cause.View) string {
	var b strings.Builder
	for _, n := range v.Notes {
		if b.Len()+len(n.Text) < 64<<10 {
			b.WriteString(string(n.Text) + "\n")
		}
	}
	return b.String()
}

var fresh = lazyregexp.New(`(?i)\b(fetched|issued|obtained|requested|created|generated|minted|made|received|got)\b[^.\n]{0,30}\b(seconds?|moments?|an instant|a minute)\b[^.\n]{0,12}\b(ago|earlier|before|old)\b` +
	`|\b(just|freshly|newly) (issued|fetched|obtained|generated|created|made|minted|granted|got)\b|\bseconds? old\b` +
	`|\b(brand[- ]new|fresh|new) (access |bearer |id )?tokens? (is|are|gets?|fails?|too|also|as well|at once)\b|\b(at|from) birth\b|\bimmediately after (log(ging)?[ -]?in|login|issu)`)

var (
	zoned  = lazyregexp.New(`\b(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d{1,9})?(Z|[+-]\d{2}:\d{2})`)
	common = lazyregexp.New(`\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]`)
)

// logged is the time of the refusal by the stamp at the beginning of a log line that names its zone: the clock of the
// machine that writes the log.
func logged(v *cause.View) (time.Time, bool) {
	for _, m := range v.Messages {
		text := string(m.Text)
		if m := zoned.FindStringSubmatch(text[:min(len(text), 40)]); m != nil {
			if t, err := time.Parse(time.RFC3339, m[1]+m[2]); err == nil {
				return t, true
			}
		}
		if m := common.FindStringSubmatch(text[:min(len(text), 300)]); m != nil {
			if t, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[1]); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
