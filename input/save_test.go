package input

import (
	"strings"
	"testing"
)

// TestCaseTextComesBack: whatever the texts hold, a case file gives them back byte for byte.
func TestCaseTextComesBack(t *testing.T) {
	for _, text := range []string{
		"one line", "one line\n", "two\nlines\n", "end\n\n", " indented\n", "a\n\n  b\n", "tab\there", "cr\r\nlf\r\n", "\x1b[2J", "# no comment\n- no list\nkey: value\n",
		"%TAG", "---\n...\n", "trailing  \nblanks \n", "ü \u2028 \ufeff\n", "'\"`|>&*!", "", "\n", strings.Repeat("x", 100_000), "artefacts:\n  - kind: x\n",
	} {
		list, ok := Artefacts(CaseText("a note\nof two lines", []Artefact{{Kind: "text", Text: text}, {Kind: "note", Text: "n"}}))
		if !ok || len(list) != 2 || list[0].Text != text || list[0].Kind != "text" {
			t.Errorf("%.60q came back as %.200q", text, list)
		}
	}
}
