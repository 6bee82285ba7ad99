package conf

import "github.com/why401/why401/secret"

// Fit says whether a password that nobody here knows is the one behind a hash.
type Fit int8

// The answers.
const (
	Unfit      Fit = -1
	CannotTell Fit = 0
	Fits       Fit = 1
)

// Partly stands for what is missing of a request of which only a record is left, such as a line of an access log: the
// password that was right, and the fields that the record leaves out. A tracer asks it where it would look at them. nil is a
// request that is known as a whole; so is a nil function, in its part.
type Partly struct {
	// Password says whether the client's password is the one behind hash, which stands for user; why is said of CannotTell.
	Password func(user string, hash secret.Text) (fit Fit, why string)
	// Shows reports that the request has the field as its Header says: with that value, or not at all. "query" stands for the
	// query of the URL.
	Shows func(field string) bool
	// Choose picks the way that a decision takes which depends on a field that is not shown: one of the ways from 0 to n-1.
	// Natural is the one that is taken without the field.
	Choose func(at Place, field string, n, natural int) int
}

// Vouches reports that the password is not in the request, and p speaks for it.
func (p *Partly) Vouches() bool { return p != nil && p.Password != nil }

// Hides reports that the field may be another than the request says.
func (p *Partly) Hides(field string) bool { return p != nil && p.Shows != nil && !p.Shows(field) }

// Way is Choose, or natural when there is nobody to choose.
func (p *Partly) Way(at Place, field string, n, natural int) int {
	if p == nil || p.Choose == nil {
		return natural
	}
	if w := p.Choose(at, field, n, natural); w >= 0 && w < n {
		return w
	}
	return natural
}
