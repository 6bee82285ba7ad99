package site

import (
	"fmt"
	"strings"

	"github.com/why401/why401/conf"
)

// begins reports that nothing stands in front of a place on its line.
func begins(src conf.Source, at conf.Place) bool {
	b, err := src.ReadFile(at.File)
	if err != nil || at.Start > len(b) {
		return false
	}
	line := string(b[:at.Start])
	return strings.TrimSpace(line[strings.LastIndexByte(line, '\n')+1:]) == ""
}

// SetConstant makes the edit of the configuration that gives a constant another value. written is the value as PHP writes it:
// "'staging'", "false". Every other byte of the file stays. It gives nothing where one edit would not do: the value depends on
// something, is put together, or nothing says where a new line may stand.
func (in *Installation) SetConstant(name, written string) []conf.Edit {
	s := in.Setting(name)
	switch w := s.Written; {
	case s.Set() && s.Sure() && w.Known() && w.File == s.At.File && w.Start >= s.At.Start:
		return []conf.Edit{{Place: w, Text: written}}
	case !s.Set() && in.Loads.Known():
		return []conf.Edit{{Place: in.Loads, How: conf.Before, Text: DefineLine(name, written)}}
	}
	return nil
}

// DefineLine is the line of PHP that gives a constant a value, for a person to write.
func DefineLine(name, written string) string {
	return fmt.Sprintf("define( '%s', %s );", name, written)
}
