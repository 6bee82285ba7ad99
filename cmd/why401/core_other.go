//go:build !unix

package main

// forbidCoreDumps has nothing to do where a crash writes no core file unless the system was set up for it.
func forbidCoreDumps() {}
