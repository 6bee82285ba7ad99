package client

import (
	"encoding/base64"
	"net/url"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// APIKeyWrongEncoding: the right key, in a form that the server does not read.
var APIKeyWrongEncoding = &cause.Cause{
	ID:      "api-key-wrong-encoding",
	Title:   "the API key is not encoded or put together as the server wants",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: append([]string{"basic-wrong-base64", "authorization-scheme-wrong", "unsolicited-authorization-sent", "token-wrong-location",
		"wrong-password"}, vague...),
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if s := partsSet(v); s != nil {
			return s
		}
		if unsent(v) || !refusedOrBad(v) || v.Answer.Status() == 407 {
			return nil
		}
		if c, _, ok := token(v, cred.PercentEncoded); ok && !c.Has(cred.Placeholder) && c.In == cred.InHeader {
			return percentEncodedKey(v, c)
		}
		a, ok := v.Authorization()
		switch {
		case !ok || a.Has(cred.Placeholder) || a.Value.Empty():
			return nil
		case strings.EqualFold(a.Scheme, "ApiKey"):
			return elasticKey(v, a)
		case a.Kind == cred.Basic && a.Vendor.Known():
			return keyBehindBasic(v, a)
		}
		return nil
	},
}

// partsSetting is a setting that gives Elasticsearch's key as its two parts, and noKeyCame what Elasticsearch answers to an
// ApiKey that it cannot take apart.
var (
	partsSetting = lazyregexp.New(`(?i)\bapi_?key["']?\s*[:=]\s*["']?[A-Za-z0-9_-]{16,40}:[A-Za-z0-9_-]{16,60}["']?\s*(?:\n|$)`)
	noKeyCame    = lazyregexp.New(`missing authentication credentials for REST request`)
)

// partsSet finds a configured key of two parts that Elasticsearch did not find in the request: it was sent as it stands.
func partsSet(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	_, _, refused := v.Said().First(noKeyCame)
	if !refused {
		for i := range v.Challenges {
			refused = refused || v.Challenges[i].Is("ApiKey")
		}
	}
	_, from, set := heardOrSet(v).First(partsSetting)
	if !refused || !set {
		return nil
	}
	return cause.SuspectAt(cause.Likely, 0.82, from, "The key is configured as id:key. Elasticsearch, which answers, reads the base64 of that, and does not see a key that is sent as it stands.")
}

// elasticKey is `ApiKey id:key` or `ApiKey key`, where Elasticsearch wants base64(id:key).
func elasticKey(v *cause.View, a cred.Credential) *cause.Suspicion {
	pair, err := basic.Decode(a.Value)
	plain := err == nil && pair.Has(basic.NotEncoded)
	if err == nil && pair.Has(basic.DoubleEncoding) {
		return &cause.Suspicion{Grade: cause.Strong, Weight: 0.88, Title: "the API key was encoded twice",
			Because: []fact.Fact{v.Asked("What stands behind ApiKey decodes to base64 of id:key once more.")}}
	}
	if err == nil && !plain && !pair.Has(basic.MissingColon) {
		return nil // base64 with a colon inside, as it should be
	}
	_, product := v.Product("elasticsearch", "kibana", "elastic")
	offers := v.Challenges.Has("ApiKey")
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.5, Title: "ApiKey wants base64 of id:key"}
	if offers {
		s.Weight = 0.8
	}
	if product {
		s.Grade, s.Weight = cause.Strong, 0.85
	}
	form := "no id:key when it is decoded"
	if plain {
		form = "id:key that was not encoded"
		s.Weight = max(s.Weight, 0.75)
	}
	s.Because = []fact.Fact{v.Asked("Behind ApiKey there is %s.", form)}
	if offers {
		s.Because = append(s.Because, v.Saw("The server takes the scheme ApiKey."))
	}
	if plain {
		encoded := a.Value.Map(func(k string) string { return base64.StdEncoding.EncodeToString([]byte(k)) })
		s.Trials = []cause.Trial{{Key: "apikey:encoded", Change: "the same id and key, encoded as base64", Follow: true,
			Edit: func(r exchange.Request) exchange.Request { return put(r, a, a.Scheme, encoded) }}}
		s.Trials[0] = s.Trials[0].Passing()
	}
	command := `curl -H "Authorization: ApiKey $(printf '%s:%s' "$ID" "$KEY" | base64 -w0)" ` + cause.Quote(v.Request.URL)
	s.Raise = []cause.Raise{{Command: command, Where: "here, with id and api_key of the create call", Would: "be let in if the form is all that is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "encode-api-key", Title: "send base64 of id:key", For: "client", Effect: "the server finds id and key", Opens: "nothing",
		Steps: []string{command}, Verify: "the same request answers 2xx; without the key it is still refused", Undo: "put the former value back",
	}, {
		ID: "keep-encoded", Title: "keep the field encoded of the create call", For: "client", Effect: "nothing has to be put together", Opens: "nothing",
		Steps:  []string{`POST /_security/api_key answers id, api_key and encoded: store encoded and send it behind ApiKey`},
		Verify: "the stored value decodes to id:key", Undo: "store the former value again",
	}}
	return s
}

