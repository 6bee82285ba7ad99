package main

import (
	"errors"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fix"
)

func (m *mending) remedy(word string) (cause.Remedy, fix.About, error) {
	return cause.Remedy{}, fix.About{}, errors.New("not yet")
}
