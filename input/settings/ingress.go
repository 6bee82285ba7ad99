package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/secret"
)

const annotationPrefix = "nginx.ingress.kubernetes.io/"

var ingressForm = form.Form{
	Kind: "config-ingress", Also: []string{"ingress"}, What: "a Kubernetes Ingress",
	Files: []string{"ingress.yaml", "ingress.yml", "*-ingress.yaml"},
	Is:    isIngress, Read: readIngress,
}

var (
	annotationLine   = lazyregexp.New(`(?m)^[\s#'">-]*((?:[a-z0-9-]+\.)*ingress\.kubernetes\.io|traefik\.ingress\.kubernetes\.io|alb\.ingress\.kubernetes\.io|haproxy\.org|konghq\.com)/[A-Za-z0-9_.-]+["']?\s*[:=]`)
	annotationEquals = lazyregexp.New(`(?m)^(\s*[a-z0-9./-]+\.(?:io|org|com)/[A-Za-z0-9_.-]+)=(.*)$`)
	ingressKind      = lazyregexp.New(`(?m)^\s*kind:\s*["']?(Ingress|IngressRoute|HTTPRoute|Gateway|Middleware)["']?\s*$`)
)

func isIngress(text string) int {
	t := text[:min(len(text), peek)]
	switch {
	case ingressKind.MatchString(t) && strings.Contains(t, "apiVersion") && !strings.Contains(t, "traefik."):
		return 97
	case annotationLine.MatchString(t):
		return 94
	case ingressKind.MatchString(t) && strings.Contains(t, "traefik."):
		return 60
	}
	return 0
}

// readIngress reads manifests and bare annotation lines. Annotations become settings by their full name with the
// context "annotations"; a snippet is read as nginx as well. Lines of nginx that stand beside them in the paste (of the
// generated nginx.conf) are read as nginx.
func readIngress(text string, o form.Options) (exchange.Evidence, error) {
	var fail error
	ev, err := read(text, o, "ingress", "Kubernetes Ingress", func(r *reader, text string) {
		manifest, beside := splitNginx(text)
		manifest = annotationEquals.ReplaceAllString(manifest, "$1: $2") // as kubectl annotate takes them
		entries, err := yamlEntries(manifest, r.say)
		if err != nil {
			if len(entries) == 0 {
				fail = err
				return
			}
			r.say(1, "%v", err)
		}
		for _, e := range entries {
			r.ingressEntry(e)
		}
		for _, b := range beside {
			r.nginx(strings.Join(lines(text)[b.First-1:b.Last], "\n"), b.First, nil)
		}
	})
	if fail != nil {
		return exchange.Evidence{}, fail
	}
	return ev, err
}

func (r *reader) ingressEntry(e yamlEntry) {
	key, place := e.path, -1
	for i, k := range key {
		if k == "annotations" || strings.Contains(k, ".io/") || strings.Contains(k, ".org/") || strings.Contains(k, ".com/") {
			place = i
			if k != "annotations" {
				break
			}
		}
	}
	if place < 0 {
		r.add(e.line, nil, e.name(), closePair(e.path[len(e.path)-1], e.value))
		return
	}
	name := key[len(key)-1]
	if place+1 < len(key) && key[place] != "annotations" {
		name = strings.Join(key[place:], ".")
	}
	snippet := strings.HasSuffix(name, "-snippet")
	switch {
	case snippet:
		r.add(e.line, []string{"annotations"}, name, secret.New(e.value))
		first := e.line
		if e.mark == '|' {
			first++
		}
		r.nginx(e.value, first, []string{shown(name[strings.LastIndexByte(name, '/')+1:])})
	default:
		r.add(e.line, []string{"annotations"}, name, closeValue(e.value))
	}
	if e.mark == 0 && boolean.MatchString(e.value) && e.value != "" && !isNumber(e.value) && strings.HasPrefix(key[0], "metadata") {
		r.say(e.line, "%s: the value is not quoted, and Kubernetes refuses an annotation that is no string", shown(name))
	}
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" && s != "" }

// splitNginx empties the lines of text that are nginx directives at the left margin, not within a snippet, and names them.
func splitNginx(text string) (manifest string, beside []form.Span) {
	ls := lines(text)
	depth, margin := 0, -1 // margin: indentation of the key whose block scalar is passed
	for i, l := range ls {
		t := strings.TrimSpace(l)
		if margin >= 0 && (t == "" || indent(l) > margin) {
			continue
		}
		margin = -1
		if strings.HasSuffix(t, "|") || strings.HasSuffix(t, "|-") || strings.HasSuffix(t, ">") || strings.HasSuffix(t, "|+") {
			margin = indent(l)
			continue
		}
		if t == "" || depth == 0 && !nginxLine(t) {
			continue
		}
		depth += strings.Count(t, "{") - strings.Count(t, "}")
		depth = max(depth, 0)
		if n := len(beside); n > 0 && beside[n-1].Last == i {
			beside[n-1].Last = i + 1
		} else {
			beside = append(beside, form.Span{Kind: "config-nginx", First: i + 1, Last: i + 1})
		}
	}
	for _, b := range beside {
		for i := b.First - 1; i < b.Last; i++ {
			ls[i] = ""
		}
	}
	return strings.Join(ls, "\n"), beside
}