// keyBehindBasic is a vendor's key put behind Basic as it is. Vendors that take Basic want base64(key:).
func keyBehindBasic(v *cause.View, a cred.Credential) *cause.Suspicion {
	s := &cause.Suspicion{Grade: cause.Strong, Weight: 0.85, Title: "the key is sent behind Basic without being encoded"}
	s.Because = []fact.Fact{v.Asked("Behind Basic stands a key as %s issues it (%s), not base64 of key and colon.", a.Vendor.Name, a.Vendor.What)}
	encoded := a.Value.Map(func(k string) string { return base64.StdEncoding.EncodeToString([]byte(k + ":")) })
	s.Trials = []cause.Trial{{Key: "key:user-of-basic", Change: "the same key as user name of Basic, with an empty password", Follow: true,
		Edit: func(r exchange.Request) exchange.Request { return put(r, a, "Basic", encoded) }}}
	s.Trials[0] = s.Trials[0].Passing()
	command := `curl -u "$KEY:" ` + cause.Quote(v.Request.URL)
	s.Raise = []cause.Raise{{Command: command, Where: "here, with a key that is known to be good", Would: "be let in if the form is all that is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "key-as-user", Title: "give the key as user name with an empty password", For: "client", Effect: "curl encodes it as Basic wants", Opens: "nothing",
		Steps: []string{command}, Verify: "the same request answers 2xx; without the key it is still refused", Undo: "put the former header back",
	}, {
		ID: "key-as-bearer", Title: "send the key as Bearer where the service takes that", For: "client", Effect: "nothing has to be encoded", Opens: "nothing",
		Steps:  []string{`curl -H "Authorization: Bearer $KEY" ` + cause.Quote(v.Request.URL)},
		Verify: "the same request answers 2xx", Undo: "put the former header back",
	}}
	return s
}

// percentEncodedKey is a key in a header that still has the %2B of a URL.
func percentEncodedKey(v *cause.View, c cred.Credential) *cause.Suspicion {
	scheme, key := bare(c)
	if passwordScheme(scheme) {
		return nil
	}
	decoded := key.Map(func(k string) string {
		if d, err := url.PathUnescape(k); err == nil {
			return d
		}
		return k
	})
	s := &cause.Suspicion{Grade: cause.Likely, Weight: 0.8, Title: "the key is still percent-encoded"}
	s.Because = []fact.Fact{v.Asked("In %s the value holds escapes such as %%2B or %%3D, which a header does not undo.", place(c))}
	s.Trials = []cause.Trial{{Key: "key:decoded", Change: "the same key with its percent-encoding undone", Follow: true,
		Edit: func(r exchange.Request) exchange.Request { return put(r, c, scheme, decoded) }}}
	s.Trials[0] = s.Trials[0].Passing()
	s.Raise = []cause.Raise{{Command: example(v, c, scheme), Where: "here, with the key as it was issued", Would: "be let in if the encoding is all that is wrong"}}
	s.Remedies = []cause.Remedy{{
		ID: "decode-key", Title: "undo the percent-encoding before the key goes into a header", For: "client", Effect: "the key is sent as it was issued", Opens: "nothing",
		Steps:  []string{`TOKEN=$(printf '%s' "$TOKEN" | python3 -c 'import sys,urllib.parse; print(urllib.parse.unquote(sys.stdin.read()), end="")')`, example(v, c, scheme)},
		Verify: "the same request answers 2xx; without the key it is still refused", Undo: "put the former value back",
	}, {
		ID: "store-raw", Title: "store the key as it was issued and encode it only for URLs", For: "client", Effect: "each place encodes for itself", Opens: "nothing",
		Steps:  []string{"encodeURIComponent(key) in a URL, key alone in a header"},
		Verify: "the stored value holds no %2B", Undo: "store the former value again",
	}}
	return s
}
