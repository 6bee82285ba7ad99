package curl

import (
	"strconv"
	"strings"
	"time"
)

// operation is what the options up to --next add up to.
type operation struct {
	targets            []*target
	headers, toProxy   []string // -H and --proxy-header, as given
	data               []byte
	hasData            bool
	json, get          bool
	query              string // --url-query
	form               []formPart
	kind               kind
	noBody             bool
	method             *string // -X
	agent, referer     *string
	cookies            []string // -b name=value
	cookieFiles        []string
	cookieJar          bool // -c: keeps cookies from reply to request
	junk               bool
	ranges             string
	resume             string
	timeCond           string
	target             string // --request-target
	asIs, noGlob       bool
	escape             bool // --form-escape
	user               *string
	bearer             string
	auth, proxyAuth    schemes
	sigv4              string
	netrc              netrcUse
	netrcFile          string
	proxy, proxyUser   *string
	proxyScheme        string // set by --socks5 and its like
	proxyFrom          string
	tunnel             bool
	proxyInsecure      bool
	noProxy            *string
	follow, trusted    bool
	keepPost           bool
	maxRedirs          *int
	insecure           bool
	ca, caDir          string
	cert, certType     string
	key, pass          string
	resolve, connectTo []string
	iface              string
	http               string
	ip                 int
	socket             string
	compressed, te     bool
	maxTime, connect   time.Duration
	proto              []string
	protoDefault       string
	noUserInURL        bool
	etag               *string
}

// target is one URL of the command and what is uploaded to it.
type target struct {
	url    string
	hasURL bool
	upload *string // -T
}

// kind is the request that the options choose; two of them in one operation are refused.
type kind uint8

const (
	unspecified kind = iota
	kindGet
	kindHead
	kindForm
	kindPost
	kindPut
)

func (k kind) String() string {
	return [...]string{"", "GET (-G, --get)", "HEAD (-I, --head)", "multipart formpost (-F, --form)", "POST (-d, --data)", "PUT (-T, --upload-file)"}[k]
}

type netrcUse uint8

const (
	netrcNo netrcUse = iota
	netrcOptional
	netrcRequired
)

func newOperation() *operation { return &operation{} }

// addURL gives the URL to the first target that has none: -T may have come before.
func (op *operation) addURL(u string) {
	for _, t := range op.targets {
		if !t.hasURL {
			t.url, t.hasURL = u, true
			return
		}
	}
	op.targets = append(op.targets, &target{url: u, hasURL: true})
}

func (op *operation) addUpload(name string) {
	for _, t := range op.targets {
		if t.upload == nil {
			t.upload = &name
			return
		}
	}
	op.targets = append(op.targets, &target{upload: &name})
}

// choose is curl's check that only one kind of request is asked for.
func (op *operation) choose(k kind) error {
	if op.kind == unspecified || op.kind == k {
		op.kind = k
		return nil
	}
	return usage("", "curl can only select one HTTP request method; the command asks for both %s and %s", k, op.kind)
}

// seconds reads curl's decimal seconds.
func seconds(opt, v string) (time.Duration, error) {
	f, err := strconv.ParseFloat(v, 64)
	if err != nil || strings.ContainsAny(v, "xXpPiInN_") {
		return 0, usage(opt, "expected a number of seconds")
	}
	if f < 0 || f > 1e9 {
		return 0, usage(opt, "expected a number of seconds from 0 up")
	}
	return time.Duration(f * float64(time.Second)), nil
}

// number reads a decimal integer.
func number(opt, v string) (int, error) {
	n, err := strconv.Atoi(v)
	if err != nil {
		return 0, usage(opt, "expected a number")
	}
	return n, nil
}
