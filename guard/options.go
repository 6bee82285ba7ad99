package guard

import (
	"context"
	"crypto/x509"
	"net"
	"time"

	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// Options are what a caller may set about a run. The zero value is the careful one.
type Options struct {
	Env func(string) string // where secrets that come from the environment are read; the process's own when nil
	Dir string              // relative file names of the contract start here; the contract's folder when ""

	Dial     func(ctx context.Context, network, addr string) (net.Conn, error) // replaces the network, for labs and tests
	Roots    *x509.CertPool                                                    // in place of the system's, for every target that names none
	StateDir string                                                            // of the ledger of passwords; the user's own when ""

	Timeout   time.Duration // for one row, its diagnosis not counted; 30 s when zero
	IKnow     bool          // send a password that was refused lately
	Diagnose  Diagnosing    // whether broken rows are diagnosed
	Catalogue *all.Catalogue

	Login Browser            // runs rows of kind login; without it they could not be told
	Heard func(*RowResult)   // hears each row as it ends; may be nil
	Only  func(c Check) bool // which checks are run; all when nil
}

// Diagnosing says what is done about a broken row.
type Diagnosing int

// The ways. Recorded draws its conclusions from the row's own exchanges and sends nothing more.
const (
	InFull Diagnosing = iota
	Recorded
	NotAtAll
)

// Browser runs rows of kind login: one real login in a real browser, or at the API. Package guard/login has one; it is
// handed in so that nobody who runs requests alone starts a browser.
type Browser interface {
	Login(ctx context.Context, l LoginRequest) (*LoginResult, error)
}

// LoginRequest is what such a row asks for.
type LoginRequest struct {
	Check    Check
	URL      exchange.URL // the protected page
	Page     exchange.URL // the page of the form; equal to URL when that leads there
	User     secret.Text
	Password secret.Text
	Options  Options // Dial, Roots, StateDir, Timeout, IKnow hold for the login as well
}

// LoginResult is what came of it. An error in its place means that it could not be told: no browser, no answer, a rule
// that held the password back.
type LoginResult struct {
	Exchanges   []*exchange.Exchange // as the browser sent them, and those of the API behind them
	Answer      int                  // the protected page's answer, which the row's expectations are held against
	Differences []Difference         // what the browser itself says went wrong: a cookie not stored, the form not found
	Intent      *exchange.Intent     // the request that a diagnosis of a broken login starts from; nil: that of Exchanges[Answer]
	Notes       []string
	Files       []string
}
