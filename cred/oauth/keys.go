package oauth

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/exchange"
)

// KeySet is a published key set with its age.
type KeySet struct {
	jose.Set
	Age      Age
	Warnings []string // what its owner should know, printable: a private key in it, two keys of one kid
}

// ReadKeys reads the key set in x's reply.
func ReadKeys(x *exchange.Exchange) (KeySet, error) {
	if x.Response != nil && x.Response.Body.Truncated {
		return KeySet{}, fmt.Errorf("keys: more than the %d bytes that are kept of a reply", len(x.Body()))
	}
	set, private, err := jose.Published(x.Body())
	if err != nil {
		return KeySet{}, err
	}
	k := KeySet{Set: set, Age: AgeOf(x)}
	first, twice := map[string]string{}, map[string]bool{}
	for _, key := range set.Keys {
		if !key.Kid.Present() {
			continue
		}
		print, seen := first[key.Kid.Show]
		if seen && print != key.Thumbprint() && !twice[key.Kid.Show] {
			twice[key.Kid.Show] = true
			k.Warnings = append(k.Warnings, fmt.Sprintf("The key set lists different keys under the kid %q: verifiers may take the wrong one (RFC 7517 4.5).", key.Kid.Show))
		}
		first[key.Kid.Show] = key.Thumbprint()
	}
	if private > 0 {
		k.Warnings = append([]string{fmt.Sprintf("The published key set holds %d private or secret key(s): whoever reads it can sign tokens. Replace them at once.", private)}, k.Warnings...)
	}
	return k, nil
}

// Age is what a reply says about how old it is and how long it may be kept (RFC 9111 4.2, 5.1, 5.2.2).
type Age struct {
	Held     time.Duration // Age: how long a cache on the way has had it; 0 when it does not say
	MaxAge   time.Duration // Cache-Control max-age: how long verifiers may keep it
	Limited  bool          // MaxAge was given
	Modified time.Time     // Last-Modified; zero when it does not say
}

// AgeOf reads the caching fields of x's reply.
func AgeOf(x *exchange.Exchange) Age {
	var a Age
	if n, err := strconv.Atoi(strings.TrimSpace(x.Header().Get("Age"))); err == nil && n > 0 && n < 1<<31 {
		a.Held = time.Duration(n) * time.Second
	}
	for part := range strings.SplitSeq(x.Header().Get("Cache-Control"), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		if n, err := strconv.Atoi(strings.Trim(value, `" `)); strings.EqualFold(name, "max-age") && err == nil && n >= 0 && n < 1<<31 {
			a.MaxAge, a.Limited = time.Duration(n)*time.Second, true
		}
	}
	if t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 GMT", x.Header().Get("Last-Modified")); err == nil {
		a.Modified = t.UTC()
	}
	return a
}

// String says it in words, "" when the reply does not tell.
func (a Age) String() string {
	var out []string
	if a.Held > 0 {
		out = append(out, fmt.Sprintf("a cache on the way has held it for %v", a.Held))
	}
	if a.Limited {
		out = append(out, fmt.Sprintf("it may be kept for %v", a.MaxAge))
	}
	if !a.Modified.IsZero() {
		out = append(out, "it was last changed at "+a.Modified.Format("2006-01-02 15:04:05 UTC"))
	}
	return strings.Join(out, ", ")
}
