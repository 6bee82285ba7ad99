package cred

import (
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// SignedLink is what the parameters of a signed URL say beside the signature.
type SignedLink struct {
	Vendor  string    // whose form it is, "" when several use it
	Ends    time.Time // when it ends by its own parameters; zero when they do not say
	Begins  time.Time // when it begins, zero when not said
	Session bool      // signed with a temporary key, whose end is the URL's end as well
}

// SignedLinkOf reads the signed URL of req; ok is false when the query holds none.
func SignedLinkOf(req exchange.Request) (l SignedLink, ok bool) {
	f, sig, _ := signed(req.URL.Query)
	if sig < 0 {
		return l, false
	}
	get := func(name string) string {
		for _, p := range req.URL.Query {
			if paramName(p.Name) == name {
				return decoded(p.Value).Reveal()
			}
		}
		return ""
	}
	if f.scheme != "" {
		l.Vendor = f.vendor
	}
	l.Session = get("x-amz-security-token") != "" || get("x-oss-security-token") != "" || get("security-token") != ""
	switch f.scheme {
	case "AWS4-HMAC-SHA256", "GOOG4", "OSS4":
		prefix := strings.TrimSuffix(f.members[0], "signature")
		signedAt, err := time.Parse("20060102T150405Z", get(prefix+"date"))
		seconds, bad := strconv.Atoi(get(prefix + "expires"))
		if err == nil && bad == nil && seconds > 0 {
			l.Begins, l.Ends = signedAt, signedAt.Add(time.Duration(seconds)*time.Second)
		}
	case "SAS":
		l.Begins, l.Ends = isoTime(get("st")), isoTime(get("se"))
	default:
		if get("key-pair-id") != "" {
			l.Vendor = "CloudFront"
		}
		l.Ends = unixTime(get("expires"))
		if f.vendor == "Akamai" {
			l.Vendor = f.vendor
			for part := range strings.SplitSeq(get(paramName(req.URL.Query[sig].Name)), "~") {
				if n, found := strings.CutPrefix(part, "exp="); found {
					l.Ends = unixTime(n)
				}
			}
		}
	}
	return l, true
}

// isoTime reads the forms of ISO 8601 that Azure accepts in a shared access signature.
func isoTime(s string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04:05Z", "2006-01-02T15:04Z", "2006-01-02", time.RFC3339Nano} {
		if t, err := time.Parse(layout, s); err == nil {
			return t
		}
	}
	return time.Time{}
}

// unixTime reads seconds since 1970; a number that is none of this century is no time.
func unixTime(s string) time.Time {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 946684800 || n > 4102444800 {
		return time.Time{}
	}
	return time.Unix(n, 0).UTC()
}
