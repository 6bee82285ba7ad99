package report

import (
	"reflect"
	"slices"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var hidden = lazyregexp.New(`secret#[0-9]+`)

// vocabulary are the fields whose value is one of our own words: a cause's id, a layer, an outcome. A password that
// happens to be a part of such a word ("wrong-pass" in wrong-password) must not break the id, and the gap would give
// it away. The rule holds for words of that form only.
var vocabulary = []string{"Schema", "Outcome", "Cause", "Family", "RefusedBy", "FaultAt", "Kind", "Step", "Result", "Credential"}

var word = lazyregexp.New(`^[a-z0-9_]+(-[a-z0-9_]+)*$`)

// prepare copies rep for one medium: every string goes through secret.Scrub and then through escape, lists are never
// nil, the places where a secret was hidden are counted and a next command is filled in. Nothing is written that did
// not pass here.
func prepare(rep *Report, escape func(string) string) *Report {
	out := *rep
	if out.Schema == "" {
		out.Schema = Schema
	}
	n := 0
	out = visit(reflect.ValueOf(out), "", func(field, s string) string {
		if !slices.Contains(vocabulary, field) || !word.MatchString(s) {
			s = secret.Scrub(s)
			n += len(hidden.FindAllStringIndex(s, -1))
		}
		return escape(s)
	}).Interface().(Report)
	out.Redacted = n
	if out.Next == "" {
		out.Next = next(&out)
	}
	return &out
}

// visit copies v with every string in it mapped, so that a field added later cannot be forgotten. f gets the name of the
// field that holds the string.
func visit(v reflect.Value, field string, f func(field, s string) string) reflect.Value {
	out := reflect.New(v.Type()).Elem()
	if v.Type() == reflect.TypeFor[time.Time]() {
		out.Set(v)
		return out
	}
	switch v.Kind() {
	case reflect.String:
		out.SetString(f(field, v.String()))
	case reflect.Slice:
		out.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			out.Index(i).Set(visit(v.Index(i), field, f))
		}
	case reflect.Pointer:
		if !v.IsNil() {
			out.Set(reflect.New(v.Type().Elem()))
			out.Elem().Set(visit(v.Elem(), field, f))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			out.Field(i).Set(visit(v.Field(i), v.Type().Field(i).Name, f))
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
