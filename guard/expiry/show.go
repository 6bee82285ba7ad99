package expiry

import (
	"fmt"
	"io"
	"time"

	"github.com/why401/why401/report"
)

// Schema names the form of the JSON.
const Schema = "why401.expiry/1"

// WriteJSON writes the endings as one object.
func WriteJSON(w io.Writer, all []Ending, now time.Time) error {
	if all == nil {
		all = []Ending{}
	}
	return report.EncodeJSON(w, struct {
		Schema  string    `json:"schema"`
		Now     time.Time `json:"now"`
		Endings []Ending  `json:"endings"`
	}{Schema, now.UTC(), all})
}

// Metrics writes the dates in Prometheus' text format, for alerts such as why401_expiry_timestamp_seconds - time() < 86400 * 14.
// What has no date is counted by kind.
func Metrics(w io.Writer, all []Ending) error {
	var m report.Metrics
	m.Head("why401_expiry_timestamp_seconds", "gauge", "When something ends, in seconds since 1970.")
	undated := map[Kind]int{}
	for _, e := range all {
		if e.At.IsZero() {
			undated[e.Kind]++
			continue
		}
		m.Line("why401_expiry_timestamp_seconds", e.At.Unix(), "kind", string(e.Kind), "source", e.Source, "what", e.What)
	}
	m.Head("why401_expiry_undated", "gauge", "What ends with an event that has no date.")
	for _, k := range []Kind{Token, RefreshToken, SigningKey, Certificate, ClientCert, PasswordHash, Cleartext, Setting} {
		if n := undated[k]; n > 0 {
			m.Line("why401_expiry_undated", n, "kind", string(k))
		}
	}
	_, err := io.WriteString(w, m.String())
	return err
}

// Text is the list for a screen: what has ended, what ends soon, what comes later, and what waits for an event.
func Text(all []Ending, now time.Time, o report.TextOptions) string {
	s := report.NewSheet(o)
	pressing := Pressing(all)
	switch {
	case len(all) == 0:
		s.Text("Nothing that was looked at ends")
		return s.String()
	case len(pressing) == 0:
		s.Text("Nothing ends soon")
	default:
		s.Text(fmt.Sprintf("%d of %d things have ended or end soon", len(pressing), len(all)))
	}
	s.Rule()
	for i, e := range all {
		if i > 0 && !o.Plain {
			s.Lines = append(s.Lines, "")
		}
		s.Head(e.when(now), string(e.Severity))
		s.Row("  What", e.What)
		s.Row("  Where", e.Source)
		s.Row("  Do", e.Do)
		if o.Verbose && e.Because != "" {
			s.Row("  Because", e.Because)
		}
	}
	return s.String()
}

// when says the date and how far it is.
func (e Ending) when(now time.Time) string {
	if e.At.IsZero() {
		return "with " + e.With
	}
	left := e.At.Sub(now)
	if left <= 0 {
		return e.At.Format("2006-01-02 15:04 UTC") + ", " + far(-left) + " ago"
	}
	return e.At.Format("2006-01-02 15:04 UTC") + ", in " + far(left)
}

func far(d time.Duration) string {
	days := int(d.Hours()) / 24
	switch {
	case days > 1:
		return fmt.Sprintf("%d days", days)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", int(d.Hours()))
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return "less than 2 minutes"
}

// Lines are the endings as a run's report has them.
func Lines(all []Ending) []report.GuardEnding {
	var out []report.GuardEnding
	for _, e := range all {
		out = append(out, report.GuardEnding{Kind: string(e.Kind), Severity: string(e.Severity), At: e.At, With: e.With, What: e.What, Do: e.Do, Source: e.Source})
	}
	return out
}
