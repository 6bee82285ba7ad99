package snippet

import (
	"strings"

	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

// plainText decodes s and makes its line breaks \n.
func plainText(s string) string {
	s, _ = form.Decode(s)
	return strings.ReplaceAll(s, "\r\n", "\n")
}

// signs are what a kind is recognised by, the surest first.
var signs = map[string][]struct {
	re    *lazyregexp.Regexp
	score int
}{
	"curl-cmd": {
		{lazyregexp.New(`(?m)(?:^|[\s>])curl(?:\.exe)?\s(?:.*\n)?.*(?:\^"|\s\^$)`), 96},
		{lazyregexp.New(`(?m)^\s*[A-Za-z]:\\[^>\n]*>\s*curl(?:\.exe)?\s`), 95},
		{lazyregexp.New(`(?m)^\s*curl\.exe\s`), 75},
		{lazyregexp.New(`(?m)^\s*curl\s[^'\n]*%[A-Za-z_]\w+%[^'\n]*$`), 90},
	},
	"powershell": {
		{lazyregexp.New(`(?i)Microsoft\.PowerShell\.Commands\.WebRequestSession|\b(?:Invoke-WebRequest|Invoke-RestMethod)\b`), 95},
		{lazyregexp.New(`(?mi)^\s*PS(?: [^>\n]*)?>\s*(?:curl|iwr|irm|wget|curl\.exe)\s`), 95},
		{lazyregexp.New(`(?mi)(?:^|[=|(;]\s*)\s*(?:iwr|irm)\s+\S`), 88},
		{lazyregexp.New("(?mi)^\\s*curl\\.exe\\s(?:.*`\\s*$|.*\\$env:)"), 85},
		{lazyregexp.New(`(?mi)^\s*(?:\$\w+\s*=\s*)?(?:curl|wget)\s.*\s-(?:Headers|Uri|Method|Credential|UseBasicParsing)\b`), 92},
		{lazyregexp.New(`(?mi)^\s*curl\.exe\s(?:.*\n)*?.*\$\w+`), 80},
		{lazyregexp.New(`(?s)^\s*\$\w+\s*=.*\n\s*(?:&\s*)?curl(?:\.exe)?\s`), 78},
	},
	"node-fetch": {
		{lazyregexp.New(`(?:require\(|from\s+)["'](?:node:)?(?:node-fetch|undici|cross-fetch)["']`), 94},
		{lazyregexp.New(`(?is)\bfetch\(.*["']?\bcookie["']?\s*:\s*["'\x60]`), 90},
		{lazyregexp.New(`(?s)\bfetch\(.*process\.env\.|process\.env\..*\bfetch\(`), 82},
	},
	"fetch": {
		{lazyregexp.New(`(?s)\bfetch\(\s*["'].*"(?:mode|referrer|credentials)"\s*:`), 88},
		{lazyregexp.New(`\bfetch\(\s*(?:["'\x60]|new |[A-Za-z_$])`), 78},
		{lazyregexp.New(`\bnew Request\(\s*["'\x60]`), 70},
	},
	"axios": {
		{lazyregexp.New(`\baxios\s*(?:\.(?:get|post|put|patch|delete|head|options|request|create|defaults|interceptors)\b|\(|<)`), 93},
		{lazyregexp.New(`\$http\s*(?:\.(?:get|post|put|patch|delete)\b|\()`), 80},
		{lazyregexp.New(`\b(?:got|ky)(?:\.(?:get|post|put|extend|create))?\(\s*["'\x60{]`), 75},
		{lazyregexp.New(`\b\w*(?:api|http|client|instance)\.(?:get|post|put|patch|delete)\(\s*["'\x60]/`), 62},
	},
	"xhr": {
		{lazyregexp.New(`\bnew XMLHttpRequest\b|\.setRequestHeader\(`), 94},
		{lazyregexp.New(`(?:\$|\bjQuery)\.(?:ajax|get|post|getJSON|ajaxSetup)\(`), 94},
	},
	"python-requests": {
		{lazyregexp.New(`(?m)^\s*(?:import|from)\s+(?:requests|httpx|aiohttp|urllib)\b`), 95},
		{lazyregexp.New(`\b(?:requests|httpx)\.(?:get|post|put|patch|delete|head|options|request|Session|Client|AsyncClient|session)\(`), 93},
		{lazyregexp.New(`\burllib\.request\.|\baiohttp\.ClientSession\(|\bHTTP(?:Basic|Digest)Auth\(`), 93},
		{lazyregexp.New(`\b(?:s|session|client)\.(?:get|post|put|patch|delete)\([^)\n]*\b(?:headers|auth|params|json|data)\s*=`), 75},
	},
	"httpie": {
		{lazyregexp.New(`(?m)^\s*(?:[^\s'"=]*[$%#❯]\s+)?https?\s+(?:--?[A-Za-z][\w-]*(?:[= ]\S+)?\s+)*(?:(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+)?["']?(?:https?://|:[/\d]|[\w-]+\.[a-z]|localhost|/)`), 92},
		{lazyregexp.New(`(?m)^\s*(?:[^\s'"=]*[$%#❯]\s+)?https?\s+(?:-a|-A|--auth|--auth-type|--session|-v|-f|-j|--form|--follow)[ =]`), 90},
		{lazyregexp.New(`(?m)^\s*(?:[^\s'"=]*[$%#❯]\s+)?https?\s+(?:GET|POST|PUT|PATCH|DELETE|HEAD)\s+\S`), 90},
	},
	"wget": {
		{lazyregexp.New(`(?m)(?:^|[$%#>❯;&|]\s*|sudo\s+)\s*wget(?:\.exe)?\s+\S`), 92},
	},
	"php": {
		{lazyregexp.New(`\bcurl_(?:init|setopt|setopt_array|exec)\s*\(|\bCURLOPT_[A-Z]+`), 95},
		{lazyregexp.New(`(?m)^\s*use GuzzleHttp\\|\bnew \\?GuzzleHttp\\Client\(|\bnew Client\(\s*\[`), 95},
		{lazyregexp.New(`\bstream_context_create\s*\(|\bwp_remote_(?:get|post|request)\s*\(|\bHttp::(?:with|get|post|accept)`), 92},
	},
	"go-code": {
		{lazyregexp.New(`\bhttp\.NewRequest(?:WithContext)?\(|\.SetBasicAuth\(`), 95},
		{lazyregexp.New(`\bhttp\.(?:Get|Post|PostForm|Head)\(\s*["\x60A-Za-z]`), 85},
		{lazyregexp.New(`\bresty\.New\(`), 90},
	},
	"java-code": {
		{lazyregexp.New(`\bHttpURLConnection\b|\bHttpRequest\.newBuilder\(|\bnew Request\.Builder\(|\bOkHttpClient\b|\bRequest\.Builder\(\)`), 95},
		{lazyregexp.New(`\bRestTemplate\b|\bWebClient\.(?:create|builder)\(|\bnew Http(?:Get|Post|Put|Delete)\(|\bsetRequestProperty\(|\bRestClient\.(?:create|builder)\(|\bUnirest\.`), 94},
		{lazyregexp.New(`\bgiven\(\)\s*\.|\bHttpHeaders headers\b`), 75},
	},
	"ruby-code": {
		{lazyregexp.New(`\bNet::HTTP\b|\brequire\s+['"](?:net/http|faraday|httparty|rest-client|open-uri)['"]`), 95},
		{lazyregexp.New(`\bFaraday\.(?:new|get|post|put)\b|\bHTTParty\.(?:get|post|put)\b|\bRestClient(?:::Request)?\.(?:get|post|put|execute)\b`), 95},
	},
	"csharp-code": {
		{lazyregexp.New(`\bnew HttpClient\s*[({]|\bDefaultRequestHeaders\b|\bnew HttpRequestMessage\s*\(|\bAuthenticationHeaderValue\s*\(`), 95},
		{lazyregexp.New(`\bWebRequest\.Create(?:Http)?\(|\bnew WebClient\s*\(|\bnew RestClient\s*\(|\bnew RestRequest\s*\(|\bNetworkCredential\s*\(`), 93},
	},
	"curl": {
		{lazyregexp.New(`(?m)^\s*(?:(?:[^\s'"#$%>=]*[$%❯]|[^\s'"#$%>=]+[#>]|[#>])\s+)?(?:(?:sudo|time|env|exec|[A-Za-z_]\w*=\S*)\s+)*(?:\S*/)?curl\s+\S`), 90},
		{lazyregexp.New(`(?m)(?:^|[\s;&|(/$"'\x60])curl(?:\.exe)?["']?\s+\S`), 65},
	},
}

// likeness says how much text looks like a kind.
func likeness(kind, text string) int {
	if len(text) > maxText {
		return 0
	}
	if len(text) > 16<<10 {
		text = text[:16<<10]
	}
	text = plainText(text)
	if strings.IndexByte(text, 0) >= 0 {
		return 0
	}
	if !mentions(kind, text) {
		return 0
	}
	best := score(kind, text)
	if best == 0 {
		return 0
	}
	t := strings.TrimSpace(text)
	switch {
	case strings.HasPrefix(t, "{\"") || strings.HasPrefix(t, "{\n") || strings.HasPrefix(t, "[{"), strings.HasPrefix(t, "<") && !strings.HasPrefix(t, "<?php") && !strings.HasPrefix(t, "<script"),
		strings.HasPrefix(t, "HTTP/"):
		return min(best, 35)
	case foreign.MatchString(t):
		return min(best, 48) // a session, a letter or a log with a command in it: the mixed reader's
	}
	return best
}

// foreign finds lines that belong to no command and no code: replies, traces, prose.
var foreign = lazyregexp.New(`(?m)^(?:HTTP/[\d.]+ \d{3}\b|[<>*] \S|Traceback |\s+at [\w.$]+\(|curl: \(\d+\)|[A-Z][a-z']+(?: [A-Za-z',]+){4,}[ .:?!])`)

// words are such that one of them stands in every text of a kind, in lower case.
var words = map[string][]string{
	"curl": {"curl"}, "curl-cmd": {"curl"}, "powershell": {"invoke-", "iwr", "irm", "curl", "wget", "webrequestsession"},
	"fetch": {"fetch(", "request("}, "node-fetch": {"fetch"}, "axios": {"axios", "$http", "got", "ky", ".get(", ".post(", ".put(", ".patch(", ".delete("},
	"xhr": {"xmlhttprequest", "setrequestheader", "$.", "jquery."}, "wget": {"wget"}, "httpie": {"http"},
	"python-requests": {"requests", "httpx", "aiohttp", "urllib", "auth(", "session.", "client.", "s."},
	"php":             {"curl", "guzzle", "client(", "stream_context", "wp_remote", "http::"},
	"go-code":         {"http.", "setbasicauth", "resty"},
	"java-code":       {"http", "request", "webclient", "unirest", "given()", "resttemplate", "restclient"},
	"ruby-code":       {"net::http", "net/http", "faraday", "httparty", "restclient", "rest-client", "open-uri"},
	"csharp-code":     {"httpclient", "request", "webclient", "restclient", "authenticationheadervalue", "networkcredential"},
}

func mentions(kind, text string) bool {
	text = strings.ToLower(text)
	for _, w := range words[kind] {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

func score(kind, text string) int {
	for _, s := range signs[kind] {
		if s.re.MatchString(text) {
			n := s.score
			// What another language holds in a string or shows as its own counts less.
			switch kind {
			case "curl":
				if s.score > 66 && (score("curl-cmd", text) > 80 || score("powershell", text) >= 78) {
					return 50
				}
				for _, other := range []string{"php", "python-requests", "go-code", "java-code", "ruby-code", "csharp-code", "powershell", "curl-cmd"} {
					if s.score < 66 && score(other, text) > 0 {
						return 20
					}
				}
			case "curl-cmd":
				if s.score < 80 && score("powershell", text) >= 80 {
					return 40
				}
			case "wget":
				if score("powershell", text) > 0 {
					return 30
				}
			case "fetch":
				if score("node-fetch", text) > n {
					n = 55
				}
				for _, other := range []string{"axios", "xhr", "php", "ruby-code"} {
					if score(other, text) > n && n > 40 {
						n = 40
					}
				}
			case "axios":
				if s.score < 70 && score("python-requests", text)+score("java-code", text)+score("csharp-code", text)+score("ruby-code", text) > 0 {
					return 20
				}
			case "python-requests":
				if s.score < 80 && score("axios", text)+score("ruby-code", text) > 0 {
					return 20
				}
			}
			return n
		}
	}
	return 0
}

// powershellPrompt is what PowerShell writes in front of a command.
var powershellPrompt = lazyregexp.New(`^\s*(?:PS(?: [^>\n]*)?>|>>)\s*`)
