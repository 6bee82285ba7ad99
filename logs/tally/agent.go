package tally

import (
	"strings"

	"github.com/cespare/xxhash/v2"
)

// Sort says what a user agent is.
type Sort uint8

// The sorts. What software calls itself is a hint; that a client behaves like a scanner is seen from its requests.
const (
	Program Sort = iota // an application or a library
	Browser
	Monitor // asks the same thing over and over, on purpose
	Bot     // reads the site for somebody's index
	Scanner // looks for holes
)

// Agent is a user agent: family and version, and what it is.
type Agent struct {
	Name string // "Chrome/131", "okhttp/4.9.3", "Acme-iOS/3.2.1"
	Sort Sort
}

// knownAgent is an agent that was read before.
type knownAgent struct {
	Agent
	raw     string // up to maxAgent
	name    []byte // Name once more, for whoever hashes it
	ofRaw   uint64 // the hash of raw
	ofName  uint64
	mozilla bool // it calls itself so, as browsers do
}

// maxAgent is how much of a User-Agent field is read.
const maxAgent = 512

var noAgent = readAgent("")

// hashOf is the hash of the whole field.
func (a *knownAgent) hashOf(raw []byte) uint64 {
	if len(raw) > maxAgent {
		return xxhash.Sum64(raw)
	}
	return a.ofRaw
}

// agent reads a User-Agent field. Of those that came last one is kept for each length, modulo maxRecent, so that most are found
// without looking into the map.
func (t *Tally) agent(raw []byte) *knownAgent {
	if len(raw) == 0 {
		return noAgent
	}
	raw = raw[:min(len(raw), maxAgent)]
	recent := &t.recent[len(raw)%maxRecent]
	if *recent != nil && (*recent).raw == string(raw) {
		return *recent
	}
	a := t.agents[string(raw)]
	if a == nil {
		if len(t.agents) >= 1<<13 {
			clear(t.agents)
		}
		a = readAgent(string(raw))
		t.agents[a.raw] = a
	}
	*recent = a
	return a
}

func readAgent(raw string) *knownAgent {
	a := &knownAgent{Agent: ReadAgent(raw), raw: raw, ofRaw: xxhash.Sum64String(raw), mozilla: strings.HasPrefix(raw, "Mozilla/")}
	a.Name = a.Name[:min(len(a.Name), maxText)]
	a.name, a.ofName = []byte(a.Name), xxhash.Sum64String(a.Name)
	return a
}

const maxRecent = 128

// families are words by which well-known software names itself, in the order in which they are looked for.
var families = []struct {
	word string
	sort Sort
}{
	{"sqlmap", Scanner}, {"nikto", Scanner}, {"nuclei", Scanner}, {"zgrab", Scanner}, {"masscan", Scanner}, {"wpscan", Scanner}, {"gobuster", Scanner},
	{"dirbuster", Scanner}, {"feroxbuster", Scanner}, {"ffuf", Scanner}, {"hydra", Scanner}, {"censysinspect", Scanner}, {"expanse", Scanner}, {"l9explore", Scanner},
	{"l9tcpid", Scanner}, {"nmap", Scanner}, {"acunetix", Scanner}, {"nessus", Scanner}, {"openvas", Scanner}, {"internet-measurement", Scanner},
	{"uptimerobot", Monitor}, {"uptime-kuma", Monitor}, {"pingdom", Monitor}, {"statuscake", Monitor}, {"kube-probe", Monitor}, {"elb-healthchecker", Monitor},
	{"googlehc", Monitor}, {"blackbox", Monitor}, {"prometheus", Monitor}, {"check_http", Monitor}, {"datadog", Monitor}, {"site24x7", Monitor},
	{"hetrixtools", Monitor}, {"better uptime", Monitor}, {"better stack", Monitor}, {"consul health", Monitor}, {"zabbix", Monitor}, {"icinga", Monitor}, {"nagios", Monitor}, {"monitis", Monitor},
	{"health", Monitor}, {"monit", Monitor}, {"gatus", Monitor}, {"why401", Monitor}, {"updown.io", Monitor}, {"freshping", Monitor}, {"haproxy", Monitor},
	{"googlebot", Bot}, {"bingbot", Bot}, {"yandexbot", Bot}, {"baiduspider", Bot}, {"duckduckbot", Bot}, {"slurp", Bot}, {"applebot", Bot}, {"ahrefsbot", Bot},
	{"semrushbot", Bot}, {"mj12bot", Bot}, {"gptbot", Bot}, {"claudebot", Bot}, {"bytespider", Bot}, {"petalbot", Bot}, {"facebookexternalhit", Bot}, {"crawler", Bot},
	{"spider", Bot}, {"bot/", Bot}, {"bot;", Bot}, {"archiver", Bot},
}

// browsers by the product token that names them, the telling one first: Edge calls itself Chrome and Safari too.
var browsers = []string{"Edg/", "OPR/", "SamsungBrowser/", "YaBrowser/", "Vivaldi/", "Firefox/", "FxiOS/", "CriOS/", "HeadlessChrome/", "Chrome/", "Version/"}

// ReadAgent reads a User-Agent field (RFC 9110, section 10.1.5): products with versions, and comments.
func ReadAgent(raw string) Agent {
	low := strings.ToLower(raw)
	for _, f := range families {
		if i := strings.Index(low, f.word); i >= 0 && !(f.word == "hydra" && i > 0 && isWord(low[i-1])) {
			return Agent{Name: product(raw, i, len(f.word)), Sort: f.sort}
		}
	}
	if strings.HasPrefix(raw, "Mozilla/") {
		for _, b := range browsers {
			if i := strings.Index(raw, b); i >= 0 {
				name := strings.TrimSuffix(b, "/")
				if b == "Version/" {
					name = "Safari"
				}
				major, _, _ := strings.Cut(word(raw[i+len(b):]), ".")
				return Agent{Name: name + "/" + major, Sort: Browser}
			}
		}
		return Agent{Name: "Mozilla", Sort: Browser}
	}
	return Agent{Name: word(raw), Sort: Program}
}

func isWord(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' }

// product is the product token around raw[at:at+n], with its version.
func product(raw string, at, n int) string {
	from := strings.LastIndexAny(raw[:at], " ;(") + 1
	if w := word(raw[from:]); w != "" {
		return w
	}
	return raw[at : at+n]
}

// word is s up to the end of its first product token; of a version the first three numbers.
func word(s string) string {
	if i := strings.IndexAny(s, " ;(),"); i >= 0 {
		s = s[:i]
	}
	name, version, ok := strings.Cut(s, "/")
	if !ok {
		return s
	}
	if parts := strings.SplitN(version, ".", 4); len(parts) == 4 {
		version = strings.Join(parts[:3], ".")
	}
	return name + "/" + version
}

// Family is an agent's name without the version.
func Family(name string) string {
	family, _, _ := strings.Cut(name, "/")
	return family
}

// SortOf says what the agent of that name is.
func SortOf(name string) Sort {
	low := strings.ToLower(name)
	for _, f := range families {
		if strings.Contains(low, strings.TrimRight(f.word, "/;")) {
			return f.sort
		}
	}
	for _, b := range browsers {
		if strings.HasPrefix(name, b) || strings.HasPrefix(name, "Safari/") || name == "Mozilla" {
			return Browser
		}
	}
	return Program
}
