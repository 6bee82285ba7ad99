package challenge

import "strings"

// schemes are the registered authentication schemes (IANA HTTP Authentication Scheme Registry) and those in wide use
// without registration, in lower case.
var schemes = map[string]bool{
	// registered
	"basic": true, "bearer": true, "concealed": true, "digest": true, "dpop": true, "gnap": true, "hoba": true,
	"mutual": true, "negotiate": true, "oauth": true, "privatetoken": true, "scram-sha-1": true,
	"scram-sha-256": true, "vapid": true,
	// in use
	"apikey": true, "api-key": true, "api_key": true, "app-token": true, "apptoken": true, "authsub": true, "aws": true,
	"aws3-https": true, "aws4-ecdsa-p256-sha256": true, "aws4-hmac-sha256": true, "bce-auth-v1": true, "bot": true,
	"client-id": true, "cookie": true, "deepl-auth-key": true, "discogs": true, "eg1-hmac-sha256": true, "form": true,
	"formbased": true, "geniekey": true, "googlelogin": true, "hawk": true, "hmac": true, "jwt": true,
	"kerberos": true, "key": true, "klaviyo-api-key": true, "livesessionid": true, "mac": true, "mediabrowser": true,
	"ntlm": true, "nego2": true, "oauth2": true, "oss4-hmac-sha256": true, "passport1.4": true, "pop": true,
	"refresh": true, "session": true, "sharedaccesssignature": true, "sharedkey": true, "sharedkeylite": true,
	"signature": true, "splunk": true, "ssws": true, "token": true, "usernametoken": true, "why401-canary": true, "wsse": true,
	"x-basic": true, "xbasic": true, "x-mobileme-authtoken": true, "zoho-oauthtoken": true,
}

// Known reports whether word is an authentication scheme that is registered or in wide use, whatever its case.
func Known(word string) bool { return schemes[strings.ToLower(word)] }

// carriesToken reports schemes whose challenge holds a token68 rather than parameters.
func carriesToken(scheme string) bool {
	switch strings.ToLower(scheme) {
	case "negotiate", "ntlm", "kerberos", "nego2":
		return true
	}
	return false
}
