package real

import (
	"strings"
	"testing"
)

// slots bounds how many worlds run at once: more than the machine's cores only makes each slower.
var slots = make(chan struct{}, 3)

func limit(t *testing.T) {
	t.Parallel()
	slots <- struct{}{}
	t.Cleanup(func() { <-slots })
}

func contains(s, part string) bool { return strings.Contains(s, part) }

func cut(line string) (user, hash string, ok bool) { return strings.Cut(line, ":") }

func caddyUser(user, hash string) string { return "\t" + user + " " + hash + "\n" }

const apacheBasic = `
<Location />
	AuthType Basic
	AuthName "in"
	AuthUserFile @dir@/htpasswd
	Require valid-user
</Location>
`

// pythonBasic is a small WSGI application on the standard library's server.
const pythonBasic = `
import os, sys, base64
from wsgiref.simple_server import make_server, WSGIRequestHandler

class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass

def app(env, start):
    sent = env.get("HTTP_AUTHORIZATION", "")
    ok = sent == "Basic " + base64.b64encode(b"alice:wonderland").decode()
    status = "200 OK" if ok else "401 Unauthorized"
    print(status[:3], env["REQUEST_METHOD"], env["PATH_INFO"], sent or "-", "-", "-", "-", sep="\t")
    start(status, [("Content-Type", "text/plain"), ("WWW-Authenticate", 'Basic realm="in"')])
    return [b"inside\n" if ok else b"no\n"]

make_server("127.0.0.1", int(os.environ["PORT"]), app, handler_class=Quiet).serve_forever()
`
