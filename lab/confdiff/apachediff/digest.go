package apachediff

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"github.com/why401/why401/lab/confdiff"
)

var realms = []string{"In here", "shop", `a "quoted" name`}

func hexMD5(s string) string {
	sum := md5.Sum([]byte(s))
	return hex.EncodeToString(sum[:])
}

// realmUsers is a file of htdigest.
func realmUsers() string {
	out := "# by realm\nnot a line\n"
	for _, r := range realms {
		out += "alice:" + r + ":" + hexMD5("alice:"+r+":wonderland") + "\nbob:" + r + ":" + hexMD5("bob:"+r+":builder") + ":more\nalice:" + r + ":again\n"
	}
	return out
}

// digestLogin is a login with Digest: what is right of it and what is not.
type digestLogin struct {
	user, password, realm, uri, qop, algorithm, opaque, nonce, scheme, drop string
}

func (g *gen) digestLogin() *digestLogin {
	l := &digestLogin{user: "alice", password: "wonderland", qop: "auth", scheme: "Digest"}
	switch g.IntN(24) {
	case 0:
		l.password = "wrong"
	case 1:
		l.user = "nobody"
	case 2:
		l.user, l.password = "bob", "builder"
	case 3:
		l.realm = realms[g.IntN(len(realms))]
	case 4:
		l.uri = g.pick("/elsewhere", "/a.html", "http://other.test/", "*")
	case 5:
		l.uri = "without the query"
	case 6:
		l.qop = g.pick("", "auth-int", "AUTH", "none")
	case 7:
		l.algorithm = g.pick("MD5", "md5", "SHA-256", "MD5-sess")
	case 8:
		l.opaque = g.pick("zz", "0", "12ab")
	case 9:
		l.nonce = g.pick("short", strings.Repeat("n", 52), "")
	case 10:
		l.drop = g.pick("username", "nonce", "uri", "response", "cnonce", "nc", "realm")
	case 11:
		l.scheme = g.pick("digest", "DIGEST", "Digest,")
	}
	return l
}

// fill asks the server for a nonce where the login has none of its own, and writes the credentials. It reports that the nonce is
// the server's, which holds for it with the opaque value that it came with, and here it comes with none.
func (l *digestLogin) fill(t *testing.T, q *confdiff.Request) bool {
	t.Helper()
	if l == nil {
		return false
	}
	realm, nonce, live := l.realm, l.nonce, false
	first, err := confdiff.Send(*q)
	if err != nil {
		t.Fatalf("%v\n%s", err, q.Wire())
	}
	for _, c := range first.Challenges {
		if rest, ok := strings.CutPrefix(c, `Digest realm="`); ok {
			r, rest, _ := strings.Cut(rest, `", nonce="`)
			if realm == "" {
				realm = strings.ReplaceAll(r, `\"`, `"`)
			}
			if nonce == "" {
				nonce, _, _ = strings.Cut(rest, `"`)
				live = l.opaque == ""
			}
		}
	}
	if realm == "" {
		realm = realms[0]
	}
	uri := q.Target
	switch {
	case l.uri == "without the query":
		uri, _, _ = strings.Cut(uri, "?")
	case l.uri != "":
		uri = l.uri
	}
	params := [][2]string{{"username", l.user}, {"realm", strings.ReplaceAll(realm, `"`, `\"`)}, {"nonce", nonce}, {"uri", uri}}
	ha1, ha2 := hexMD5(l.user+":"+realm+":"+l.password), hexMD5(q.Method+":"+uri)
	response := hexMD5(ha1 + ":" + nonce + ":" + ha2)
	if l.qop != "" {
		response = hexMD5(ha1 + ":" + nonce + ":00000001:c0ffee:" + l.qop + ":" + ha2)
		params = append(params, [2]string{"qop", l.qop}, [2]string{"nc", "00000001"}, [2]string{"cnonce", "c0ffee"})
	}
	params = append(params, [2]string{"response", response})
	if l.algorithm != "" {
		params = append(params, [2]string{"algorithm", l.algorithm})
	}
	if l.opaque != "" {
		params = append(params, [2]string{"opaque", l.opaque})
	}
	var out []string
	for _, p := range params {
		switch {
		case p[0] == l.drop:
		case p[0] == "nc" || p[0] == "qop" || p[0] == "algorithm":
			out = append(out, p[0]+"="+p[1])
		default:
			out = append(out, fmt.Sprintf(`%s="%s"`, p[0], p[1]))
		}
	}
	q.Fields = append(q.Fields, [2]string{"Authorization", l.scheme + " " + strings.Join(out, ", ")})
	return live
}
