//go:build unix

package main

import "syscall"

// forbidCoreDumps keeps credentials in memory out of a file that a crash would write.
func forbidCoreDumps() {
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &syscall.Rlimit{}) // a system without the limit has no core file either
}
