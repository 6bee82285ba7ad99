package token_test

import (
	"fmt"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/token"
	"github.com/why401/why401/secret"
)

// A refused token, the Date of the refusal, the secret of the verifier as its configuration writes it.
func ExampleJudge() {
	const refused = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJodHRwczovL2lzc3Vlci50ZXN0LyIsImF1ZCI6Im9yZGVycyIsInN1YiI6ImFsaWNlIiwiaWF0IjoxNzAwMDAwMDAwLCJleHAiOjE3MDAwMDM2MDB9.j6yXI_aGMtkJVE0lZz8XTWRJkvnNY1DxNnXPoj2_5IM"
	at, within := token.Clock(time.Date(2023, 11, 15, 0, 0, 0, 0, time.UTC), 80*time.Millisecond)
	j := token.Judge(secret.New(refused), at, within, jose.Secret([]byte("not-the-secret-that-the-issuer-signs-with")), token.Expect{
		Issuers: []string{"https://issuer.test"}, Audiences: []string{"orders"}, Algs: []string{"HS256"}})
	for _, f := range j.Findings {
		fmt.Printf("%s %s\n%s\n", f.Severity, f.Word, f.Text)
	}
	// Output:
	// refused other-key
	// The secret of 328 bits did not make this signature: it was made by another key, or the token was changed after signing.
	// refused expired
	// The token expired at 2023-11-14 23:13:20 UTC, 46 minutes before the server's clock (2023-11-15 00:00:00 UTC).
	// refused issuer-slash
	// The token's issuer is https://issuer.test/; the verifier wants https://issuer.test: they differ in the slash at the end.
}
