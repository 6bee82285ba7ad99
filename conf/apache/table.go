package apache

import "strings"

// table is fields or variables in their order, as apr's tables are: names are compared without case.
type table []pair

type pair struct{ name, value string }

func (t table) find(name string) int {
	for i, p := range t {
		if strings.EqualFold(p.name, name) {
			return i
		}
	}
	return -1
}

func (t table) get(name string) string {
	if i := t.find(name); i >= 0 {
		return t[i].value
	}
	return ""
}

func (t table) has(name string) bool { return t.find(name) >= 0 }

func (t *table) add(name, value string) { *t = append(*t, pair{name, value}) }

// set gives name one value, where the first stood.
func (t *table) set(name, value string) {
	i := t.find(name)
	if i < 0 {
		t.add(name, value)
		return
	}
	(*t)[i] = pair{name, value}
	rest := (*t)[:i+1]
	for _, p := range (*t)[i+1:] {
		if !strings.EqualFold(p.name, name) {
			rest = append(rest, p)
		}
	}
	*t = rest
}

func (t *table) unset(name string) {
	var out table
	for _, p := range *t {
		if !strings.EqualFold(p.name, name) {
			out = append(out, p)
		}
	}
	*t = out
}

// merge adds a value behind a comma.
func (t *table) merge(name, value string) {
	if i := t.find(name); i >= 0 {
		(*t)[i].value += ", " + value
		return
	}
	t.add(name, value)
}

// last keeps the last value of each name, as httpd does where it hands variables to a program.
func (t table) last() table {
	var out table
	for _, p := range t {
		out.set(p.name, p.value)
	}
	return out
}

func (t table) clone() table { return append(table(nil), t...) }

// compressed joins fields of one name with commas, as httpd does with what it reads.
func (t table) compressed() table {
	var out table
	for _, p := range t {
		out.merge(p.name, p.value)
	}
	return out
}
