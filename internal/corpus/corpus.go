// Package corpus gives the tests of the readers what people paste: input/testdata/pastes, one archive for each kind.
package corpus

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// Of gives the pastes of a kind, for a test of a package that lies in input.
func Of(t testing.TB, kind string) *txtar.Archive {
	t.Helper()
	a, err := txtar.ParseFile(filepath.Join("..", "testdata", "pastes", kind+".txtar"))
	if err != nil {
		t.Fatal(err)
	}
	return a
}
