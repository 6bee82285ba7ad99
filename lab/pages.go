package lab

import (
	"fmt"
	"net/http"
)

// dress gives a reply the clothes of a product: the fields it adds and, where the rule has no body of its own, the
// page it writes. The forms are those measured on the real servers (see the real-server tests); a product that is not
// listed is an error of the scenario and shows as such.
func dress(h http.Header, product string, status int, body string, r *http.Request) string {
	text := http.StatusText(status)
	switch product {
	case "nginx":
		h.Set("Server", "nginx/1.22.1")
		if body == "" && status >= 300 {
			h.Set("Content-Type", "text/html")
			return fmt.Sprintf("<html>\r\n<head><title>%d %s</title></head>\r\n<body>\r\n<center><h1>%[1]d %[2]s</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n", status, nginxText(status, text))
		}
	case "apache":
		h.Set("Server", "Apache/2.4.71 (Debian)")
		if body == "" && status >= 300 {
			h.Set("Content-Type", "text/html; charset=iso-8859-1")
			return fmt.Sprintf("<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>%d %s</title>\n</head><body>\n<h1>%[2]s</h1>\n%s\n<hr>\n<address>Apache/2.4.71 (Debian) Server at %s Port 80</address>\n</body></html>\n", status, text, apacheText(status), r.Host)
		}
	case "php":
		h.Set("Server", "Apache/2.4.71 (Debian)")
		h.Set("X-Powered-By", "PHP/8.2.29")
	case "haproxy":
		if body == "" && status >= 300 {
			h.Set("Content-Type", "text/html")
			h.Set("Cache-Control", "no-cache")
			if status == 401 {
				return "<html><body><h1>401 Unauthorized</h1>\nYou need a valid user and password to access this content.\n</body></html>\n"
			}
			return fmt.Sprintf("<html><body><h1>%d %s</h1>\nRequest forbidden by administrative rules.\n</body></html>\n", status, text)
		}
	case "lighttpd":
		h.Set("Server", "lighttpd/1.4.69")
		if body == "" && status >= 300 {
			h.Set("Content-Type", "text/html")
			return fmt.Sprintf("<?xml version=\"1.0\" encoding=\"iso-8859-1\"?>\n<!DOCTYPE html PUBLIC \"-//W3C//DTD XHTML 1.0 Transitional//EN\"\n         \"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd\">\n<html xmlns=\"http://www.w3.org/1999/xhtml\" xml:lang=\"en\" lang=\"en\">\n <head>\n  <title>%d %s</title>\n </head>\n <body>\n  <h1>%[1]d %[2]s</h1>\n </body>\n</html>\n", status, text)
		}
	case "caddy":
		h.Set("Server", "Caddy")
	case "express":
		h.Set("X-Powered-By", "Express")
		if body == "" && status >= 400 {
			h.Set("Content-Type", "text/plain; charset=utf-8")
			return text
		}
	case "go":
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Content-Type", "text/plain; charset=utf-8")
		if body == "" && status >= 400 {
			return text + "\n"
		}
	case "kestrel":
		h.Set("Server", "Kestrel")
	case "squid":
		h.Set("Server", "squid/5.7")
		h.Set("Mime-Version", "1.0")
		h.Set("Via", "1.1 proxy (squid/5.7)")
		if status == 407 {
			h.Set("X-Squid-Error", "ERR_CACHE_ACCESS_DENIED 0")
		}
	case "varnish":
		h.Set("X-Varnish", "32770 3")
		h.Set("Via", "1.1 varnish (Varnish/7.1)")
	case "cloudflare":
		h.Set("Server", "cloudflare")
		h.Set("CF-RAY", "8f0a1b2c3d4e5f60-FRA")
	case "cloudfront":
		h.Set("Via", "1.1 0123456789abcdef0123456789abcdef.cloudfront.net (CloudFront)")
		h.Set("X-Amz-Cf-Pop", "FRA56-P1")
		h.Set("X-Cache", "Error from cloudfront")
	case "spring":
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-XSS-Protection", "0")
		h.Set("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
		h.Set("Pragma", "no-cache")
		h.Set("Expires", "0")
		h.Set("X-Frame-Options", "DENY")
	case "drf":
		h.Set("Server", "WSGIServer/0.2 CPython/3.11.2")
		h.Set("Allow", "GET, HEAD, OPTIONS")
		h.Set("Vary", "Accept, Cookie")
	default:
		return fmt.Sprintf("the scenario asks for the unknown product %q", product)
	}
	return body
}

func nginxText(status int, text string) string {
	switch status {
	case 401:
		return "Authorization Required"
	case 413:
		return "Request Entity Too Large"
	case 503:
		return "Service Temporarily Unavailable"
	}
	return text
}

func apacheText(status int) string {
	switch status {
	case 401:
		return "<p>This server could not verify that you\nare authorized to access the document\nrequested.  Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe credentials required.</p>"
	case 403:
		return "<p>You don't have permission to access this resource.</p>"
	case 500:
		return "<p>The server encountered an internal error or\nmisconfiguration and was unable to complete\nyour request.</p>"
	}
	return "<p>" + http.StatusText(status) + "</p>"
}
