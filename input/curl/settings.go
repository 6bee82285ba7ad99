package curl

import (
	"strings"
)

// set applies one option to the operation.
func (r *reader) set(o option, v string, on bool) error {
	op := r.op()
	switch o.effect {
	case quiet:
		return nil
	case unmodelled:
		r.note("%s is not modelled: it is known to curl, but what it changes is not shown here", o.spelled())
		return nil
	}
	if done, err := r.setRequest(op, o, v, on); done || err != nil {
		return err
	}
	if done, err := r.setAuth(op, o, v, on); done || err != nil {
		return err
	}
	return r.setConnection(op, o, v, on)
}

// setRequest takes the options that shape the message: method, URL, header fields, body.
func (r *reader) setRequest(op *operation, o option, v string, on bool) (bool, error) {
	switch o.name {
	case "url":
		op.addURL(v)
	case "next":
		if len(op.targets) > 0 && op.targets[0].hasURL { // without a URL before it, it does nothing
			r.ops = append(r.ops, newOperation())
		}
	case "header":
		return true, r.header(&op.headers, "-H", v)
	case "proxy-header":
		return true, r.header(&op.toProxy, "--proxy-header", v)
	case "data", "data-ascii", "data-binary", "data-raw", "data-urlencode", "json":
		return true, r.addData(op, o.name, v)
	case "url-query":
		return true, r.addQuery(op, v)
	case "form", "form-string":
		return true, r.addForm(op, v, o.name == "form-string")
	case "form-escape":
		op.escape = on
	case "get":
		op.get = on
	case "head":
		op.noBody = on
		if on {
			return true, op.choose(kindHead)
		}
		return true, op.choose(kindGet)
	case "request":
		op.method = &v
	case "request-target":
		op.target = v
	case "user-agent":
		op.agent = &v
	case "referer":
		before, _, auto := strings.Cut(v, ";auto")
		if auto {
			r.note("-e \";auto\" sets Referer on redirects, which is not modelled")
		}
		op.referer = nil
		if before != "" {
			op.referer = &before
		}
	case "cookie":
		if name, ok := strings.CutPrefix(v, "@"); ok {
			op.cookieFiles = append(op.cookieFiles, name)
		} else if strings.Contains(v, "=") {
			op.cookies = append(op.cookies, v)
		} else {
			op.cookieFiles = append(op.cookieFiles, v)
		}
	case "junk-session-cookies":
		op.junk = on
	case "range":
		op.ranges = v
		if v != "" && strings.Trim(v, "0123456789") == "" {
			op.ranges = v + "-" // curl appends the dash that is missing
		}
	case "continue-at":
		if v == "-" {
			r.note("-C - continues an output file, which is not modelled: the whole resource is asked for")
			break
		}
		if _, err := number("-C", v); err != nil {
			return true, err
		}
		op.resume = v
	case "time-cond":
		op.timeCond = v
	case "compressed":
		op.compressed = on
	case "tr-encoding":
		op.te = on
	case "upload-file":
		op.addUpload(v)
	case "path-as-is":
		op.asIs = on
	case "globoff":
		op.noGlob = on
	case "etag-compare":
		return true, r.etag(op, v)
	case "config":
		b, err := r.file("-K", v)
		if err != nil {
			return true, err
		}
		return true, r.config(b, v)
	case "http1.0":
		op.http = "1.0"
	case "http1.1":
		op.http = "1.1"
	case "http2":
		op.http = "2"
	case "http2-prior-knowledge":
		op.http = "2-prior-knowledge"
	case "http3", "http3-only":
		return true, usage("--"+o.name, "this curl is built without HTTP/3; give the command without it")
	case "help", "version", "manual":
		return true, usage("--"+o.name, "prints information and sends no request")
	case "cookie-jar":
		op.cookieJar = v != ""
	case "disable": // a file of curl's own, no effect on this request
	default:
		return false, nil
	}
	return true, nil
}

