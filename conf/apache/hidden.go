package apache

// field is the request's field for a decision; where the record of the request does not show it, that is noted.
func (v *visit) field(name string) string {
	v.hidden.Look(name)
	return v.in.get(name)
}

// variableOf is a variable of the environment for a decision.
func (v *visit) variableOf(name string) string {
	v.hidden.Variable(name)
	return v.env.get(name)
}
