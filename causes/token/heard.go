package token

import (
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// heardLimit bounds how much text is searched.
const heardLimit = 96 << 10

// saidFresh reports that somebody says that the token was new when it was refused.
func saidFresh(v *cause.View) bool { return cause.CallsNew(v.HumanText(heardLimit)) }

var (
	issuerSet = lazyregexp.New(`(?i)\b(?:issuer(?:[-_ ]?ur[il])?s?|valid_?issuers?|authority|oidc-issuer-url)\b["'\])]*\s*(?:[:=]|=>|,|\()?\s*["'\[(]*(https?://[^\s"',;<>)\]]+)`)
	audSet    = lazyregexp.New(`(?i)\b(?:valid_?audiences?|audiences?|resource[-_]?id|oidc-client-id|api[-_]identifier)\b["'\])]*\s*(?:[:=]|=>)\s*["'\[(]*([A-Za-z][^\s"',;<>)\]]{2,})`)
	algSet    = lazyregexp.New(`(?i)\b(?:algorithms?|valid_?algorithms?|jws-?algorithms?|signing[-_]?algs?|(?:allowed|expected) algs?)\b[^A-Za-z0-9\n]{0,6}((?:(?:HS|RS|PS|ES)(?:256|384|512)|EdDSA)(?:[^A-Za-z0-9\n]{1,4}(?:(?:HS|RS|PS|ES)(?:256|384|512)|EdDSA))*)`)
	variable  = lazyregexp.New(`(?i)process\.env|\$\{|\$[A-Z_]|^config|configuration|environ|^my[A-Z]|^options\.|^settings\.|placeholder|x{4}|^null$|^true$|^false$`)
)

// configured gives the values that a configuration or code of the record names.
func configured(re *lazyregexp.Regexp, v *cause.View) []string {
	var out []string
	for _, m := range re.FindAllStringSubmatch(v.MachineText(heardLimit), 12) {
		w := strings.TrimRight(m[1], ".;")
		if !variable.MatchString(w) && !slices.Contains(out, w) {
			out = append(out, w)
		}
	}
	return out
}

var dateSaid = lazyregexp.New(`(?i)\bdate\b[^\n]{0,60}?((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT)`)

// recordedClock is the time of the refusal as a record without a Date field tells it: a Date that somebody copied, or the
// stamp at the beginning of a log line that names its zone.
func recordedClock(v *cause.View) (t time.Time, whose string) {
	if m := dateSaid.FindStringSubmatch(v.HumanText(heardLimit)); m != nil {
		if t, err := time.Parse(time.RFC1123, m[1]); err == nil {
			return t, "the Date that was told"
		}
	}
	for _, m := range v.Messages {
		if t, ok := cause.Stamp(m.Text); ok {
			return t, "the log line's time"
		}
	}
	return time.Time{}, ""
}

// recorded reports that the exchange was not sent by us, so that whose clock is right is not known.
func (s *sent) recorded() bool { return s.v.Answer.Given != "" }

// hostSeen reports that the record shows where the token went.
func (s *sent) hostSeen() bool {
	return s.v.Answer.Unseen&exchange.RequestLine == 0 || s.v.Answer.Request.URL.Host != ""
}

// headerSeen reports that the token's own header was seen, not only its claims.
func (s *sent) headerSeen() bool {
	return s.jwt != nil && !(s.partly() && s.jwt.Header.Alg == "")
}