// setAuth takes the options about credentials towards the origin and the proxy.
func (r *reader) setAuth(op *operation, o option, v string, on bool) (bool, error) {
	switch o.name {
	case "user":
		op.user = &v
	case "proxy-user":
		op.proxyUser = &v
	case "oauth2-bearer":
		op.bearer = v
		op.auth.put(bearer, true)
	case "aws-sigv4":
		op.sigv4 = v
		op.auth.put(sigv4, true)
	case "basic":
		op.auth.put(basic, on)
	case "digest":
		op.auth.put(digest, on)
	case "ntlm":
		op.auth.put(ntlm, on)
	case "ntlm-wb":
		op.auth.put(ntlm, on)
		r.note("--ntlm-wb asks winbind for the login, which is not modelled")
	case "negotiate":
		op.auth.put(negotiate, on)
	case "anyauth":
		op.auth = anyScheme
	case "proxy-basic":
		op.proxyAuth.put(basic, on)
	case "proxy-digest":
		op.proxyAuth.put(digest, on)
	case "proxy-ntlm":
		op.proxyAuth.put(ntlm, on)
	case "proxy-negotiate":
		op.proxyAuth.put(negotiate, on)
	case "proxy-anyauth":
		op.proxyAuth = anyScheme
	case "netrc":
		op.netrc = netrcNo
		if on {
			op.netrc = netrcRequired
		}
	case "netrc-optional":
		op.netrc = netrcNo
		if on {
			op.netrc = netrcOptional
		}
	case "netrc-file":
		op.netrcFile = v
		if op.netrc == netrcNo {
			op.netrc = netrcRequired
		}
	case "disallow-username-in-url":
		op.noUserInURL = on
	default:
		return false, nil
	}
	return true, nil
}

// setConnection takes the options about the way there: proxy, TLS, names, redirects, time.
func (r *reader) setConnection(op *operation, o option, v string, on bool) (err error) {
	switch o.name {
	case "proxy", "proxy1.0", "socks4", "socks4a", "socks5", "socks5-hostname":
		op.proxy, op.proxyFrom, op.proxyScheme = &v, "--"+o.name, ""
		switch o.name {
		case "proxy":
			op.proxyFrom = "-x"
		case "proxy1.0":
			r.note("--proxy1.0 speaks HTTP/1.0 to the proxy, which is not modelled")
		case "socks5-hostname":
			op.proxyScheme = "socks5h"
		default:
			op.proxyScheme = o.name
		}
	case "proxytunnel":
		op.tunnel = on
	case "proxy-insecure":
		op.proxyInsecure = on
	case "noproxy":
		op.noProxy = &v
	case "location":
		op.follow = on
	case "location-trusted":
		op.follow, op.trusted = on, on
	case "max-redirs":
		n, e := number("--max-redirs", v)
		if e != nil {
			return e
		}
		if n < -1 {
			return usage("--max-redirs", "expected a number from 0 up, or -1 for no limit")
		}
		op.maxRedirs = &n
	case "post301", "post302", "post303":
		op.keepPost = on
	case "insecure":
		op.insecure = on
	case "cacert":
		op.ca = v
	case "capath":
		op.caDir = v
	case "cert":
		op.cert = v
	case "cert-type":
		op.certType = v
	case "key":
		op.key = v
	case "pass":
		op.pass = v
	case "resolve":
		op.resolve = append(op.resolve, v)
	case "connect-to":
		op.connectTo = append(op.connectTo, v)
	case "interface":
		op.iface = v
	case "ipv4":
		op.ip = 4
	case "ipv6":
		op.ip = 6
	case "unix-socket":
		op.socket = v
	case "abstract-unix-socket":
		op.socket = "@" + v
	case "max-time":
		op.maxTime, err = seconds("-m", v)
	case "connect-timeout":
		op.connect, err = seconds("--connect-timeout", v)
	case "proto":
		op.proto, err = protocols(v)
	case "proto-redir":
		r.note("--proto-redir is not modelled")
	case "proto-default":
		if op.protoDefault = strings.ToLower(v); op.protoDefault != "http" && op.protoDefault != "https" {
			return usage("--proto-default", "protocol %q: expected http or https", v)
		}
	}
	return err
}

// protocols reads --proto for http and https: tokens with "+" (allow), "-" (forbid) or "=" (only) in front, later
// ones changing what earlier ones left. It gives those of the two that are allowed.
func protocols(v string) ([]string, error) {
	allowed := map[string]bool{"http": true, "https": true}
	for tok := range strings.SplitSeq(v, ",") {
		op := byte('+')
		for tok != "" && strings.ContainsRune("+-=", rune(tok[0])) {
			op, tok = tok[0], tok[1:]
		}
		names := []string{strings.ToLower(tok)}
		if names[0] == "all" {
			names = []string{"http", "https"}
		}
		if op == '=' {
			clear(allowed)
		}
		for _, n := range names {
			allowed[n] = op != '-'
		}
	}
	out := []string{}
	for _, n := range []string{"http", "https"} {
		if allowed[n] {
			out = append(out, n)
		}
	}
	return out, nil
}
