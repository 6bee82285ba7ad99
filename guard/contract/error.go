package contract

import (
	"fmt"
	"strings"
)

// Error is a mistake in the file. Its text says what was expected and never repeats a value that may be a secret.
type Error struct {
	File string
	Place
	Text string
}

func (e *Error) Error() string {
	switch {
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Text)
	case e.Col == 0:
		return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Col, e.Text)
}

// Errors are the mistakes in a file, in its order.
type Errors []*Error

// maxErrors is how many are told; behind the first few the others often follow from them.
const maxErrors = 20

func (es Errors) Error() string {
	var b strings.Builder
	for i, e := range es {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == maxErrors {
			fmt.Fprintf(&b, "and %d more", len(es)-i)
			break
		}
		b.WriteString(e.Error())
	}
	return b.String()
}
