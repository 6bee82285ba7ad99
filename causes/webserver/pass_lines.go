package webserver

import (
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

var (
	noneArrived   = lazyregexp.New(`(?i)credentials were not provided|not[_ ]logged[_ ]in|token[_ ]not[_ ](provided|found)|(missing|no|without) (authorization|auth) header|authorization header (not found|missing|is missing|required)|unauthenticated|jwt_auth_no_auth_header|\b401\b`)
	phpCredential = lazyregexp.New(`(?i)^(PHP_AUTH_USER|PHP_AUTH_PW|HTTP_AUTHORIZATION|REMOTE_USER)$`)
	passesOn      = lazyregexp.New(`(?i)HTTP_AUTHORIZATION|^Authorization$`)
)

// wsgiLines finds an application under mod_wsgi without WSGIPassAuthorization, which is off by default.
func wsgiLines(v *cause.View) *cause.Suspicion {
	apache := directive.Of(v, "apache")
	if pass := apache.Named("WSGIPassAuthorization"); len(pass) > 0 {
		if s := pass[0]; directive.Arg(s, 0, "Off") {
			return directive.Strong(0.9, directive.Fact(s, "WSGIPassAuthorization Off: the application never sees Authorization."))
		}
		return nil
	}
	script := apache.Named("WSGIScriptAlias", "WSGIScriptAliasMatch", "WSGIDaemonProcess", "WSGIProcessGroup")
	if len(script) == 0 || len(apache.Named("AuthType")) > 0 {
		return nil
	}
	s := directive.Likely(0.6, directive.Fact(script[0], "The application runs under mod_wsgi, and no line WSGIPassAuthorization On is shown; it is off by default."))
	if directive.Told(v, noneArrived) {
		s.Weight = 0.78
	}
	return s
}

// fastcgiLines finds FastCGI parameters for the login that do not reach the block of fastcgi_pass: one with parameters
// of its own inherits none (nginx, ngx_http_fastcgi_module).
func fastcgiLines(v *cause.View) *cause.Suspicion {
	nginx := directive.Of(v, "nginx")
	for _, s := range nginx.Named("fastcgi_pass_request_headers", "uwsgi_pass_request_headers", "scgi_pass_request_headers") {
		if directive.Arg(s, 0, "off") {
			return directive.Strong(0.9, directive.Fact(s, "This line keeps every request header from the application, Authorization too."))
		}
	}
	params := nginx.Named("fastcgi_param")
	for _, p := range params {
		if !directive.ArgMatches(p, 0, phpCredential) {
			continue
		}
		if len(p.Args) > 1 && p.Args[1].Empty() {
			return directive.Strong(0.86, directive.Fact(p, "This line hands an empty value to the application in place of the login."))
		}
		for _, pass := range nginx.Named("fastcgi_pass") {
			own := append(params.At(pass), nginx.Named("include").At(pass)...)
			if directive.Covers(p, pass) && len(p.Context) < len(pass.Context) && len(own) > 0 {
				return directive.Strong(0.85, directive.Fact(p, "The parameter for the login stands in an outer block."),
					directive.Fact(own[0], "The block of fastcgi_pass has parameters of its own and therefore inherits none."))
			}
		}
	}
	return nil
}

// cgiLines finds a recorded pair: the same token in the query is let in where Authorization was refused, or a line that
// hands Authorization on in one virtual host of several.
func cgiLines(v *cause.View) *cause.Suspicion {
	if s := queryWorks(v); s != nil {
		return s
	}
	apache := directive.Of(v, "apache")
	for _, s := range apache.Named("CGIPassAuth") {
		if directive.Arg(s, 0, "Off") {
			return directive.Strong(0.88, directive.Fact(s, "CGIPassAuth Off: CGI and FPM programs do not see Authorization."))
		}
	}
	for _, s := range apache.Named("SetEnvIf", "SetEnvIfNoCase", "CGIPassAuth") {
		if len(s.Context) > 0 && strings.HasPrefix(strings.ToLower(s.Context[0]), "virtualhost") && strings.HasSuffix(s.Context[0], ":80") &&
			(strings.EqualFold(s.Name, "CGIPassAuth") || directive.Any(s, passesOn)) && len(apache.Named("VirtualHost")) == 1 && directive.Told(v, overHTTPS) {
			return directive.Likely(0.7, directive.Fact(s, "The line that hands Authorization on stands in the virtual host for http only."))
		}
	}
	return nil
}

var overHTTPS = lazyregexp.New(`(?i)\bhttps\b`)

// queryWorks compares the refusal with the other recorded exchanges: the same address with a token in its query, let in.
func queryWorks(v *cause.View) *cause.Suspicion {
	a, ok := v.Arrived()
	server, isApache := apache(v)
	php, isPHP := runsPHP(v)
	if !ok || a.Place != "Authorization" || !v.Refused() || !isApache || !isPHP || v.Answer.Status() == 407 {
		return nil
	}
	for _, x := range v.Others() {
		if !cause.Passed(x) || x.Request.URL.Path != v.Answer.Request.URL.Path || x.Request.Header.Has("Authorization") {
			continue
		}
		inQuery := slices.ContainsFunc(cred.Of(x.Request), func(c cred.Credential) bool { return c.In == cred.InQuery })
		if inQuery || len(x.Request.URL.Query) > len(v.Answer.Request.URL.Query) {
			return directive.Strong(0.9, v.Saw("Authorization went out and was refused by %s, %s.", server, php),
				fact.At(x.N, "The same address with the token in its query, and without Authorization, is let in."))
		}
	}
	return nil
}

// iisLines finds modules of IIS that contradict what the application wants.
func iisLines(v *cause.View) *cause.Suspicion {
	iis := directive.Of(v, "iis")
	enabled := func(name, value string) directive.Lines {
		return iis.Named(name).Having(func(s exchange.Setting) bool { return directive.Arg(s, 0, value) })
	}
	if f := enabled("aspNetCore forwardWindowsAuthToken", "false"); len(f) > 0 {
		return directive.Strong(0.85, directive.Fact(f[0], `forwardWindowsAuthToken="false": IIS keeps the Windows user from the application.`))
	}
	windows, none := enabled("windowsAuthentication enabled", "true"), enabled("anonymousAuthentication enabled", "false")
	if basic := enabled("basicAuthentication enabled", "true"); len(basic) > 0 {
		return directive.Likely(0.6, directive.Fact(basic[0], "IIS's own Basic module judges the login, against Windows accounts, before the application is asked."))
	}
	if len(none) > 0 && len(windows) > 0 && directive.Told(v, bearerWords) {
		return directive.Likely(0.7, directive.Fact(none[0], "Anonymous access is off and Windows authentication on: IIS refuses a token before the application sees it."))
	}
	if off := enabled("windowsAuthentication enabled", "false"); len(off) > 0 && len(enabled("anonymousAuthentication enabled", "true")) > 0 {
		return directive.Likely(0.5, directive.Fact(off[0], "Windows authentication is off and anonymous access on: IIS hands on no user."))
	}
	if len(none) > 0 {
		return directive.Likely(0.55, directive.Fact(none[0], "Anonymous access is off: IIS answers 401 before the application is asked."))
	}
	return nil
}
