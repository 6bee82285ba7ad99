package real

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

// GoAPI is an API on Go's net/http that checks tokens with go-oidc.
type GoAPI struct {
	Issuer, Keys string // the issuer that it trusts, and its jwks_uri
	Audience     string
	Algs         []string       // RS256 when nil
	Introspect   string         // ask this endpoint about tokens in place of reading them (RFC 7662)
	Says         string         // how much it tells: "why" (go-oidc's error as error_description), "invalid_token", "" (nothing)
	Metadata     map[string]any // its own metadata (RFC 9728), which the challenge points to; none when nil
	MetadataURL  string         // where the challenge says it is, when not at the API itself
	DPoP         bool           // it takes no Bearer tokens
	Later        time.Duration  // its clock runs ahead by that much; behind when negative
}

// GoAPI starts api as @name@, or puts it in place of what was started so.
func (w *World) GoAPI(name string, api GoAPI) { w.Go(name, http.HandlerFunc(api.serve)) }

const wellKnown = "/.well-known/oauth-protected-resource"

func (api GoAPI) serve(w http.ResponseWriter, r *http.Request) {
	if api.Later != 0 {
		w.Header().Set("Date", time.Now().Add(api.Later).UTC().Format(http.TimeFormat))
	}
	if api.Metadata != nil && strings.HasPrefix(r.URL.Path, wellKnown) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(api.Metadata)
		return
	}
	scopes, err := api.check(r)
	if err != nil {
		api.refuse(w, r, http.StatusUnauthorized, "invalid_token", err.Error(), "")
		return
	}
	if r.URL.Path == "/reports" && !slices.Contains(scopes, "read:reports") {
		api.refuse(w, r, http.StatusForbidden, "insufficient_scope", "", map[bool]string{true: "read:reports"}[api.Says == "why"])
		return
	}
	w.Header().Set("Content-Type", "application/json")
	fmt.Fprintln(w, `{"orders":[]}`)
}

func (api GoAPI) refuse(w http.ResponseWriter, r *http.Request, status int, code, why, scope string) {
	scheme := "Bearer"
	if api.DPoP {
		scheme = "DPoP"
	}
	params := []string{`realm="orders"`}
	if api.Says != "" && r.Header.Get("Authorization") != "" {
		params = append(params, fmt.Sprintf("error=%q", code))
	}
	if api.Says == "why" && why != "" {
		params = append(params, fmt.Sprintf(`error_description="%s"`, strings.ReplaceAll(why, `"`, "'")))
	}
	if scope != "" {
		params = append(params, fmt.Sprintf("scope=%q", scope))
	}
	if api.Metadata != nil || api.MetadataURL != "" {
		at := api.MetadataURL
		if at == "" {
			at = "http://" + r.Host + wellKnown
		}
		params = append(params, fmt.Sprintf("resource_metadata=%q", at))
	}
	w.Header().Set("WWW-Authenticate", scheme+" "+strings.Join(params, ", "))
	http.Error(w, http.StatusText(status), status)
}

// check gives the scopes of a token that is accepted.
func (api GoAPI) check(r *http.Request) ([]string, error) {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") || api.DPoP {
		return nil, errors.New("a token is required")
	}
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	if api.Introspect != "" {
		return api.ask(ctx, token)
	}
	config := &oidc.Config{ClientID: api.Audience, SupportedSigningAlgs: api.Algs, Now: func() time.Time { return time.Now().Add(api.Later) }}
	got, err := oidc.NewVerifier(api.Issuer, oidc.NewRemoteKeySet(ctx, api.Keys), config).Verify(ctx, token)
	if err != nil {
		return nil, err
	}
	var c struct {
		Scope string `json:"scope"`
	}
	if err := got.Claims(&c); err != nil {
		return nil, err
	}
	return strings.Fields(c.Scope), nil
}

// ask has the issuer say what the token is.
func (api GoAPI) ask(ctx context.Context, token string) ([]string, error) {
	req, err := http.NewRequestWithContext(ctx, "POST", api.Introspect, strings.NewReader("token="+token))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth(apiClient, apiSecret)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	var state struct {
		Active bool   `json:"active"`
		Aud    string `json:"aud"`
		Scope  string `json:"scope"`
	}
	if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
		return nil, err
	}
	if !state.Active || api.Audience != "" && state.Aud != api.Audience {
		return nil, errors.New("the token is not accepted")
	}
	return strings.Fields(state.Scope), nil
}
