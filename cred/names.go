package cred

func set(names ...string) map[string]bool {
	m := make(map[string]bool, len(names))
	for _, n := range names {
		m[n] = true
	}
	return m
}

// keyHeaders are fields in which services expect a key or token, in lower case.
var keyHeaders = set(
	"x-api-key", "api-key", "apikey", "x-apikey", "api_key", "x-api-token", "api-token", "apitoken", "key", "x-key", "x-auth", "auth",
	"private-token", "job-token", "deploy-token", "x-auth-token", "x-access-token", "access-token", "access_token",
	"token", "x-token", "auth-token", "authtoken", "x-authorization", "x-authtoken", "x-user-token", "x-session-token",
	"x-session-id", "x-subject-token", "x-service-token", "x-vault-token", "x-consul-token", "x-nomad-token",
	"ocp-apim-subscription-key", "x-functions-key", "x-ms-token-aad-access-token", "x-zumo-auth", "aeg-sas-key", "x-ms-authorization-auxiliary",
	"x-civi-auth", "x-civi-key", "x-redmine-api-key", "x-jfrog-art-api", "x-nuget-apikey", "x-gitlab-token", "x-github-token",
	"x-shopify-access-token", "x-shopify-storefront-access-token", "x-auth-email", "x-auth-key", "x-auth-user", "x-rapidapi-key",
	"x-goog-api-key", "x-goog-iam-authorization-token", "x-firebase-appcheck", "x-amz-security-token", "x-amz-access-token",
	"x-parse-rest-api-key", "x-parse-master-key", "x-parse-session-token", "x-algolia-api-key", "x-meili-api-key",
	"x-figma-token", "x-mailgun-token", "x-postmark-server-token", "x-postmark-account-token", "x-honeycomb-team",
	"x-ha-access", "x-plex-token", "x-emby-token", "x-mediabrowser-token", "x-emby-authorization", "x-hasura-admin-secret",
	"x-hasura-access-key", "x-master-key", "x-app-token", "x-application-key", "x-client-secret", "client-secret",
	"x-secret", "x-secret-key", "x-secret-token", "x-auth-secret", "x-password", "password", "x-pm-appversion-token", "circle-token",
	"dd-api-key", "dd-application-key", "fastly-key", "x-splunk-token", "x-sentry-auth", "x-n8n-api-key", "x-tableau-auth",
	"x-wsse", "x-jwt-assertion", "x-forwarded-access-token", "x-id-token", "x-refresh-token", "proxy-token", "xi-api-key",
	"x-cmc_pro_api_key", "x-mbx-apikey", "cb-access-key", "cb-access-sign", "cb-access-passphrase", "x-cisco-meraki-api-key",
	"x-rundeck-auth-token", "x-octopus-apikey", "x-snipcart-token", "x-recharge-access-token", "x-yt-auth", "x-ig-app-token",
	"cf-access-client-id", "cf-access-client-secret", "cf-access-token", "x-serverless-authorization", "x-goog-iap-jwt-assertion",
	"x-ws-authorization", "x-original-authorization", "x-forwarded-authorization", "http-authorization", "x-http-authorization",
	"wp-api-key", "x-wp-token", "x-consumer-key", "x-consumer-secret", "x-magento-token", "x-joomla-token", "x-typesense-api-key",
)

// antiForgery are fields that prove where a form came from, not who asks.
var antiForgery = set("x-csrf-token", "x-csrftoken", "x-xsrf-token", "csrf-token", "xsrf-token", "x-wp-nonce",
	"x-csrf-header", "requestverificationtoken", "x-request-verification-token", "jenkins-crumb", "crumb", ".crumb",
	"x-atlassian-token", "x-magento-vary", "x-ajax-token")

// dpopProof fields accompany a token and are made for one request.
var dpopProof = set("dpop", "oauth-client-attestation", "oauth-client-attestation-pop")

