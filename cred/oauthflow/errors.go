package oauthflow

import (
	"slices"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// ErrorResponse is an error of an authorization server (RFC 6749 4.1.2.1 and 5.2) as programs print it: an answer's JSON,
// the address of a redirect back, a library's exception, the server's own log.
type ErrorResponse struct {
	Code  string // one of those that OAuth's documents and its large providers give; "" where a server's log names none
	About string // what is said of it, in lower case. It is foreign text: it is matched, never shown
	Step  Step   // which endpoint gave it, as far as the text shows
}

// Step is the endpoint at which a login ended.
type Step int

// The steps.
const (
	SomeStep    Step = iota // the text does not say
	AtAuthorize             // the browser was sent back with it, or never got there
	AtToken                 // the token endpoint answered it
)

// Bounds of what is read out of one text.
const (
	maxErrors = 8
	aside     = 600 // bytes on each side of a code in which what belongs to it may stand
	maxAbout  = 400
)

var errorCode = lazyregexp.New(`\b(?:invalid_(?:grant|client|request|scope|target|code)|unauthorized_client|unsupported_(?:grant_type|response_type)|access_denied` +
	`|expired_token|bad_verification_code|incorrect_client_credentials|code_already_used|consent_required)\b`)

// Codes that other protocols have as well, so that something must show that OAuth gave them.
var common = []string{"access_denied", "expired_token", "invalid_request", "invalid_code", "consent_required"}

var (
	errorKey   = lazyregexp.New(`(?i)\berror(?:_?code)?["'\\]*\s*(?::|=>?)\s*[\\"':]*$`)
	errorParam = lazyregexp.New(`[?&#;]error=$`)
	errorName  = lazyregexp.New(`(?i)(?:oauth|oidc|openid|token|grant)[a-z0-9_:.]*(?:error|exception)?["'\])]*(?:,|:)?\s*["'(\[]*$`)
	member     = lazyregexp.New(`(?i)\b(?:error_?description|error_reason|error_hint|error_details?|reason|hint)["'\\]*\s*(?::|=>?)\s*`)
	atToken    = lazyregexp.New(`(?i)\bgrant_?type\b|/token\b|\btoken ?endpoint\b|\bfetch_?token\b|\btoken_?error\b|\bcode_to_token|\bexchang(?:e|ing)\b`)
	// IdentityServer's log has the code on no line, but names the validator that refused.
	validator = lazyregexp.New(`\b(Token|Authorize)RequestValidator\b(?:\[\d+\])?["\]]*[\s:,-]*?\n?\s*([A-Z][^\n{]{5,300})`)
	// Texts that name all that may be wrong with a grant, and so nothing: RFC 6749 5.2, and LinkedIn's.
	anything = lazyregexp.New(`(?s)provided authorization grant.{0,200}?issued to another client|appid/redirect uri/code verifier does not match authorization code`)
	unquoted = strings.NewReplacer(`\u0027`, "'", `\u0022`, `"`, `\"`, `"`, `\'`, "'", `\n`, " ", `\r`, " ")
)

// ErrorResponses finds errors of authorization servers in a text that programs wrote, or that a person quotes.
func ErrorResponses(text string) []ErrorResponse {
	var out []ErrorResponse
	add := func(e ErrorResponse) {
		if len(out) < maxErrors && !slices.Contains(out, e) {
			out = append(out, e)
		}
	}
	for _, at := range errorCode.FindAllStringIndex(text, 4*maxErrors) {
		e := ErrorResponse{Code: text[at[0]:at[1]]}
		before := text[max(0, at[0]-60):at[0]]
		param := errorParam.MatchString(before)
		if slices.Contains(common, e.Code) && !param && !errorKey.MatchString(before) && !errorName.MatchString(before) {
			continue
		}
		near := text[max(0, at[0]-aside):min(len(text), at[1]+aside)]
		if strings.Contains(near, "type=USER_INFO_REQUEST_ERROR") {
			continue // Keycloak's log of a token that was used, not of a login
		}
		e.About = about(near, text[at[1]:min(len(text), at[1]+maxAbout)])
		switch {
		case param:
			e.Step = AtAuthorize
		case e.Code == "invalid_grant" || e.Code == "unsupported_grant_type" || atToken.MatchString(near):
			e.Step = AtToken
		}
		add(e)
	}
	for _, m := range validator.FindAllStringSubmatch(text, 4*maxErrors) {
		if strings.HasPrefix(m[2], "Start ") {
			continue // it says what it is about to check
		}
		e := ErrorResponse{About: plain(m[2]), Step: AtToken}
		if m[1] == "Authorize" {
			e.Step = AtAuthorize
		}
		add(e)
	}
	return out
}

// about is what is said of a code: the members that describe it, or else what follows it on its line.
func about(near, after string) string {
	var parts []string
	for _, at := range member.FindAllStringIndex(near, 4) {
		parts = append(parts, value(near[at[0]:at[1]], near[at[1]:]))
	}
	if len(parts) == 0 {
		line, _, _ := strings.Cut(after, "\n")
		parts = append(parts, line)
	}
	return plain(strings.Join(parts, " "))
}

// value is the value that begins at rest, behind a member's name: up to its closing quote, or, as in a query or a log line,
// up to what ends it.
func value(name, rest string) string {
	if strings.HasSuffix(name, "=") && !strings.HasPrefix(rest, `"`) && !strings.HasPrefix(rest, "'") {
		return formDecode(until(rest, "&\n\"'<>"))
	}
	open := strings.TrimLeft(rest, `\`)
	depth := len(rest) - len(open) // JSON inside a string has its quotes escaped
	if open == "" || open[0] != '"' && open[0] != '\'' {
		return until(rest, "\n,}")
	}
	quote, in := open[:1], open[1:]
	for i := 0; i < len(in); i++ {
		if in[i:i+1] != quote {
			continue
		}
		escapes := i - len(strings.TrimRight(in[:i], `\`))
		if escapes <= depth {
			return in[:i-escapes]
		}
	}
	return until(in, "\n")
}

func until(s, ends string) string {
	if i := strings.IndexAny(s, ends); i >= 0 {
		return s[:i]
	}
	return s
}

func plain(s string) string {
	s = strings.ToLower(unquoted.Replace(s[:min(len(s), 2*maxAbout)]))
	return strings.Join(strings.Fields(anything.ReplaceAllString(s, " ")), " ")
}
