package nginxdiff

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/nginx"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/lab/confdiff"
	"github.com/why401/why401/lab/real"
	"github.com/why401/why401/secret"
)

// Sizes of one start of nginx: its listening sockets come out of its 128 connections.
const (
	configsPerStart   = 60
	requestsPerConfig = 10
)

// Difference is a pair for which the trace is wrong.
type Difference struct {
	Seed     uint64 // of the start: CONFDIFF_SEED
	Config   string
	Request  confdiff.Request
	Answer   confdiff.Answer
	Passed   []confdiff.Passed
	Trace    *conf.Trace
	Differs  []string
	Log      string
	ConfigAt string
}

func (d Difference) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "seed %d, %s\n%s\n--- request from %s to %s\n%q\n--- answer\n%s\n", d.Seed, d.ConfigAt, d.Config, d.Request.From, d.Request.To, d.Request.Wire(), d.Answer.Head)
	for _, p := range d.Passed {
		fmt.Fprintf(&b, "--- passed on\n%s\n", p.Head)
	}
	b.WriteString("--- trace\n")
	for _, s := range d.Trace.Steps {
		fmt.Fprintf(&b, "%-10s %-10s %-30s %s\n", s.Result, s.Phase, filepath.Base(s.Place.String()), s.Says)
	}
	fmt.Fprintf(&b, "open: %q\n--- nginx's log\n%s\n", d.Trace.Open, d.Log)
	for _, l := range d.Differs {
		b.WriteString("DIFFERS " + l + "\n")
	}
	return b.String()
}

// Play starts nginx with the configurations that follow from seed, sends the requests, and gives how many pairs were
// compared, how many of these not, because the trace says itself what it does not know, and where the trace was wrong. Pairs is the most to compare; opens counts what traces name as open.
func Play(w *real.World, seed uint64, pairs int, opens map[string]int) (compared, unsure int, out []Difference) {
	w.Helper()
	echo := confdiff.NewEcho(w)
	files(w)
	echo.Unix(w, filepath.Join(w.Dir, "echo.sock"), filepath.Join(w.Dir, "grpc.sock"))
	rnd := rand.New(rand.NewPCG(seed, 401))
	shared := (&gen{Rand: rnd, echo: echo, dir: w.Dir}).shared()
	ports := map[string]int{"plain": w.Port("front"), "second": w.Port("second"), "wild": w.Port("wild"), "tls": w.Port("tls")}
	cert, _ := w.Cert("ca", "server")
	var text strings.Builder
	text.WriteString(shared)
	var gens []*gen
	var texts []string
	for i := range configsPerStart {
		if i*requestsPerConfig >= pairs {
			break
		}
		g := &gen{Rand: rnd, address: fmt.Sprintf("127.77.1.%d", i+1), ports: ports, cert: strings.TrimSuffix(cert, ".crt"), echo: echo, dir: w.Dir, depth: 1}
		c := g.config()
		gens, texts = append(gens, g), append(texts, c)
		if i%7 == 3 { // some stand in files of their own
			name := fmt.Sprintf("sites/%d/a.conf", i)
			w.File("front/"+name, c)
			c = fmt.Sprintf("\tinclude sites/%d/*.conf; # %d\n", i, i)
		}
		text.WriteString(c)
	}
	s := w.Nginx("front", text.String())
	main := filepath.Join(s.Dir, "nginx.conf")
	read, err := nginx.Options{Prefix: s.Dir, Version: ""}.Read(conf.Disk(), main)
	if err != nil {
		w.Fatalf("reading the configuration: %v", err)
	}
	for _, u := range read.Unread {
		w.Fatalf("seed %d: not read: %v\n%s", seed, u, text.String())
	}
	for i, g := range gens {
		for range requestsPerConfig {
			if compared == pairs {
				return compared, unsure, out
			}
			q := g.request()
			echo.Take()
			logged := size(s.ErrorLog)
			a, err := confdiff.Send(q)
			if err != nil {
				w.Fatalf("seed %d: %v\n%q\n%s", seed, err, q.Wire(), texts[i])
			}
			passed := echo.Take()
			t := read.Tracer.Trace(q.Traced())
			compared++
			if confdiff.Unsure(t) {
				unsure++
			}
			for _, o := range t.Open {
				opens[o]++
			}
			if d := confdiff.Compare(t, a, passed); len(d) > 0 {
				out = append(out, Difference{Seed: seed, Config: shared + texts[i], Request: q, Answer: a, Passed: passed, Trace: t, Differs: d,
					Log: since(s.ErrorLog, logged), ConfigAt: g.address})
			}
		}
	}
	return compared, unsure, out
}

func size(file string) int64 {
	st, err := os.Stat(file)
	if err != nil {
		return 0
	}
	return st.Size()
}

func since(file string, from int64) string {
	b, _ := os.ReadFile(file)
	return string(b[min(int(from), len(b)):])
}

// files writes the documents and the files of passwords.
func files(w *real.World) {
	w.Helper()
	for _, f := range []string{"index.html", "a/index.html", "a/b.txt", "a/b", "dir/x.php", "dir/pic.png", "img/pic.png", "secret", "api/api", "x.php", "one/index.html", "a b"} {
		w.File("docs/"+f, f+"\n")
	}
	w.File("docs/img/hidden", "x")
	w.Chmod("docs/img/hidden", 0o600)
	if err := os.Remove(filepath.Join(w.Dir, "docs/api/api")); err != nil {
		w.Fatalf("%v", err)
	}
	lines := "# a comment\nalice:" + hash("-m", w, "wonder") + "\nbob:" + hash("-s", w, "builder") + ":a comment\n\n"
	lines += "carol:{PLAIN}plain\ndave:" + hash("-5", w, "sha512") + "\neve:{SSHA}" + "c2FsdGVkc2FsdGVkc2FsdGVkc2FsdGVk" + "\nplaintext:plaintext\n space:{PLAIN}x\n"
	lines += "twice:{PLAIN}first\ntwice:{PLAIN}second\nfrank:{PLAIN}crlf\r\n"
	w.File("htpasswd", lines)
	w.File("front/htpasswd", "alice:{PLAIN}wonder") // relative names count from nginx.conf; no line end
	w.File("odd", "\ufeffalice:{PLAIN}wonder\r\nbob:{PLAIN}builder\r\n\r\ncarol :x\n")
	w.File("unreadable", lines)
	w.Chmod("unreadable", 0o600)
	w.File("map.conf", "1 one;\nhttpGET $uri;\n~^(a|b) \"$1$remote_addr\";\nalice in;\n~c $v1;\n")
	for _, f := range htpasswd.Parse(lines).Lines {
		secret.New(f.Hash.Reveal())
	}
}

func hash(kind string, w *real.World, password string) string {
	w.Helper()
	_, h, _ := strings.Cut(w.HashPassword(kind, "u", password), ":")
	return h
}
