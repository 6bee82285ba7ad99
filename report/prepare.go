package report

import (
	"reflect"
	"regexp"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/secret"
)

var hidden = regexp.MustCompile(`secret#[0-9]+`)

// prepare copies rep for one medium: every string goes through secret.Scrub and then through escape, lists are never
// nil, the places where a secret was hidden are counted and a next command is filled in. Nothing is written that did
// not pass here.
func prepare(rep *Report, escape func(string) string) *Report {
	out := *rep
	if out.Schema == "" {
		out.Schema = Schema
	}
	if out.Next == "" {
		out.Next = next(&out)
	}
	n := 0
	out = visit(reflect.ValueOf(out), func(s string) string {
		s = secret.Scrub(s)
		n += len(hidden.FindAllStringIndex(s, -1))
		return escape(s)
	}).Interface().(Report)
	out.Redacted = n
	return &out
}

// visit copies v with every string in it mapped, so that a field added later cannot be forgotten.
func visit(v reflect.Value, f func(string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(v.String()))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(visit(v.Index(i), f))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(visit(v.Elem(), f))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(visit(v.Field(i), f))
		}
	default:
		out.Set(v)
	}
	return out
}

// next is the command to run next when the diagnosis names none: the observation that would decide, if it can be made
// here, else the page of the cause.
func next(rep *Report) string {
	v := rep.Verdict
	if v.Grade < cause.Proved {
		for _, r := range rep.Raise {
			if r.Where == "here" && r.Command != "" {
				return r.Command
			}
		}
	}
	switch {
	case v.Cause != "":
		return "why401 explain " + ShellQuote(v.Cause)
	case len(rep.Suspects) > 0:
		return "why401 explain " + ShellQuote(rep.Suspects[0].Cause)
	case rep.Outcome == NotKnown && !credentialed(rep):
		return "why401 -"
	}
	return ""
}

// credentialed reports that a request with the user's credential went out.
func credentialed(rep *Report) bool {
	for _, s := range rep.Sent {
		if s.Credential == "yours" {
			return true
		}
	}
	return false
}
