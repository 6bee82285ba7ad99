package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
)

// runsPHP gives the mark by which an answer shows that PHP made it.
func runsPHP(v *cause.View) (string, bool) {
	h := v.Answer.Header()
	if p := h.Get("X-Powered-By"); strings.HasPrefix(p, "PHP") {
		return "X-Powered-By: " + p, true
	}
	if strings.HasSuffix(pathOf(v.Answer), ".php") {
		return "the path ends in .php", true
	}
	for _, value := range h.Values("Set-Cookie") {
		if cookie.Parse(value).Name == "PHPSESSID" {
			return "the cookie PHPSESSID", true
		}
	}
	for _, p := range []string{"WordPress", "Magento", "Drupal", "CiviCRM", "WooCommerce", "Laravel", "Nextcloud", "PrestaShop", "Joomla", "Symfony"} {
		if m, ok := v.Product(p); ok {
			return m.Product + ", which runs on PHP", true
		}
	}
	return "", false
}

// runsPython gives the mark of an answer that a Python application made.
func runsPython(v *cause.View) (string, bool) {
	if s := v.Answer.Header().Get("Server"); strings.Contains(s, "mod_wsgi") || strings.Contains(s, "Python/") {
		return "Server: " + s, true
	}
	for _, p := range []string{"Django", "Django REST framework", "DRF", "Flask", "Werkzeug", "FastAPI"} {
		if m, ok := v.Product(p); ok {
			return m.Product + ", which runs on Python", true
		}
	}
	return "", false
}

// apache gives the mark of Apache or LiteSpeed, which read the same .htaccess rules.
func apache(v *cause.View) (string, bool) {
	if s := v.Answer.Header().Get("Server"); strings.HasPrefix(s, "Apache") || strings.HasPrefix(s, "LiteSpeed") {
		return "Server: " + s, true
	}
	if via := v.Answer.Header().Get("Via"); strings.Contains(via, "(apache") {
		return "Via: " + via, true
	}
	return "", false
}

func pathOf(x *exchange.Exchange) string { return x.Request.URL.Path }
