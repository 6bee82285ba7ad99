package clock

import (
	"net/http"
	"strconv"
	"testing"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/secret"
)

// An OAuth 1.0 signature is never sent twice, so the server's words about it are met in recorded exchanges only.
func TestRecordedOAuth1(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name   string
		signed time.Time
		words  string
		want   cause.Grade
	}{
		{"old, and the server says so", now.Add(-3 * time.Hour), "oauth_problem=timestamp_refused", cause.Proved},
		{"the words, and a time that fits", now, "oauth_problem=timestamp_refused", cause.Strong},
		{"a used nonce", now, "oauth_problem=nonce_used", cause.Strong},
		{"old, without a word", now.Add(-3 * time.Hour), "no", cause.Likely},
		{"the signature", now, "oauth_problem=signature_invalid", cause.Unknown},
		{"old, but the signature is refused", now.Add(-3 * time.Hour), "oauth_problem=signature_invalid", cause.Unknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := cause.Unknown
			auth := `OAuth oauth_consumer_key="k", oauth_signature_method="HMAC-SHA1", oauth_timestamp="` + strconv.FormatInt(c.signed.Unix(), 10) +
				`", oauth_nonce="n", oauth_version="1.0", oauth_signature="c2ln"`
			if s := OAuthTimestampOrNonce.Suspect(recorded(t, auth, now, c.words)); s != nil {
				got = s.Grade
			}
			if got != c.want {
				t.Errorf("grade %v, want %v", got, c.want)
			}
		})
	}
}

func recorded(t *testing.T, authorization string, date time.Time, body string) *cause.View {
	t.Helper()
	u, err := exchange.ParseURL("http://shop.test/rest/V1/orders")
	if err != nil {
		t.Fatal(err)
	}
	c := &exchange.Case{}
	c.Add(&exchange.Exchange{
		Given:   "a.har",
		Request: exchange.Request{Method: "GET", URL: u, Header: exchange.Header{{Name: "Authorization", Value: secret.New(authorization)}}},
		Response: &exchange.Response{Status: 401, Header: exchange.Header{exchange.ResponseField("Date", date.Format(http.TimeFormat))},
			Body: exchange.Body{Bytes: []byte(body)}},
	})
	return cause.NewView(c)
}
