package apachediff

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/apache"
	"github.com/why401/why401/lab/confdiff"
	"github.com/why401/why401/lab/real"
)

const (
	sitesPerStart    = 60
	requestsPerSite  = 10
	limit            = 25 // differences that are printed
	users            = "# who may come in\nalice:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\n  bob:$apr1$fakesalt$rtl4DfCW0YYvh3kvN840S.:more  \nplain:plain\nalice:{SHA}another\n"
	brokenPasswords  = "alice\nbob:\nno colon at all\n"
	pages            = "# where to\n/old /sub/b.txt\n/b.txt\t/a.html more\nnothing\n a.html hidden\n"
	groupsOfTheUsers = "staff: alice carol\nboss: bob\n# none: alice\n"
)

// TestApache compares traces with a running httpd.
func TestApache(t *testing.T) {
	pairs, seed := confdiff.Pairs(2400)
	count, differ := 0, 0
	opens := map[string]int{}
	statuses := map[int]int{}
	for count < pairs {
		n, d := round(t, seed, min(sitesPerStart, (pairs-count+requestsPerSite-1)/requestsPerSite), opens, statuses)
		count += n
		differ += d
		seed += sitesPerStart
		if differ >= limit {
			break
		}
	}
	open := 0
	for _, n := range opens {
		open += n
	}
	if open*50 > count {
		t.Errorf("%d of %d traces leave something open: %v", open, count, opens)
	}
	for _, s := range []int{200, 203, 301, 401, 403, 404, 500} {
		if count > 1000 && statuses[s]*100 < count {
			t.Errorf("only %d of %d answers are %d: the generator has lost its balance", statuses[s], count, s)
		}
	}
	t.Logf("%d pairs of a configuration and a request, %d differences; statuses %v; left open %v", count, differ, statuses, opens)
}

// round starts httpd with some sites and compares.
func round(t *testing.T, seed uint64, sites int, opens map[string]int, statuses map[int]int) (count, differ int) {
	w := real.NewWorld(t)
	echo := confdiff.NewEcho(t)
	w.File("users", users)
	w.File("broken", brokenPasswords)
	w.File("groups", groupsOfTheUsers)
	w.File("digest", realmUsers())
	w.File("second", "carol:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\nbob:{SHA}tiY7sUhYKUwI5L3866kDY+ENcrQ=\n")
	w.File("pages", pages)
	w.Cert("ca", "server")
	var all []site
	var b strings.Builder
	main := (&gen{Rand: rand.New(rand.NewPCG(seed, 3)), dir: w.Dir, root: w.Dir + "/docs", http: echo.HTTP, fastCGI: echo.FastCGI}).main()
	b.WriteString(main)
	for i := range sites {
		g := &gen{Rand: rand.New(rand.NewPCG(seed+uint64(i), 7)), dir: w.Dir, http: echo.HTTP, fastCGI: echo.FastCGI}
		s := g.site(i)
		all = append(all, s)
		b.WriteString(s.conf)
		for name, text := range s.files {
			w.File(filepath.Join("docs", fmt.Sprint(i), name), text)
			if strings.HasSuffix(name, ".cgi") {
				w.Chmod(filepath.Join("docs", fmt.Sprint(i), name), 0o755)
			}
		}
	}
	server := w.ApacheDebian("front", b.String())
	defer server.Stop()
	c, err := apache.Read(conf.Disk(), filepath.Join(server.Dir, "apache.conf"))
	if err != nil {
		t.Fatal(err)
	}
	for _, u := range c.Unread {
		if !strings.HasSuffix(u.Place.File, ".htaccess") {
			t.Errorf("httpd read everything, and the reader says %v", u)
		}
	}
	plain := netip.MustParseAddrPort(w.Addr("front"))
	tls := netip.AddrPortFrom(plain.Addr(), uint16(w.Port("tls")))
	for i, s := range all {
		g := &gen{Rand: rand.New(rand.NewPCG(seed+uint64(i), 99))}
		for range requestsPerSite {
			to := plain
			if s.tls {
				to = tls
			}
			q, login := g.request(i, to, s.tls)
			live := login.fill(t, &q)
			count++
			echo.Take()
			a, err := confdiff.Send(q)
			if err != nil {
				t.Fatalf("seed %d: %v\n%s", seed+uint64(i), err, q.Wire())
			}
			got := echo.Take()
			tr := c.Tracer.Trace(q.Traced())
			statuses[a.Status]++
			tr.Open = slices.DeleteFunc(tr.Open, func(o string) bool { return live && o == apache.LiveNonce })
			for _, o := range tr.Open {
				opens[o]++
			}
			if diffs := compare(tr, a, got, q.Method == "HEAD"); len(diffs) > 0 && len(tr.Open) == 0 {
				differ++
				t.Errorf("seed %d (site %d)\n%s\n%s\n%s\n%s\n%s\nhead: %s\n%s", seed+uint64(i), i, main, s.show()+elsewhere(all, i, tr), q.Wire(), strings.Join(diffs, "\n"), steps(tr), a.Head, tail(server.ErrorLog))
				if differ >= limit {
					return count, differ
				}
			}
		}
	}
	return count, differ
}

func tail(log string) string {
	b, _ := os.ReadFile(log)
	lines := strings.Split(strings.TrimSpace(string(b)), "\n")
	return strings.Join(lines[max(0, len(lines)-3):], "\n")
}

