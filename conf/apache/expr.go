package apache

import "strings"

// expr is one of httpd's expressions (ap_expr).
type expr struct {
	src string
	bad string
}

func parseExpr(s string) *expr { return &expr{src: s} }
func parseText(s string) *expr { return &expr{src: s} }

// wantsUser reports an expression that asks who has logged in.
func (e *expr) wantsUser() bool { return strings.Contains(e.src, "REMOTE_USER") }
