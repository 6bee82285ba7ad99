//go:build unix && !linux

package conf

// hasACL is not asked elsewhere than on Linux: the mode bits are what is known.
func hasACL(string) bool { return false }
