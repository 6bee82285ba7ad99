package php

// The tree of a file. Statements and expressions that configuration has no use for (classes, loops, closures) are kept as
// what they are called, so that whoever depends on them can say so.
type (
	expr interface{}

	place struct{ line, start, end int }

	literal struct {
		at    place
		value Value
	}
	template struct {
		at    place
		parts []expr
	}
	variable struct {
		at   place
		name string
	}
	dynamic struct { // $$name
		at   place
		name expr
	}
	index struct {
		at   place
		base expr
		key  expr // nil for $a[]
	}
	constant struct {
		at   place
		name string
	}
	call struct {
		at   place
		name string // without a leading \
		args []argument
	}
	argument struct {
		value  expr
		spread bool
	}
	arrayLit struct {
		at    place
		items []arrayItem
	}
	arrayItem struct {
		key    expr // nil for the next integer
		value  expr
		spread bool
		ref    bool
	}
	unary struct {
		at   place
		op   string // ! - + ~ @ and casts: (int), ...
		item expr
	}
	binary struct {
		at   place
		op   string
		l, r expr
	}
	ternary struct {
		at        place
		cond      expr
		then, els expr // then nil for ?:
	}
	assign struct {
		at     place
		op     string // "=", ".=", "??=", ..., "=&"
		target expr
		value  expr
	}
	isset struct {
		at    place
		items []expr
		empty bool // empty() of one
	}
	include struct {
		at   place
		word string // include, include_once, require, require_once
		file expr
	}
	exit   struct{ at place }
	opaque struct { // what is not followed: new, closures, method calls
		at   place
		what string
	}

	stmt interface{}

	exprStmt struct{ e expr }
	ifStmt   struct {
		at         place
		cond       expr
		then, alts []stmt
	}
	returnStmt struct {
		at    place
		value expr
	}
	blockStmt struct{ body []stmt }
	loopStmt  struct { // for, foreach, while, switch, try: the body may run any number of times
		at   place
		what string
		sets []expr // variables that the head sets
		body []stmt
	}
	funcStmt struct {
		at   place
		name string
	}
	constStmt struct {
		at    place
		name  string
		value expr
	}
	unsetStmt struct{ items []expr }
	badStmt   struct {
		at   place
		what string
	}
)
