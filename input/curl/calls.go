package curl

import "github.com/why401/why401/exchange"

// Words reads one curl call whose words another shell (PowerShell) has split; lost is what that shell did to them.
// Errors as for Commands.
func Words(argv []string, lost []exchange.ShellLoss, notes []string, o Options) ([]*exchange.Intent, error) {
	r := newReader(o)
	in, err := r.read(argv)
	for _, i := range in {
		i.Lost = append(i.Lost, lost...)
		i.Notes = append(i.Notes, r.facts(notes)...)
	}
	return in, err
}
