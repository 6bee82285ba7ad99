package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

// A runKind says which lines of mixed text begin a fragment and which go on with it.
type runKind struct {
	form   *form.Form
	starts func(t string) bool
	goesOn func(t string) bool
	braces bool // the fragment ends when as many braces are closed as were opened
	indent bool // lines that are further in than the first belong to it
}

var (
	npmrcLine = lazyregexp.New(`^(//[A-Za-z0-9.:/_-]+:(_authToken|_auth|username|_password|email|certfile|keyfile|always-auth)|(@[\w.-]+:)?registry|always-auth|_auth|_authToken)\s*=`)
	envLine   = lazyregexp.New(`^(export |set |setx |\$env:|%set_env |%env )?[A-Z][A-Z0-9_]*(KEY|TOKEN|SECRET|PASSWORD|PASSWD|PASS|USER|USERNAME|AUTH|URL|PROXY|CREDENTIALS)[A-Z0-9_]*\s?= ?("|'|[^>=\s]|$)`)
	iniStart  = lazyregexp.New(`^\[(pypi|testpypi|distutils|global|default|profile [\w-]+|auth\.[a-z_]+|credential|remote "[^"]*"|http( "[^"]*")?|url "[^"]*"|inet_http_server|Session|PHP)\]$`)
	dottedKey = lazyregexp.New(`^(spring|server|quarkus|mp\.jwt|management|security|eureka|feign|keycloak|kc|micronaut|logging\.level|sonar|zuul)\.[A-Za-z0-9_.\[\]-]+\s*[=:]`)
	yamlStart = lazyregexp.New(`^(output\.elasticsearch|services|spring|quarkus|provider|securityDefinitions|components|security|authentication|jwt|xpack\.[a-z.]+|auth|basic_auth|scrape_configs|clients|receivers|exporters|env|environment|rules|authorizer|httpApi):\s*$`)
	haproxyIn = lazyregexp.New(`^(frontend|backend|listen|defaults|userlist|global)(\s+\S+)?$`)
	caddyIn   = lazyregexp.New(`^(basic_?auth|forward_auth|reverse_proxy|handle_path|handle|route|@[a-z_]+)\b.*\{$|^(:[0-9]+|(https?://)?[a-z0-9*.-]+\.[a-z]{2,}(:[0-9]+)?)(, \S+)*\s*\{$`)
	traefikLn = lazyregexp.New(`^-?\s*["']?traefik\.(http|tcp|enable|docker|frontend|backend)[A-Za-z0-9_.-]*["']?\s*[=:]`)
	anyKey    = lazyregexp.New(`^[A-Za-z0-9_.@/:\[\]-]+\s*[=:]`)
)

// goesOnBefore reports a line that belongs to the fragment which the next line begins.
func (k runKind) goesOnBefore(t string) bool {
	return t != "" && t[0] != '#' && t != "}" && !strings.HasSuffix(t, "{") && k.goesOn(t)
}

func matches(re *lazyregexp.Regexp) func(string) bool { return re.MatchString }

// runKinds are asked in order for every line that nobody has used.
func runKinds() []runKind {
	nginx := func(t string) bool {
		return nginxLine(t) && (nginxOwn[firstWord(t)] || strings.HasSuffix(t, "{")) || commentedNginx(t)
	}
	apache := func(t string) bool {
		return apacheOpen.MatchString(t) && t[0] == '<' || apacheOwn[strings.ToLower(firstWord(t))] && apacheArgs(t)
	}
	return []runKind{
		{&ingressForm, func(t string) bool { return annotationLine.MatchString(t) && t[0] != '#' }, func(t string) bool { return annotationLine.MatchString(t) || nginxLine(t) }, false, true},
		{&nginxForm, nginx, func(t string) bool { return nginxLine(t) || t == "}" || t[0] == '#' }, true, false},
		{&apacheForm, apache, func(t string) bool {
			return apache(t) || apacheClose.MatchString(t) || t[0] == '#' || apacheDirectives[strings.ToLower(firstWord(t))]
		}, false, false},
		{&npmrcForm, matches(npmrcLine), func(t string) bool { return npmrcLine.MatchString(t) }, false, false},
		{&haproxyForm, matches(haproxyIn), func(t string) bool { return haproxyWords[firstWord(t)] || t[0] == '#' || haproxyIn.MatchString(t) }, false, false},
		{&caddyForm, matches(caddyIn), func(t string) bool { return caddyIn.MatchString(t) || t == "}" }, true, false},
		{&traefikForm, matches(traefikLn), matches(traefikLn), false, false},
		{&codeForm, isCodeLine, isCodeLine, false, false},
		{iniOf, matches(iniStart), func(t string) bool { return iniPair.MatchString(t) || iniSection.MatchString(t) }, false, true},
		{&envForm, matches(envLine), matches(envLine), false, false},
		{&propertiesForm, matches(dottedKey), func(t string) bool { return anyKey.MatchString(t) && strings.Contains(t, "=") }, false, false},
		{&yamlForm, matches(yamlStart), func(t string) bool { return strings.HasPrefix(t, "- ") }, false, true},
	}
}

