package clock

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

var common = lazyregexp.New(`\[(\d{2}/[A-Z][a-z]{2}/\d{4}:\d{2}:\d{2}:\d{2} [+-]\d{4})\]`)

// logged is the time of the refusal by the stamp at the beginning of a log line that names its zone: the clock of the
// machine that writes the log.
func logged(v *cause.View) (time.Time, bool) {
	for _, m := range v.Messages {
		if t, ok := cause.Stamp(m.Text); ok {
			return t, true
		}
		if m := common.FindStringSubmatch(string(m.Text[:min(len(m.Text), 300)])); m != nil {
			if t, err := time.Parse("02/Jan/2006:15:04:05 -0700", m[1]); err == nil {
				return t, true
			}
		}
	}
	return time.Time{}, false
}
