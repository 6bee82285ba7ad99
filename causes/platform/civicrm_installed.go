package platform

import (
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
)

func init() {
	alsoStored(CiviCRMBasicConflict, civiJudgesPrompt)
	alsoStored(CiviCRMFlowDisabled, civiIgnoresHeader)
}

// headerCred is what one domain of a CiviCRM takes in Authorization.
type headerCred struct {
	domain string
	list   []string
	place  conf.Place
	// fixed is the line of civicrm.settings.php that decides; then no row has a say.
	fixed   bool
	said    string // how the value is known: "the row says", "a line of civicrm.settings.php says", "no row says, and the default is"
	version site.Version
}

// headerCreds reads authx_header_cred of every domain: a line of the settings file, else the row, else the version's default.
func headerCreds(in *site.Installation) []headerCred {
	if in.Platform != site.CiviCRM {
		return nil
	}
	const name = "authx_header_cred"
	if s, ok := in.MandatorySetting(name); ok {
		if !s.Sure() {
			return nil
		}
		h := headerCred{domain: "1", place: s.At, fixed: true, said: "a line of civicrm.settings.php says", version: in.Version}
		for _, it := range s.Array().Items() {
			if t, ok := it.Value.Text(); ok {
				h.list = append(h.list, t)
			}
		}
		return []headerCred{h}
	}
	if in.Stored == nil || in.Stored.CiviCRM == nil {
		return nil
	}
	var out []headerCred
	for _, d := range in.Stored.CiviCRM.Domains {
		h := headerCred{domain: d.ID, version: in.Version, said: "no row says, and the default is", place: conf.Place{File: "civicrm_setting"}}
		if !h.version.Known() {
			h.version = site.Version{Text: d.Version}
		}
		set, there := in.Stored.CiviCRM.Setting(name, d.ID)
		if there && !set.Value.Null() && set.Value.Text() != "N;" {
			// What PHP cannot read counts as FALSE, which is an empty list here (CRM_Utils_String::unserialize).
			h.list, _ = words(set.Value)
			h.said, h.place = "the row says", rowPlace("civicrm_setting", set.Row.Get("id"))
		} else {
			if !h.version.Known() {
				continue
			}
			if !h.version.Before("6.14") || h.version.Before("5.50") {
				h.list = []string{"jwt", "api_key"}
			}
		}
		out = append(out, h)
	}
	return out
}

// prompt reports that a .htaccess of the site asks for a password, and where.
func prompt(in *site.Installation) (conf.Place, bool) {
	for _, i := range []*site.Installation{in, in.Host} {
		if i == nil {
			continue
		}
		for _, h := range i.Htaccess {
			if h.What == site.AsksPassword {
				return h.At, true
			}
		}
	}
	return conf.Place{}, false
}

// keepFromPHP survives every copy of the database: the prompt's login never reaches PHP.
func keepFromPHP() cause.Remedy {
	return cause.Remedy{ID: "keep-prompt-from-php", Title: "keep the prompt's login from PHP", For: "server",
		Effect: "AuthX sees requests without the prompt's login; tokens still arrive; the next copy of the database changes nothing about it",
		Opens:  "nothing: the prompt still asks; but no program behind it can take a Basic login any more",
		Steps: []string{
			`nginx, in http {}:           map $http_authorization $token_only { default $http_authorization; "~*^(Basic|Digest)\s" ""; }`,
			"nginx, beside fastcgi_pass:  fastcgi_param HTTP_AUTHORIZATION $token_only;",
			`Apache, above RewriteRule .* - [E=HTTP_AUTHORIZATION:...], outside WordPress's marks:  RewriteCond %{HTTP:Authorization} !^(Basic|Digest)\s [NC]`,
		},
		Verify: "civicrm/authx/id answers 200 with the prompt's login, and the prompt answers without it", Undo: "take the lines out and reload"}
}

const headerCost = "an API client's \"Authorization: Bearer KEY\" is passed over in silence (200, no rows): it sends \"X-Civi-Auth: Bearer KEY\" instead"

// civiChange makes a remedy that sets authx_header_cred of one domain.
func civiChange(in *site.Installation, h headerCred, r cause.Remedy, list []string) cause.Remedy {
	r.For = "server"
	if h.fixed {
		r.Steps = []string{fmt.Sprintf("%s: $civicrm_setting['domain']['authx_header_cred'] = %s; (this line wins over the row and over cv vset)", h.place, jsonList(list))}
		r.Undo = "write the former list there again"
		return r
	}
	c := in.Stored.CiviCRM
	ch := c.Change("authx_header_cred", h.domain, serialized(list))
	set := "cv vset 'authx_header_cred=" + jsonList(list) + "'"
	r.Steps = []string{set, "or, when cv does not start:  " + ch.Statement()}
	r.Undo = "why401 undo; by hand: " + ch.Back()
	dir := in.Root
	if in.Host != nil {
		dir = in.Host.Root
	}
	if len(c.Domains) == 1 { // cv speaks for the domain that its own settings name; with several that is not certain
		ch.By = []string{"cv", "vset", "authx_header_cred=" + jsonList(list)}
	}
	r.Rows = []db.Batch{{Source: in.Source(), Changes: []db.Change{ch}, Dir: dir}}
	return r
}