// iniOf reads a fragment of ini as the kind that its sections are of.
var iniOf = &form.Form{Kind: "ini", Read: func(text string, o form.Options) (exchange.Evidence, error) {
	for _, f := range []form.Form{gitForm, pipForm, phpIniForm} {
		if f.Is(text) >= 60 {
			return f.Read(text, o)
		}
	}
	return iniForm.Read(text, o)
}}

func commentedNginx(t string) bool {
	t = strings.TrimSpace(strings.TrimLeft(t, "#"))
	return nginxOwn[firstWord(t)] && strings.HasSuffix(t, ";")
}

// apacheArgs refuses sentences that begin with a directive's name ("Require a token ...").
func apacheArgs(t string) bool {
	n := len(strings.Fields(t))
	if n < 2 || strings.HasSuffix(t, ".") || strings.HasSuffix(t, ",") || strings.HasSuffix(t, ":") && n > 3 || strings.HasSuffix(t, ";") {
		return false
	}
	if w := firstWord(t); strings.EqualFold(w, "require") {
		second := strings.ToLower(strings.Fields(t)[1])
		return wordSet("valid-user all user group ip host local not env method expr file-owner ldap-user ldap-group ldap-attribute ldap-filter claim shib-session forward-dns")[second]
	}
	return n <= 6 || strings.ContainsAny(t, `"%^`)
}

// runs finds fragments by their lines.
func (s *scanner) runs() {
	kinds := runKinds()
	for i := 0; i < len(s.ls) && len(s.found) < maxSpans; i++ {
		t := strings.TrimSpace(s.ls[i])
		if s.used[i] || t == "" || len(t) > 4096 {
			continue
		}
		for _, k := range kinds {
			if !k.starts(t) {
				continue
			}
			last, first := s.extent(k, i), i
			for first > 0 && !s.used[first-1] && k.goesOnBefore(strings.TrimSpace(s.ls[first-1])) {
				first--
			}
			if s.try(*k.form, first+1, last) {
				i = last - 1
				break
			}
		}
	}
}

// extent gives the number of the last line of the fragment that begins at index i.
func (s *scanner) extent(k runKind, i int) int {
	margin := indent(s.ls[i])
	depth, last, joined := 0, i, false
	for j := i; j < len(s.ls) && !s.used[j]; j++ {
		t := strings.TrimSpace(s.ls[j])
		switch {
		case t == "":
			if depth == 0 && !s.again(k, j, margin) {
				return last + 1
			}
			continue
		case j == i, joined, k.braces && depth > 0, k.indent && indent(s.ls[j]) > margin, k.goesOn(t), k.starts(t):
		default:
			return last + 1
		}
		joined = strings.HasSuffix(t, `\`)
		if k.braces && t[0] != '#' {
			depth = max(0, depth+strings.Count(t, "{")-strings.Count(t, "}"))
		}
		last = j
	}
	return last + 1
}

// again reports that behind an empty line at index j the fragment goes on.
func (s *scanner) again(k runKind, j, margin int) bool {
	for j++; j < len(s.ls); j++ {
		t := strings.TrimSpace(s.ls[j])
		if t != "" {
			return !s.used[j] && (k.starts(t) || k.goesOn(t) && t[0] != '#' || k.indent && indent(s.ls[j]) > margin)
		}
	}
	return false
}
