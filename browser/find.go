package browser

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
)

// names are the programs that are looked for, in this order; all of them are Chromium.
var names = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge", "brave-browser"}

// places are where systems without a search path keep them.
var places = []string{
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium",
	"/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
	`C:\Program Files\Google\Chrome\Application\chrome.exe`, `C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe`,
}

// find gives the browser's program.
func find(path string) (string, error) {
	if path != "" {
		p, err := exec.LookPath(path)
		if err != nil {
			return "", &Missing{"the browser that was named cannot be started; expected the path of a Chromium, Chrome or Edge"}
		}
		return p, nil
	}
	for _, n := range names {
		if p, err := exec.LookPath(n); err == nil {
			return p, nil
		}
	}
	for _, p := range places {
		if st, err := os.Stat(p); err == nil && !st.IsDir() {
			return p, nil
		}
	}
	return "", &Missing{"no Chromium was found; to install it: sudo apt install chromium (Fedora: sudo dnf install chromium; macOS: brew install --cask chromium), or name one with --browser-path; what only a browser decides was not looked at"}
}

// place is a prepared start: the program, its flags, and the profile that is removed afterwards.
type place struct {
	program string
	profile string
	flags   map[string]any
	notes   []string
}

func (p *place) remove() { os.RemoveAll(p.profile) }

// prepare makes the profile and the flags.
func prepare(in *exchange.Intent, o Options) (*place, error) {
	program, err := find(o.Path)
	if err != nil {
		return nil, err
	}
	p := &place{program: program}
	sandbox, note, err := sandboxed(o)
	if err != nil {
		return nil, err
	}
	if note != "" {
		p.notes = append(p.notes, note)
	}
	if p.profile, err = os.MkdirTemp("", "why401-browser-"); err != nil { // mode 0700
		return nil, fmt.Errorf("making a profile for the browser: %w", err)
	}
	p.flags = map[string]any{
		"headless": true, "no-first-run": true, "no-default-browser-check": true,
		"disable-background-networking": true, "disable-component-update": true, "disable-sync": true, "disable-default-apps": true,
		"disable-extensions": true, "disable-breakpad": true, "disable-client-side-phishing-detection": true, "disable-domain-reliability": true,
		"disable-dev-shm-usage": true, "disable-gpu": true, "metrics-recording-only": true, "no-pings": true, "no-service-autorun": true,
		"password-store": "basic", "use-mock-keychain": true, "mute-audio": true, "hide-scrollbars": true, "force-color-profile": "srgb",
		"disable-features":       "Translate,OptimizationHints,MediaRouter,InterestFeedContentSuggestions,AutofillServerCommunication,CertificateTransparencyComponentUpdater,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
		"block-new-web-contents": true, "disable-popup-blocking": false, "deny-permission-prompts": true,
		// WebRTC speaks UDP, which no rule of ours would see.
		"force-webrtc-ip-handling-policy": "disable_non_proxied_udp", "disable-quic": true,
		"host-resolver-rules": rules(in, o.Calls),
	}
	if !sandbox {
		p.flags["no-sandbox"] = true
	}
	if in.Proxy != nil {
		u := in.Proxy.URL
		p.flags["proxy-server"] = u.Scheme + "://" + u.Address()
		p.flags["proxy-bypass-list"] = "<-loopback>;" + strings.ReplaceAll(in.Proxy.NoProxy, ",", ";")
		p.notes = append(p.notes, "Chromium asks through the forward proxy, and is not given its password.")
	} else {
		p.flags["no-proxy-server"] = true
	}
	switch {
	case in.TLS.Insecure:
		p.flags["ignore-certificate-errors"] = true
		p.notes = append(p.notes, "Chromium was told not to check certificates, as the command says (-k).")
	case in.TLS.CAFile != "":
		pins, err := pins(in.TLS.CAFile)
		if err != nil {
			p.remove()
			return nil, err
		}
		p.flags["ignore-certificate-errors-spki-list"] = pins
	}
	if err := p.preferences(o); err != nil {
		p.remove()
		return nil, err
	}
	return p, nil
}

