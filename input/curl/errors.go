package curl

import "fmt"

// UsageError is a command that curl itself would refuse, or that cannot be read without running something.
type UsageError struct {
	Place string // an option, or line:column of the text; "" for the command as a whole
	Text  string // what is wrong and what was expected, lower case, without secrets
}

func (e *UsageError) Error() string {
	if e.Place == "" {
		return e.Text
	}
	return e.Place + ": " + e.Text
}

// FileError is a file that the command names and that could not be read.
type FileError struct {
	Option string // the option that names it
	Name   string
	Err    error
}

func (e *FileError) Error() string { return fmt.Sprintf("%s: file %q: %v", e.Option, e.Name, e.Err) }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

func usage(place, format string, args ...any) *UsageError {
	return &UsageError{Place: place, Text: fmt.Sprintf(format, args...)}
}
