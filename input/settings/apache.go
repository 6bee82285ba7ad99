package settings

import (
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

var apacheForm = form.Form{
	Kind: "config-apache", Also: []string{"apache", "htaccess", "httpd.conf"}, What: "Apache configuration",
	Files: []string{".htaccess", "httpd.conf", "apache2.conf", "000-default.conf", "*-le-ssl.conf", "httpd-*.conf"},
	Is:    isApache,
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		if f, ok := misnamed(text, o, isApache); ok {
			return f.Read(text, o)
		}
		return read(text, o, "apache", "Apache configuration", (*reader).apache)
	},
}

var (
	apacheOpen  = lazyregexp.New(`(?i)^<(VirtualHost|Directory|DirectoryMatch|Location|LocationMatch|Files|FilesMatch|If|ElseIf|Else|IfModule|IfDefine|IfVersion|IfFile|IfDirective|Limit|LimitExcept|Proxy|ProxyMatch|RequireAll|RequireAny|RequireNone|AuthnProviderAlias|AuthzProviderAlias|Macro)(\s[^<]*)?>?$`)
	apacheClose = lazyregexp.New(`(?i)^</([A-Za-z]+)\s*>$`)
)

// apacheAlone are names that tell by themselves among those that others use.
var apacheAlone = wordSet("order satisfy header redirect allow deny options")

