package conf

import "syscall"

// hasACL reports a POSIX access control list beyond the mode bits (acl(5)).
func hasACL(name string) bool {
	n, err := syscall.Getxattr(name, "system.posix_acl_access", nil)
	return err == nil && n > 0
}
