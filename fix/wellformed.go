package fix

import (
	"errors"
	"fmt"

	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

// wellFormed reads a value back in its form, so that no half value is ever committed. NULL has no form: it is the default.
func wellFormed(form string, v db.Value) error {
	switch {
	case form == "" || v.Null():
		return nil
	case form != db.FormPHP:
		return fmt.Errorf("the form %q is not known", form)
	}
	read, err := php.Unserialize(v.Text())
	if err != nil {
		return err
	}
	again, err := php.Serialize(read)
	if err != nil {
		return err
	}
	if again != v.Text() {
		return errors.New("PHP would write it in another way")
	}
	return nil
}
