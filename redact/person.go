package redact

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"

	"github.com/why401/why401/cred"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
	"golang.org/x/net/publicsuffix"
)

// roles are user names that name no person and that a diagnosis is made of.
var roles = set(`admin administrator root user username test guest anonymous token oauth2 oauth2accesstoken x-access-token x-token-auth git __token__ api apikey
	api-key key elastic kibana postgres nobody www-data system default none null undefined anonymoususer aws azure gitlab-ci-token
	gitlab-deploy-token _json_key _json_key_base64 00000000-0000-0000-0000-000000000000 example jenkins service
	serviceaccount system:anonymous system:unauthenticated robot bot me self deploy client - _ unauthenticated not_authenticated
	placeholder-username any x pat vsts build unknown required authenticated`)

// user gives the stand-in of a user name; one that is a key is a secret, one that is a role stays.
func (r *Redactor) user(v string) string {
	name := strings.TrimFunc(v, blank)
	low := strings.ToLower(name)
	if name == "" || roles[low] || exampleUser.MatchString(name) || common[low] || strings.ToUpper(name) == name && strings.Contains(name, "_") || r.issued[name] || kept(name) || strings.HasPrefix(low, "system:") || strings.HasPrefix(name, "$") || harmless(name) {
		return v
	}
	before, after, _ := strings.Cut(v, name)
	if domain, rest, ok := strings.Cut(name, `\`); ok && domain != "" {
		return before + domain + `\` + r.user(rest) + after
	}
	if inner := unquoted(name); inner != name {
		at := strings.Index(name, inner)
		return before + name[:at] + r.user(inner) + name[at+len(inner):] + after
	}
	if e := r.known[name]; e != nil {
		e.Times++
		return before + e.to + after
	}
	switch {
	case mailbox.re.FindString(name) == name:
		return before + r.email(name) + after
	case uuid.MatchString(name), secret.Looks(name), cred.VendorOf(secret.Public(name)).Known():
		sort := Key
		if uuid.MatchString(name) {
			sort = ID
		}
		return before + r.leaf(sort, name) + after
	case strings.ContainsAny(name, "%&=?/:@|") || strings.IndexFunc(name, func(c rune) bool { return c >= 0x80 }) >= 0:
		return before + r.leaf(User, name) + after
	}
	e := r.note(User, name, fmt.Sprintf("user%d", r.serial(User)), "a name")
	e.Times++
	return before + e.to + after
}

func (r *Redactor) serial(s Sort) int {
	for {
		r.count[s]++
		if !r.issued[fmt.Sprintf("user%d", r.count[s])] {
			return r.count[s]
		}
	}
}

func (r *Redactor) userQuoted(v string) string {
	inner := strings.Trim(v, `"`)
	return strings.Replace(v, inner, r.user(inner), 1)
}

// userEscaped is a user name in a query or form.
func (r *Redactor) userEscaped(v string) string {
	plain, err := url.QueryUnescape(v)
	if err != nil || plain == v {
		return r.user(v)
	}
	if out := r.user(plain); out != plain {
		return url.QueryEscape(out)
	}
	return v
}

var mailbox = newFinder(`[A-Za-z0-9._%+'-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}\.)+[A-Za-z]{2,24}`, mailboxesIn)

// email replaces the local part; the domain is a host name.
func (r *Redactor) email(v string) string {
	at := strings.LastIndexByte(v, '@')
	local := strings.ToLower(v[:at])
	if roles[local] || local == "noreply" || local == "no-reply" || local == "support" || strings.HasPrefix(local, "user") && strings.Trim(local[4:], digits) == "" {
		return v[:at+1] + r.host(v[at+1:])
	}
	if e := r.known[v]; e != nil {
		e.Times++
		return e.to
	}
	e := r.note(Email, v, fmt.Sprintf("user%d@%s", r.serial(User), r.host(v[at+1:])), "an address")
	e.Times++
	return e.to
}

// persons replaces e-mail addresses and addresses of private networks, and nothing else.
func (r *Redactor) persons(v string) string {
	if strings.IndexByte(v, '@') >= 0 && !strings.Contains(v, "://") {
		v = mailbox.replace(v, r.email)
	}
	if strings.Count(v, ".") >= 3 {
		v = quad.replace(v, r.address)
	}
	if r.opts.Hosts {
		v = hostname.replace(v, r.host)
	}
	return v
}

var quad = newFinder(`\b[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]{1,3}\b`, quadsIn)

// address replaces the end of an address in a private network.
func (r *Redactor) address(v string) string {
	ip, err := netip.ParseAddr(v)
	if err != nil || !ip.IsPrivate() {
		return v
	}
	if e := r.known[v]; e != nil {
		e.Times++
		return e.to
	}
	four := ip.As4()
	for {
		r.count[Address]++
		n := r.count[Address]
		to := fmt.Sprintf("%d.%d.%d.%d", four[0], four[1], n/250%250, n%250+1)
		if to != v && !r.issued[to] || n > 60000 {
			r.note(Address, v, to, "in a private network").Times++
			return to
		}
	}
}

var hostname = newFinder(`(?i)\b(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}\b`, hostsIn)

// host gives the stand-in of a host name, when that is asked for: another registrable domain, the labels in front by
// number, but for those that say what a machine is for.
func (r *Redactor) host(v string) string {
	low := strings.ToLower(strings.TrimSuffix(v, "."))
	if !r.opts.Hosts || wellKnown.MatchString(low) {
		return v
	}
	suffix, icann := publicsuffix.PublicSuffix(low)
	if !icann || suffix == low {
		return v
	}
	if e := r.known[low]; e != nil {
		e.Times++
		return e.to
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(low)
	if err != nil {
		return v
	}
	site := r.known[domain]
	if site == nil {
		r.count[Host]++
		site = r.note(Host, domain, fmt.Sprintf("site%d.example", r.count[Host]), "a domain")
	}
	if low == domain {
		site.Times++
		return site.to
	}
	labels := strings.Split(strings.TrimSuffix(low, "."+domain), ".")
	for i, l := range labels {
		if !purposes[l] {
			labels[i] = fmt.Sprintf("h%d", r.label(l))
		}
	}
	e := r.note(Host, low, strings.Join(labels, ".")+"."+site.to, "a host")
	e.Times++
	return e.to
}

func (r *Redactor) label(l string) int {
	key := "label " + l
	if r.known[key] == nil {
		r.count["label"]++
		r.known[key] = &entry{to: fmt.Sprint(r.count["label"])}
	}
	n := 0
	_, _ = fmt.Sscan(r.known[key].to, &n) // written above
	return n
}

var purposes = set("www api app auth login sso id idp accounts account identity oauth staging stage dev test prod registry git gitlab cdn static mail admin portal gateway proxy")

// wellKnown are hosts of services whose names a diagnosis is made of, names that are examples, and file names that look
// like hosts.
var wellKnown = lazyregexp.New(`(^|\.)(example(\.(com|org|net))?|test|localhost|local|internal|invalid|svc|cluster|amazonaws\.com|amazoncognito\.com|azure\.com|azurewebsites\.net|windows\.net|microsoftonline\.com|microsoft\.com|office\.com|live\.com|` +
	`sharepoint\.com|google\.com|googleapis\.com|gmail\.com|gcr\.io|pkg\.dev|run\.app|cloudfunctions\.net|firebaseapp\.com|github\.com|githubusercontent\.com|ghcr\.io|gitlab\.com|bitbucket\.org|atlassian\.(com|net)|` +
	`okta\.com|auth0\.com|docker\.(io|com)|npmjs\.(org|com)|pypi\.org|openai\.com|anthropic\.com|stripe\.com|slack\.com|twitter\.com|x\.com|facebook\.com|spotify\.com|cloudflare\.com|cloudfront\.net|apple\.com|` +
	`heroku(app)?\.com|netlify\.app|vercel\.app|shopify\.com|salesforce\.com|jwt\.io|w3\.org|xmlsoap\.org|ietf\.org|java|py|js|ts|php|rb|go|cs|sh|md|json|ya?ml|toml|conf|cfg|ini|xml|html?|css|txt|log|jar|so|lock)$`)