// isApache counts directives and containers.
func isApache(text string) int {
	ls := head(text)
	known, own, other := 0, 0, 0
	joined := false
	for _, l := range ls {
		t := strings.TrimSpace(l)
		was := joined
		joined = strings.HasSuffix(t, `\`)
		switch w := strings.ToLower(firstWord(t)); {
		case t[0] == '#' || was:
		case apacheOpen.MatchString(t):
			own++
		case apacheClose.MatchString(t):
			known++
		case strings.HasSuffix(t, ";") || strings.HasSuffix(t, "{"):
			other++
		case apacheOwn[w] && (len(strings.Fields(t)) <= 2 || apacheArgs(t)):
			own++
		case apacheDirectives[w] && apacheArgs(t):
			known++
		default:
			other++
		}
	}
	switch n := own + known; {
	case own == 0 && (known == 0 || other > 0) || other > n:
		return 0
	case own >= 2 && other == 0:
		return 95
	case own == 1 && other == 0:
		return 86
	case other == 0 && (known >= 2 || apacheAlone[strings.ToLower(firstWord(strings.TrimSpace(ls[0])))]):
		return 62
	case n >= 3*other:
		return 70
	}
	return 40
}

// apache reads httpd.conf syntax: one directive a line, a backslash at the end joins the next, # only at the beginning.
func (r *reader) apache(text string) {
	var context []string
	ls := lines(text)
	for i := 0; i < len(ls); i++ {
		n, l := i+1, ls[i]
		for joined := 0; strings.HasSuffix(l, `\`) && i+1 < len(ls) && joined < 100 && len(l) < maxLine; joined++ {
			i++
			l = strings.TrimSuffix(l, `\`) + " " + strings.TrimSpace(ls[i])
		}
		t := strings.TrimSpace(l)
		switch {
		case t == "":
		case t[0] == '#':
			r.apacheCommented(n, t, context)
		case apacheClose.MatchString(t):
			context = r.apacheLeave(n, apacheClose.FindStringSubmatch(t)[1], context)
		case t[0] == '<' && apacheOpen.MatchString(t):
			context = r.apacheEnter(n, strings.TrimSuffix(t[1:], ">"), context)
		case t[0] == '<':
			r.say(n, "a line that begins with < is no container that Apache has")
		default:
			r.apacheDirective("apache", n, t, context)
		}
	}
	if len(context) > 0 {
		r.say(len(ls), "%d containers are not closed in the paste", len(context))
	}
}

func (r *reader) apacheEnter(n int, t string, context []string) []string {
	words, _ := apacheWords(t)
	name := shown(strings.Join(words, " "))
	args := make([]secret.Text, 0, len(words))
	for _, w := range words[1:] {
		args = append(args, closeValue(w))
	}
	r.addTo("apache", n, context, words[0], args...)
	if len(context) >= maxDepth {
		r.say(n, "containers are nested deeper than %d: the names of the inner ones are left out", maxDepth)
		return context
	}
	return append(slices.Clone(context), name)
}

func (r *reader) apacheLeave(n int, name string, context []string) []string {
	if len(context) == 0 {
		r.say(n, "</%s> without its beginning: the paste begins inside a container", shown(name))
		return nil
	}
	if open := firstWord(context[len(context)-1]); !strings.EqualFold(open, name) {
		r.say(n, "</%s> closes <%s>: Apache refuses that", shown(name), open)
	}
	return context[:len(context)-1]
}

// apacheDirective adds one directive of system "apache", or "apache-comment".
func (r *reader) apacheDirective(system string, n int, t string, context []string) {
	words, typographic := apacheWords(t)
	if len(words) == 0 {
		return
	}
	if typographic && system == "apache" {
		r.say(n, "%s has typographic quotation marks, which Apache takes for letters", shown(words[0]))
	}
	args := make([]secret.Text, 0, len(words)-1)
	for i := range words[1:] {
		args = append(args, closeApache(words[0], words[1:], i))
	}
	r.addTo(system, n, context, words[0], args...)
}

// closeApache makes argument i: passwords of directories and databases, and literal credentials in header fields, are
// closed; paths, realms and expressions are not.
func closeApache(name string, args []string, i int) secret.Text {
	v := args[i]
	switch strings.ToLower(name) {
	case "authldapbindpassword", "oidcclientsecret", "oidccryptopassphrase", "dbdparams", "sessioncryptopassphrase", "sslproxymachinecertificatekeypassphrase", "oidcoauthclientsecret", "dbdpersist":
		return secret.New(v)
	case "requestheader", "header", "setenv", "php_value", "php_admin_value":
		if i >= 1 && credentialName(args[max(0, i-1)]) && !strings.ContainsAny(v, "%$") && !boolean.MatchString(v) && !apacheFlag(v) {
			return secret.New(v)
		}
	}
	if strings.ContainsAny(v, "%$(") && !userinfo.MatchString(v) && !schemed.MatchString(v) {
		return secret.Public(v) // an expression
	}
	return closeValue(v)
}

// apacheFlag is a condition or flag behind a header's value.
func apacheFlag(v string) bool {
	return strings.HasPrefix(v, "env=") || strings.HasPrefix(v, "expr=") || strings.HasPrefix(v, "early") || strings.Contains(v, "=$") || strings.HasPrefix(v, "HTTP_")
}

func (r *reader) apacheCommented(n int, t string, context []string) {
	t = strings.TrimSpace(strings.TrimLeft(t, "#"))
	if w := strings.ToLower(firstWord(t)); apacheOwn[w] && len(strings.Fields(t)) > 1 && len(t) < 300 {
		r.apacheDirective("apache-comment", n, t, context)
	}
}

// apacheWords splits a directive the way ap_getword_conf does: quotation marks hold a word, a backslash keeps a
// quotation mark inside them.
func apacheWords(t string) (words []string, typographic bool) {
	for t = strings.TrimLeft(t, " \t"); t != "" && len(words) < maxArgs; t = strings.TrimLeft(t, " \t") {
		if c := t[0]; c == '"' || c == '\'' {
			var b strings.Builder
			i := 1
			for ; i < len(t) && t[i] != c; i++ {
				if t[i] == '\\' && i+1 < len(t) && (t[i+1] == c || t[i+1] == '\\') {
					i++
				}
				b.WriteByte(t[i])
			}
			words = append(words, b.String())
			t = t[min(len(t), i+1):]
			continue
		}
		end := strings.IndexAny(t, " \t")
		if end < 0 {
			end = len(t)
		}
		typographic = typographic || strings.ContainsAny(t[:end], "“”‘’")
		words = append(words, t[:end])
		t = t[end:]
	}
	return words, typographic
}
