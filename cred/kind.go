package cred

import (
	"strings"

	"github.com/why401/why401/secret"
)

// Kind is what a credential is. Its texts are stable: causes and reports name them.
type Kind string

// The kinds.
const (
	Basic     Kind = "basic"
	Bearer    Kind = "bearer" // a token that is no JWT
	JWT       Kind = "jwt"    // whatever its scheme or place
	Digest    Kind = "digest"
	APIKey    Kind = "apikey"
	Cookie    Kind = "cookie"
	SigV4     Kind = "sigv4"
	SignedURL Kind = "signed-url"
	NTLM      Kind = "ntlm"
	Negotiate Kind = "negotiate"
	OAuth1    Kind = "oauth1"
	Login     Kind = "login"    // user and password in a body
	OneTime   Kind = "one-time" // a code, refresh token or assertion: never sent twice
	Other     Kind = "other"
)

// Vendor is what the form of a token tells about who issued it.
type Vendor struct {
	Name string // "GitHub"
	What string // "personal access token"
	Env  string // "test", "live" or ""
}

// Known reports that a vendor was recognised.
func (v Vendor) Known() bool { return v.Name != "" }

type shape struct {
	prefix string
	least  int // length in bytes below which it is only a word that begins alike
	Vendor
}

// shapes are prefixes that vendors publish for secret scanning. The longest that fits wins.
var shapes = []shape{
	{"ghp_", 36, Vendor{"GitHub", "personal access token", ""}},
	{"gho_", 36, Vendor{"GitHub", "OAuth access token", ""}},
	{"ghu_", 36, Vendor{"GitHub", "user-to-server token", ""}},
	{"ghs_", 36, Vendor{"GitHub", "installation or Actions token", ""}},
	{"ghr_", 36, Vendor{"GitHub", "refresh token", ""}},
	{"github_pat_", 40, Vendor{"GitHub", "fine-grained personal access token", ""}},
	{"glpat-", 20, Vendor{"GitLab", "personal, project or group access token", ""}},
	{"gldt-", 20, Vendor{"GitLab", "deploy token", ""}},
	{"glcbt-", 20, Vendor{"GitLab", "CI job token", ""}},
	{"glptt-", 20, Vendor{"GitLab", "pipeline trigger token", ""}},
	{"glrt-", 20, Vendor{"GitLab", "runner token", ""}},
	{"gloas-", 20, Vendor{"GitLab", "OAuth application secret", ""}},
	{"glft-", 20, Vendor{"GitLab", "feed token", ""}},
	{"ck_", 40, Vendor{"WooCommerce", "consumer key", ""}},
	{"cs_", 40, Vendor{"WooCommerce", "consumer secret", ""}},
	{"sk_test_", 16, Vendor{"Stripe", "secret key", "test"}},
	{"sk_live_", 16, Vendor{"Stripe", "secret key", "live"}},
	{"rk_test_", 16, Vendor{"Stripe", "restricted key", "test"}},
	{"rk_live_", 16, Vendor{"Stripe", "restricted key", "live"}},
	{"pk_test_", 16, Vendor{"Stripe", "publishable key", "test"}},
	{"pk_live_", 16, Vendor{"Stripe", "publishable key", "live"}},
	{"whsec_", 20, Vendor{"Stripe", "webhook secret", ""}},
	{"sk-ant-api", 24, Vendor{"Anthropic", "API key", ""}},
	{"sk-ant-admin", 24, Vendor{"Anthropic", "admin key", ""}},
	{"sk-ant-oat", 24, Vendor{"Anthropic", "OAuth access token", ""}},
	{"sk-or-", 24, Vendor{"OpenRouter", "API key", ""}},
	{"sk-proj-", 24, Vendor{"OpenAI", "project API key", ""}},
	{"sk-svcacct-", 24, Vendor{"OpenAI", "service account key", ""}},
	{"sk-admin-", 24, Vendor{"OpenAI", "admin key", ""}},
	{"sk-", 24, Vendor{"OpenAI-style API", "API key", ""}},
	{"gsk_", 24, Vendor{"Groq", "API key", ""}},
	{"hf_", 24, Vendor{"Hugging Face", "access token", ""}},
	{"r8_", 24, Vendor{"Replicate", "API token", ""}},
	{"xai-", 24, Vendor{"xAI", "API key", ""}},
	{"pplx-", 24, Vendor{"Perplexity", "API key", ""}},
	{"pypi-", 24, Vendor{"PyPI", "API token", ""}},
	{"npm_", 36, Vendor{"npm", "access token", ""}},
	{"rubygems_", 24, Vendor{"RubyGems", "API key", ""}},
	{"oy2", 40, Vendor{"NuGet", "API key", ""}},
	{"dckr_pat_", 20, Vendor{"Docker Hub", "personal access token", ""}},
	{"dckr_oat_", 20, Vendor{"Docker Hub", "organization access token", ""}},
	{"xoxb-", 20, Vendor{"Slack", "bot token", ""}},
	{"xoxp-", 20, Vendor{"Slack", "user token", ""}},
	{"xoxa-", 20, Vendor{"Slack", "workspace token", ""}},
	{"xoxc-", 20, Vendor{"Slack", "browser session token", ""}},
	{"xoxe.", 20, Vendor{"Slack", "rotating token", ""}},
	{"xapp-", 20, Vendor{"Slack", "app-level token", ""}},
	{"AKIA", 20, Vendor{"AWS", "access key id", ""}},
	{"ASIA", 20, Vendor{"AWS", "temporary access key id", ""}},
	{"ABSK", 40, Vendor{"AWS", "Bedrock API key", ""}},
	{"AIza", 35, Vendor{"Google", "API key", ""}},
	{"ya29.", 20, Vendor{"Google", "OAuth access token", ""}},
	{"1//", 30, Vendor{"Google", "OAuth refresh token", ""}},
	{"GOCSPX-", 20, Vendor{"Google", "OAuth client secret", ""}},
	{"GOOG1", 24, Vendor{"Google Cloud Storage", "HMAC access id", ""}},
	{"SG.", 40, Vendor{"SendGrid", "API key", ""}},
	{"key-", 36, Vendor{"Mailgun", "API key", ""}},
	{"re_", 24, Vendor{"Resend", "API key", ""}},
	{"xkeysib-", 40, Vendor{"Brevo", "API key", ""}},
	{"dop_v1_", 40, Vendor{"DigitalOcean", "personal access token", ""}},
	{"doo_v1_", 40, Vendor{"DigitalOcean", "OAuth token", ""}},
	{"dor_v1_", 40, Vendor{"DigitalOcean", "refresh token", ""}},
	{"shpat_", 30, Vendor{"Shopify", "admin API access token", ""}},
	{"shpca_", 30, Vendor{"Shopify", "custom app token", ""}},
	{"shppa_", 30, Vendor{"Shopify", "private app password", ""}},
	{"shpss_", 30, Vendor{"Shopify", "shared secret", ""}},
	{"EAAA", 40, Vendor{"Square or Facebook", "access token", ""}},
	{"sq0atp-", 20, Vendor{"Square", "access token", "live"}},
	{"sq0csp-", 20, Vendor{"Square", "OAuth secret", ""}},
	{"access_token$production$", 30, Vendor{"Braintree", "access token", "live"}},
	{"access_token$sandbox$", 30, Vendor{"Braintree", "access token", "test"}},
	{"test_", 30, Vendor{"Mollie", "API key", "test"}},
	{"live_", 30, Vendor{"Mollie", "API key", "live"}},
	{"hvs.", 20, Vendor{"HashiCorp Vault", "service token", ""}},
	{"hvb.", 20, Vendor{"HashiCorp Vault", "batch token", ""}},
	{"s.", 26, Vendor{"HashiCorp Vault", "legacy service token", ""}},
	{"dapi", 36, Vendor{"Databricks", "personal access token", ""}},
	{"glsa_", 30, Vendor{"Grafana", "service account token", ""}},
	{"glc_", 30, Vendor{"Grafana Cloud", "access policy token", ""}},
	{"lin_api_", 24, Vendor{"Linear", "API key", ""}},
	{"secret_", 40, Vendor{"Notion", "integration token", ""}},
	{"ntn_", 40, Vendor{"Notion", "integration token", ""}},
	{"pat-na1-", 30, Vendor{"HubSpot", "private app token", ""}},
	{"pat-eu1-", 30, Vendor{"HubSpot", "private app token", ""}},
	{"pat", 70, Vendor{"Airtable", "personal access token", ""}},
	{"figd_", 30, Vendor{"Figma", "personal access token", ""}},
	{"ATATT3", 40, Vendor{"Atlassian", "API token", ""}},
	{"ATBB", 28, Vendor{"Bitbucket", "app password", ""}},
	{"ATCTT3", 40, Vendor{"Bitbucket", "repository access token", ""}},
	{"sntrys_", 30, Vendor{"Sentry", "organization token", ""}},
	{"sntryu_", 30, Vendor{"Sentry", "user token", ""}},
	{"NRAK-", 30, Vendor{"New Relic", "user key", ""}},
	{"CFPAT-", 30, Vendor{"Contentful", "personal access token", ""}},
	{"PMAK-", 30, Vendor{"Postman", "API key", ""}},
	{"sbp_", 40, Vendor{"Supabase", "access token", ""}},
	{"sb_secret_", 24, Vendor{"Supabase", "secret key", ""}},
	{"sb_publishable_", 24, Vendor{"Supabase", "publishable key", ""}},
	{"pscale_tkn_", 30, Vendor{"PlanetScale", "service token", ""}},
	{"tskey-", 20, Vendor{"Tailscale", "key", ""}},
	{"SWMTKN-", 40, Vendor{"Docker Swarm", "join token", ""}},
	{"sha256~", 40, Vendor{"OpenShift", "access token", ""}},
	{"AccountKey=", 40, Vendor{"Azure Storage", "connection string", ""}},
	{"AP", 60, Vendor{"Artifactory", "encrypted password", ""}},
	{"AKC", 60, Vendor{"Artifactory", "API key", ""}},
	{"cmVmdGtuO", 40, Vendor{"Artifactory", "reference token", ""}},
	{"squ_", 40, Vendor{"SonarQube", "user token", ""}},
	{"sqp_", 40, Vendor{"SonarQube", "project token", ""}},
	{"sqa_", 40, Vendor{"SonarQube", "global token", ""}},
	{"bkua_", 40, Vendor{"Buildkite", "API token", ""}},
	{"CCIPAT_", 30, Vendor{"CircleCI", "personal token", ""}},
	{"rnd_", 20, Vendor{"Render", "API key", ""}},
	{"HRKU-", 30, Vendor{"Heroku", "API key", ""}},
	{"fly_", 30, Vendor{"Fly.io", "token", ""}},
	{"FlyV1 ", 30, Vendor{"Fly.io", "macaroon token", ""}},
	{"phc_", 30, Vendor{"PostHog", "project key", ""}},
	{"phx_", 30, Vendor{"PostHog", "personal API key", ""}},
}

// VendorOf recognises a token by its prefix and length. It says nothing about whether the token is valid.
func VendorOf(v secret.Text) Vendor {
	s := strings.TrimSpace(v.Reveal())
	var best shape
	if s == "" {
		return best.Vendor
	}
	for _, sh := range shapes {
		if sh.prefix[0] == s[0] && len(s) >= sh.least && strings.HasPrefix(s, sh.prefix) && len(sh.prefix) > len(best.prefix) && oneWord(s) {
			best = sh
		}
	}
	return best.Vendor
}

// oneWord refuses text with blanks other than the one a prefix itself holds.
func oneWord(s string) bool {
	s = strings.TrimPrefix(s, "FlyV1 ")
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > 0x7e }) < 0
}
