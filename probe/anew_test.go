package probe

import (
	"testing"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// A signature with a nonce goes out only when it was made for this sending, and then once.
func TestOneTimeSignatureMadeAnew(t *testing.T) {
	u, _ := exchange.ParseURL("http://api.test/orders")
	for _, f := range []exchange.Field{
		{Name: "Authorization", Value: secret.New(`OAuth oauth_consumer_key="k", oauth_nonce="n1", oauth_signature="s"`)},
		{Name: "Signature-Input", Value: secret.New(`sig1=("@method");nonce="n1";created=1`)},
	} {
		r := exchange.Request{Method: "GET", URL: u, Header: exchange.Header{f}}
		s, err := New(&exchange.Intent{Request: r}, Options{StateDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		if err := s.permit(r, true, &pass{}); err == nil {
			t.Errorf("%s: somebody's own nonce goes out", f.Name)
		}
		r.Anew = true
		if err := s.permit(r, true, &pass{}); err != nil {
			t.Errorf("%s: a fresh one does not: %v", f.Name, err)
		}
		s.spend(r)
		if err := s.permit(r, true, &pass{}); err == nil {
			t.Errorf("%s: it goes out twice", f.Name)
		}
		r.Header = r.Header.With(exchange.Field{Name: f.Name, Value: f.Value.Map(func(v string) string { return v + `, x="2"` })})
		if err := s.permit(r, true, &pass{}); err != nil {
			t.Errorf("%s: another fresh one does not: %v", f.Name, err)
		}
	}
}
