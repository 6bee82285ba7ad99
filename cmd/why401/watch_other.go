//go:build !unix

package main

import "os"

// reloadSignals: there is no signal that asks a program to read its files again.
var reloadSignals = []os.Signal{noSignal{}}

type noSignal struct{}

func (noSignal) String() string { return "none" }
func (noSignal) Signal()        {}
