package read

import (
	"fmt"
	"strings"
	"time"
)

// Notes say for people, one sentence each, in which format each file was read, and what was left out or is in doubt. They
// hold names of files and formats; whoever shows them escapes them.
func (s *Summary) Notes() []string {
	var all []string
	for i := range s.Files {
		all = append(all, s.Files[i].notes()...)
	}
	if s.Zone != nil {
		all = append(all, fmt.Sprintf("times without a zone were taken for %s, which the other files name; --zone says another", zoneName(s.Zone)))
	}
	return all
}

// zoneName is the zone's name, or its offset where a log wrote nothing but that: UTC, UTC+02:00.
func zoneName(z *time.Location) string {
	if z.String() != "" {
		return z.String()
	}
	if off := time.Unix(0, 0).In(z).Format("-07:00"); off != "+00:00" {
		return "UTC" + off
	}
	return "UTC"
}

func (f *File) notes() []string {
	var all []string
	say := func(format string, args ...any) { all = append(all, f.Name+": "+fmt.Sprintf(format, args...)) }
	switch {
	case f.Lines == 0 && f.Broken == nil:
		say("empty")
	case f.Lines == 0: // and the end of this says why
	case f.Read+f.Outside == 0 && f.Format == "":
		say("no format is recognised; --format takes a name or the text of the server's log_format")
	default:
		text := fmt.Sprintf("%s, %d lines", f.Format, f.Lines)
		var others []string
		for _, o := range f.Other {
			others = append(others, fmt.Sprintf("%d of %s", o.Count, o.Format))
		}
		if len(others) > 0 {
			text += ", of them " + strings.Join(others, ", ")
		}
		say("%s", text)
	}
	for _, k := range f.Skipped {
		if k.Count == 1 {
			say("1 line left out, line %d: %s", k.First, k.Why)
		} else {
			say("%d lines left out, the first is line %d: %s", k.Count, k.First, k.Why)
		}
	}
	for _, k := range f.Doubts {
		if k.Count == 1 {
			say("line %d: %s", k.First, k.Why)
		} else {
			say("%d lines, the first is line %d: %s", k.Count, k.First, k.Why)
		}
	}
	if f.Broken != nil {
		say("breaks off behind line %d: %v", f.ended, f.Broken)
	}
	return all
}