func (s site) show() string {
	out := s.conf
	var names []string
	for n := range s.files {
		if strings.HasSuffix(n, ".htaccess") {
			names = append(names, n)
		}
	}
	sort.Strings(names)
	for _, n := range names {
		out += "--- " + n + "\n" + s.files[n]
	}
	return out
}

// elsewhere is the site that answered, when it is another one than the request was made for: no name fits, and the first answers.
func elsewhere(all []site, asked int, t *conf.Trace) string {
	for _, s := range t.Steps {
		if s.Phase == "server" && asked != 0 && strings.Contains(s.Says, "no name fits") {
			return "=== which the first site answered\n" + all[0].show()
		}
	}
	return ""
}

func steps(t *conf.Trace) string {
	var b strings.Builder
	for _, s := range t.Steps {
		fmt.Fprintf(&b, "  %s:%d %s: %s [%s]\n", filepath.Base(s.Place.File), s.Place.Line, s.Phase, s.Says, s.Result)
	}
	return b.String()
}

// compare says how a trace differs from what happened.
func compare(t *conf.Trace, a confdiff.Answer, passed []confdiff.Passed, head bool) []string {
	var out []string
	differ := func(what string, trace, real any) {
		x, y := fmt.Sprint(trace), fmt.Sprint(real)
		if x == y {
			return
		}
		only := func(a, b string) string {
			lines := strings.Split(b, "\n")
			return strings.Join(slices.DeleteFunc(strings.Split(a, "\n"), func(l string) bool { return slices.Contains(lines, l) }), "; ")
		}
		out = append(out, fmt.Sprintf("%s: the trace says %s, httpd %s", what, only(x, y), only(y, x)))
	}
	status := t.Status
	if status == 0 {
		status = 200
		if t.Next != nil {
			status = confdiff.EchoStatus
		}
	} else if t.Next != nil && (len(passed) > 0 || strings.Contains(a.Head, "X-Env:")) && a.Status == confdiff.EchoStatus {
		status = confdiff.EchoStatus // the echo answers for an error's document with a status of its own
	}
	differ("status", status, a.Status)
	differ("Location", t.Location, a.Location)
	var want, got []string
	for _, c := range t.Challenges {
		want = append(want, nonceless(c))
	}
	for _, c := range a.Challenges {
		got = append(got, nonceless(c))
	}
	differ("WWW-Authenticate", want, got)
	program := ""
	for l := range strings.SplitSeq(a.Head, "\r\n") {
		if v, ok := strings.CutPrefix(l, "X-Env: "); ok {
			b, _ := base64.StdEncoding.DecodeString(v)
			program = string(b)
		}
	}
	switch {
	case t.Next == nil && (len(passed) > 0 || program != ""):
		out = append(out, "the trace passes nothing on, and httpd did")
	case t.Next == nil:
	case program == "" && len(passed) == 0 && strings.Contains(a.Head, " 4") && head:
		// A program that writes the body of a refusal to HEAD leaves no trace in the answer.
	case program != "":
		differ("variables", told(t), variables(strings.Split(program, "\x00")))
	case len(passed) == 0:
		out = append(out, "the trace passes the request on to "+t.To+", and nobody got it")
	case passed[len(passed)-1].Params:
		differ("parameters", told(t), variables(strings.Split(passed[len(passed)-1].Head, "\n")))
	default:
		line, rest, _ := strings.Cut(passed[len(passed)-1].Head, "\r\n")
		differ("request line", t.Next.Method+" "+t.Next.Target.Reveal()+" HTTP/1.1", line)
		var fields []string
		for _, f := range t.Next.Header {
			fields = append(fields, strings.ToLower(f.Name)+": "+f.Value.Reveal())
		}
		var real []string
		for l := range strings.SplitSeq(rest, "\r\n") {
			name, value, ok := strings.Cut(l, ": ")
			if !ok {
				name, value, ok = strings.Cut(l, ":")
			}
			if name = strings.ToLower(name); ok && name != "connection" {
				real = append(real, name+": "+value)
			}
		}
		slices.Sort(fields)
		slices.Sort(real)
		differ("fields", strings.Join(fields, "\n"), strings.Join(real, "\n"))
	}
	return out
}

var nonce = regexp.MustCompile(`nonce="[^"]*"`)

func nonceless(c string) string { return nonce.ReplaceAllString(c, `nonce="..."`) }

// told are the variables of a trace that are compared.
func told(t *conf.Trace) string {
	var list []string
	for _, f := range t.Next.Header {
		list = append(list, f.Name+"="+f.Value.Reveal())
	}
	return variables(list)
}

// variables keeps those that the configuration or the request decides, sorted.
func variables(list []string) string {
	var out []string
	for _, kv := range list {
		name, value, _ := strings.Cut(kv, "=")
		base := name
		for strings.HasPrefix(base, "REDIRECT_") {
			base = strings.TrimPrefix(base, "REDIRECT_")
		}
		switch {
		case slices.Contains([]string{"", "PATH", "PWD", "_", "SHLVL", "OLDPWD", "SERVER_SIGNATURE", "SERVER_SOFTWARE", "SERVER_ADDR", "SERVER_ADMIN", "REMOTE_PORT", "UNIQUE_ID",
			"SCRIPT_URL", "SCRIPT_URI", "SSL_TLS_SNI", "PATH_TRANSLATED", "LC_ALL", "ERROR_NOTES", "proxy-status", "proxy-nokeepalive", "HANDLER"}, base):
			continue
		}
		out = append(out, name+"="+value)
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}