// sandboxed says whether Chromium can keep its sandbox. It refuses to for root; in a container, where root is what there
// is, it goes without, and says so.
func sandboxed(o Options) (keep bool, note string, err error) {
	switch {
	case runtime.GOOS != "linux" || os.Geteuid() != 0 && !o.NoSandbox:
		return true, "", nil
	case o.NoSandbox || contained():
		return false, "Chromium had no sandbox, as root has none: for trusted pages only.", nil
	}
	return false, "", &Missing{"Chromium keeps its sandbox only for an ordinary user, and this is root: run why401 as one, or say --no-sandbox for a page that you trust"}
}

// contained reports a container, by the marks that Docker, Podman, systemd-nspawn and Kubernetes leave.
func contained() bool {
	for _, f := range []string{"/.dockerenv", "/run/.containerenv"} {
		if _, err := os.Stat(f); err == nil {
			return true
		}
	}
	if os.Getenv("container") != "" || os.Getenv("KUBERNETES_SERVICE_HOST") != "" {
		return true
	}
	b, _ := os.ReadFile("/proc/1/cgroup")
	return strings.Contains(string(b), "docker") || strings.Contains(string(b), "kubepods") || strings.Contains(string(b), "lxc")
}

// rules maps host names as the command does (--resolve), and lets no host and port resolve that the user did not name:
// neither other sites nor addresses of the local network are there for the page. Web sockets, which do not pass the gate,
// are held by that, too.
func rules(in *exchange.Intent, calls []exchange.Origin) string {
	to := map[string]string{}
	name := func(host, port string) {
		a := net.JoinHostPort(host, port)
		to[a] = a
	}
	u := in.Request.URL
	name(u.Host, u.Port)
	if u.Scheme == "http" && u.Port == "80" {
		name(u.Host, "443") // where the gate lets a redirect go
	}
	for _, c := range calls {
		name(c.Host, c.Port)
	}
	if in.Proxy != nil {
		name(in.Proxy.URL.Host, in.Proxy.URL.Port)
	}
	for from, addr := range in.Resolve {
		if _, ok := to[from]; ok {
			to[from] = addr
		}
	}
	var out []string
	for from, addr := range to {
		out = append(out, "MAP "+from+" "+addr)
	}
	slices.Sort(out)
	return strings.Join(append(out, "MAP * ~NOTFOUND"), ", ")
}

// pins are the keys of a file of certificates, as Chromium's list of trusted keys wants them.
func pins(file string) (string, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", &Missing{"the file of --cacert cannot be read: the page was not opened in Chromium"}
	}
	var out []string
	for {
		var block *pem.Block
		if block, b = pem.Decode(b); block == nil {
			break
		}
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			sum := sha256.Sum256(c.RawSubjectPublicKeyInfo)
			out = append(out, base64.StdEncoding.EncodeToString(sum[:]))
		}
	}
	if len(out) == 0 {
		return "", &Missing{"the file of --cacert holds no certificate: the page was not opened in Chromium"}
	}
	return strings.Join(out, ","), nil
}

// preferences writes the profile's settings before the browser first reads them.
func (p *place) preferences(o Options) error {
	mode := 0 // allow third-party cookies, as Chromium does in a normal window
	if o.BlockThirdParty {
		mode = 1
	}
	b, err := json.Marshal(map[string]any{
		"profile":                    map[string]any{"cookie_controls_mode": mode, "block_third_party_cookies": o.BlockThirdParty, "password_manager_enabled": false},
		"credentials_enable_service": false, "safebrowsing": map[string]any{"enabled": false}, "net": map[string]any{"network_prediction_options": 2},
		"search": map[string]any{"suggest_enabled": false}, "alternate_error_pages": map[string]any{"enabled": false}, "autofill": map[string]any{"enabled": false},
	})
	if err != nil {
		return fmt.Errorf("writing the browser's preferences: %w", err)
	}
	dir := filepath.Join(p.profile, "Default")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("making the browser's profile: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, "Preferences"), b, 0o600); err != nil {
		return fmt.Errorf("writing the browser's preferences: %w", err)
	}
	return nil
}