// quiet are fields whose value the exchange closes, since it may name a person or a visit, and that yet open nothing.
var quiet = set(
	"referer", "traceparent", "tracestate", "baggage", "x-request-id", "x-correlation-id", "x-amzn-trace-id",
	"x-cloud-trace-context", "x-b3-traceid", "x-b3-spanid", "x-b3-parentspanid", "x-b3-sampled", "b3", "uber-trace-id",
	"sentry-trace", "idempotency-key", "x-idempotency-key", "save-data", "device-memory", "downlink", "ect", "rtt", "x-why401",
	"viewport-width", "width", "dpr", "from", "prefer", "depth", "destination", "overwrite", "timeout", "lock-token", "digest", "content-md5", "content-digest", "repr-digest",
	"content-disposition", "content-language", "content-location", "content-range", "range-unit", "x-real-ip", "true-client-ip",
	"cf-connecting-ip", "cf-ray", "cf-ipcountry", "cf-visitor", "x-forwarded-server", "x-forwarded-prefix", "x-forwarded-uri",
	"x-original-uri", "x-original-url", "x-rewrite-url", "x-http-method-override", "x-http-method", "x-method-override",
	"anthropic-version", "anthropic-beta", "openai-organization", "openai-project", "openai-beta", "x-github-api-version",
	"x-goog-user-project", "x-goog-api-client", "x-ms-version", "x-ms-date", "x-ms-client-request-id", "x-ms-blob-type", "api-version",
	"x-api-version", "accept-version", "x-client-version", "x-client-name", "x-client-id", "client-id", "x-app-version", "apollographql-client-name",
	"apollographql-client-version", "x-amz-target", "x-amz-user-agent", "x-amz-acl", "x-amz-storage-class", "x-amz-server-side-encryption",
	"x-shopify-api-version", "stripe-version", "stripe-account", "notion-version", "dropbox-api-arg", "docker-distribution-api-version",
	"git-protocol", "soapaction", "x-pingback", "purpose", "x-purpose", "x-moz", "http2-settings", "alt-used", "early-data",
	"sec-websocket-key", "sec-websocket-extensions", "sec-websocket-protocol", "last-event-id", "trailer", "x-tenant", "x-tenant-id",
	"x-organization", "x-organization-id", "x-org-id", "x-scope-orgid", "x-account-id", "x-project-id", "x-timezone", "x-locale", "x-language",
	"host", "x-application-name", "x-kubernetes-pf-flowschema-uid", "impersonate-user", "impersonate-group", "x-grafana-org-id", "x-grafana-device-id",
)

// keyParams are query and form parameters that carry a key or token whatever their value.
var keyParams = set(
	"access_token", "accesstoken", "access-token", "auth_token", "authtoken", "auth-token", "token", "api_token", "apitoken", "api-token",
	"api_key", "apikey", "api-key", "app_key", "appkey", "app_secret", "application_key", "subscription-key", "subscription_key", "private_token", "job_token", "personal_access_token",
	"jwt", "id_token", "bearer", "bearer_token", "session_token", "sessiontoken", "session_id", "sessionid", "phpsessid", "jsessionid", "x-plex-token",
	"password", "passwd", "passphrase", "pwd", "pass", "secret", "client_secret", "consumer_secret", "consumer_key", "hapikey", "x-api-key", "x_api_key",
	"oauth_token", "oauth_signature", "refresh_token", "client_assertion", "assertion", "subject_token", "actor_token", "device_code", "code_verifier",
	"x-amz-security-token", "authorization", "_authx", "cid_token", "ws_token", "wstoken", "sp_token", "download_token", "share_token", "user_token", "user_credentials",
)

// doubtfulParams are names that mean other things as well; they count when the value is long enough to be a key.
var doubtfulParams = set("key", "k", "auth", "sid", "session", "ticket", "hash", "code", "credential", "credentials", "t", "u",
	"signature", "sig", "sign", "hmac", "mac", "state_token", "nonce_token", "s")

// oneTimeParams are values that a server accepts once.
var oneTimeParams = set("code", "refresh_token", "device_code", "assertion", "client_assertion", "ticket", "samlresponse", "samlrequest",
	"otp", "totp", "one_time_code", "magic", "code_verifier")

type family struct {
	vendor  string
	scheme  string
	members []string
}

// signedFamilies are the parameters that make up one signed URL: the first of each is the signature itself, and a
// family counts when its signature and at least one more member are there.
var signedFamilies = []family{
	{"AWS", "AWS4-HMAC-SHA256", []string{"x-amz-signature", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-expires", "x-amz-signedheaders", "x-amz-security-token", "x-amz-content-sha256"}},
	{"Google Cloud Storage", "GOOG4", []string{"x-goog-signature", "x-goog-algorithm", "x-goog-credential", "x-goog-date", "x-goog-expires", "x-goog-signedheaders"}},
	{"Azure Storage", "SAS", []string{"sig", "sv", "se", "sr", "sp", "st", "ss", "srt", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks", "skv", "si", "rscd", "rsct"}},
	{"CloudFront", "", []string{"signature", "key-pair-id", "policy", "expires"}},
	{"AWS", "AWS2", []string{"signature", "awsaccesskeyid", "expires", "x-amz-security-token"}},
	{"Google Cloud Storage", "GOOG2", []string{"signature", "googleaccessid", "expires"}},
	{"Alibaba OSS", "OSS", []string{"signature", "ossaccesskeyid", "expires", "security-token"}},
	{"Alibaba OSS", "OSS4", []string{"x-oss-signature", "x-oss-credential", "x-oss-date", "x-oss-expires", "x-oss-signature-version", "x-oss-security-token"}},
	{"Laravel", "", []string{"signature", "expires"}},
	{"nginx secure_link", "", []string{"md5", "expires"}},
	{"Akamai", "", []string{"hdnts", "hdnea"}},
}
