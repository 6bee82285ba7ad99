package main

import "errors"

func (d *configCheck) trace() error { return errors.New("not yet") }
