package real

import (
	"bytes"
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// Visit is a scenario that plays in a browser: what the page shows while it is broken, and when it is mended. The page
// writes what became of its call into an <output>.
type Visit struct {
	Calls          []string // origins beside the address's own, expanded
	BlockThird     bool     // third-party cookies are blocked
	Broken, Mended string   // what the page shows; both the same for a healthy scenario

	// Ask makes curl the check instead, with these arguments; Broken and Mended are then its status. A browser without
	// why401 would wait for a person to type a login.
	Ask func(w *World) []string
}

// The hosts of the browser's scenarios: a page, an API of the same site, an API of another.
const (
	pageHost  = "app.shop.test"
	sideHost  = "api.shop.test"
	otherHost = "api.other.test"
)

const browserLimit = 40 * time.Second

var outputElement = regexp.MustCompile(`<output[^>]*>([^<]*)</output>`)

// Chromium opens the URL that ends args in Chromium, without why401, and gives what the page shows. It is the check that
// the servers are broken, and mended, for a real browser.
func (w *World) Chromium(ctx context.Context, args []string, v *Visit) (string, error) {
	dir, err := os.MkdirTemp(w.Dir, "chromium-")
	if err != nil {
		return "", fmt.Errorf("making a profile: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, browserLimit)
	defer cancel()
	url, maps := "", []string{}
	flags := []string{"--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-proxy-server", "--disable-background-networking",
		"--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable", "--user-data-dir=" + dir, "--virtual-time-budget=4000", "--dump-dom"}
	if asRoot() {
		flags = append(flags, "--no-sandbox")
	}
	user := ""
	for i := 1; i < len(args); i++ {
		switch args[i] {
		case "--resolve":
			i++
			p := strings.SplitN(args[i], ":", 3)
			maps = append(maps, "MAP "+p[0]+":"+p[1]+" "+p[2]+":"+p[1])
		case "--cacert":
			i++
			flags = append(flags, "--ignore-certificate-errors-spki-list="+w.keyPins(args[i]))
		case "-u":
			i++
			user = args[i] + "@"
		default:
			url = args[i]
		}
	}
	if user != "" {
		url = strings.Replace(url, "://", "://"+user, 1)
	}
	// Without a profile of its own Chromium's --dump-dom uses a private window, which blocks third-party cookies.
	mode := 0
	if v.BlockThird {
		mode = 1
	}
	if err := os.MkdirAll(dir+"/Default", 0o700); err != nil {
		return "", fmt.Errorf("making a profile: %w", err)
	}
	prefs := fmt.Sprintf(`{"profile":{"cookie_controls_mode":%d,"block_third_party_cookies":%v}}`, mode, v.BlockThird)
	if err := os.WriteFile(dir+"/Default/Preferences", []byte(prefs), 0o600); err != nil {
		return "", fmt.Errorf("making a profile: %w", err)
	}
	flags = append(flags, "--host-resolver-rules="+strings.Join(maps, ", "), url)
	cmd := exec.CommandContext(ctx, "chromium", flags...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "TMPDIR=" + dir, "LC_ALL=C"}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("chromium: %w\n%s", err, tail(errs.String(), 600))
	}
	if m := outputElement.FindStringSubmatch(out.String()); m != nil {
		return m[1], nil
	}
	return "page: " + tail(strings.Join(strings.Fields(out.String()), " "), 200), nil
}

func tail(s string, n int) string { return s[max(0, len(s)-n):] }

func (w *World) keyPins(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		w.Fatalf("reading a certificate: %v", err)
	}
	var out []string
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			return strings.Join(out, ",")
		}
		c, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			w.Fatalf("reading a certificate: %v", err)
		}
		sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
		out = append(out, base64.StdEncoding.EncodeToString(sum[:]))
	}
}

// sites writes a certificate for the browser's hosts, and a file that programs and browsers trust it by.
func (w *World) sites() {
	ca := w.CA("ca")
	cert, _ := w.Cert("ca", "server", pageHost, sideHost, otherHost)
	a, errA := os.ReadFile(cert)
	b, errB := os.ReadFile(ca)
	if errA != nil || errB != nil {
		w.Fatalf("reading certificates: %v %v", errA, errB)
	}
	w.File("tls/trust.pem", string(a)+string(b))
}

// visiting is a command for an address of one of the browser's hosts; all of them are the server called front.
func (w *World) visiting(host, path string, more ...string) []string {
	args := curl("--cacert", w.Dir+"/tls/trust.pem")
	for _, h := range []string{pageHost, sideHost, otherHost} {
		args = append(args, "--resolve", w.Resolve(h, "front"))
	}
	args = append(args, more...)
	return append(args, "https://"+host+w.Expand(":@port:front@/")+path)
}

// caller is a page whose script calls an address and shows what becomes of it.
func caller(url, options string) string {
	return `<!DOCTYPE html><html><head><title>Orders</title><link rel="icon" href="data:,"></head><body><output id="o">waiting</output><script>
fetch('` + url + `'` + options + `).then((r) => { o.textContent = 'fetch: ' + r.status; }, (e) => { o.textContent = 'fetch: ' + e.name; });
</script></body></html>
`
}

// shows wants Chromium to show part when it opens the address.
func (w *World) shows(ctx context.Context, args []string, v *Visit, part string) error {
	if v.Ask != nil {
		r, err := w.Curl(ctx, v.Ask(w))
		if err == nil && fmt.Sprint(r.Status) != part {
			err = fmt.Errorf("curl should end with %s: %v", part, r)
		}
		return err
	}
	got, err := w.Chromium(ctx, args, v)
	if err == nil && !strings.Contains(got, part) {
		err = fmt.Errorf("Chromium should show %q: %q", part, got)
	}
	return err
}

// flags are why401's for this visit; they stand before the command.
func (v *Visit) flags(w *World) []string {
	out := []string{"--browser"}
	for _, c := range v.Calls {
		out = append(out, "--call", w.Expand(c))
	}
	if v.BlockThird {
		out = append(out, "--third-party", "block")
	}
	return out
}