// civiJudgesPrompt finds AuthX reading Authorization, which a prompt in front of the site fills.
func civiJudgesPrompt(in *site.Installation) []cause.Sighting {
	var out []cause.Sighting
	for _, h := range headerCreds(in) {
		s := cause.Sighting{Place: h.place, Grade: cause.Likely, Raise: []cause.Raise{
			{Command: "curl -si -u PROMPT-USER https://THIS-SITE/civicrm/authx/id", Where: "anywhere",
				Would: "answer \"HTTP 401 Invalid credential\" if the prompt's login reaches AuthX, 200 if it does not"}}}
		behind := "Behind a password prompt of the web server"
		if at, ok := prompt(in); ok {
			s.Grade = cause.Strong
			behind = fmt.Sprintf("Behind the password prompt of %s", at)
		}
		recent := !h.version.Before("6.14")
		pass := slices.Contains(h.list, "pass")
		switch {
		case !h.version.Known():
			continue
		case h.version.Before("5.50"):
			s.Says = fmt.Sprintf("CiviCRM %s judges every Authorization header, whatever authx_header_cred says. %s every CiviCRM page is refused with HTTP 401.", h.version.Text, behind)
			s.Remedies = []cause.Remedy{keepFromPHP()}
		case recent && pass:
			s.Says = fmt.Sprintf("AuthX of domain %s takes passwords in Authorization (%s %s), so CiviCRM %s does not leave a prompt's login alone. %s every page is refused with HTTP 401.", h.domain, h.said, jsonList(h.list), h.version.Text, behind)
			rest := slices.DeleteFunc(slices.Clone(h.list), func(w string) bool { return w == "pass" })
			s.Remedies = []cause.Remedy{civiChange(in, h, cause.Remedy{ID: "authx-no-passwords", Title: "take passwords out of AuthX's header", Effect: "AuthX leaves Basic and Digest alone; tokens and keys still count",
				Opens: "nothing; API clients that send a CMS password in Authorization no longer can", Verify: "civicrm/authx/id answers 200 with the prompt's login"}, rest), keepFromPHP()}
		case !recent && len(h.list) > 0:
			s.Says = fmt.Sprintf("AuthX of domain %s reads Authorization (%s %s). %s it takes the prompt's login for its own, and every CiviCRM page is refused with HTTP 401.", h.domain, h.said, jsonList(h.list), behind)
			s.Remedies = []cause.Remedy{civiChange(in, h, cause.Remedy{ID: "authx-header-off", Title: "let AuthX leave the Authorization header alone",
				Effect: "AuthX no longer reads Authorization; it counts at once, no cache has to be cleared", Opens: "nothing; the price: " + headerCost,
				Verify: "civicrm/authx/id answers 200 with the prompt's login"}, nil), keepFromPHP()}
		default:
			continue
		}
		out = append(out, s)
	}
	return out
}

// civiIgnoresHeader finds an AuthX that passes over keys and tokens in Authorization.
func civiIgnoresHeader(in *site.Installation) []cause.Sighting {
	var out []cause.Sighting
	for _, h := range headerCreds(in) {
		if !h.version.Known() || h.version.Before("5.50") || slices.Contains(h.list, "api_key") && slices.Contains(h.list, "jwt") {
			continue
		}
		s := cause.Sighting{Place: h.place, Grade: cause.Likely, Raise: []cause.Raise{
			{Command: `curl -si -H "Authorization: Bearer $KEY" https://THIS-SITE/civicrm/authx/id`, Where: "anywhere", Would: "answer 200 with nulls if the key is passed over"}}}
		switch {
		case len(h.list) == 0:
			s.Says = fmt.Sprintf("AuthX of domain %s takes nothing in Authorization (%s []): an API client's Bearer key is passed over in silence, with 200 and no rows.", h.domain, h.said)
		default:
			s.Says = fmt.Sprintf("AuthX of domain %s takes only %s in Authorization (%s so): other credentials are refused with HTTP 401.", h.domain, strings.Join(h.list, " and "), strings.TrimSuffix(h.said, " is"))
		}
		list := slices.Clone(h.list)
		for _, w := range []string{"jwt", "api_key"} {
			if !slices.Contains(list, w) {
				list = append(list, w)
			}
		}
		own := cause.Remedy{ID: "use-x-civi-auth", Title: "send the key in X-Civi-Auth", For: string(exchange.Client), Effect: "AuthX reads that field first, beside any prompt",
			Opens: "nothing", Steps: []string{`curl -H "X-Civi-Auth: Bearer $KEY" ...`}, Verify: "civicrm/authx/id names the contact", Undo: "send it in Authorization again"}
		on := civiChange(in, h, cause.Remedy{ID: "authx-header-on", Title: "let AuthX take keys and tokens in Authorization", Effect: "Authorization: Bearer with an API key or a JWT counts again",
			Opens: "API keys and AuthX's tokens count in Authorization; behind a password prompt every CiviCRM page is then refused (before 6.14)", Verify: "civicrm/authx/id names the contact"}, list)
		s.Remedies = []cause.Remedy{own, on}
		if _, behind := prompt(in); behind {
			s.Remedies = s.Remedies[:1]
		}
		out = append(out, s)
	}
	return out
}
