package nginx

import (
	"strings"
	"testing"

	"github.com/why401/why401/conf"
)

// TestGRPC: what a gRPC server gets, and where grpc_pass is no address.
func TestGRPC(t *testing.T) {
	c := read(t, conf.Texts{"/etc/nginx/nginx.conf": `http {
	upstream rpc { server 127.0.0.1:50051; }
	server {
		listen 80;
		location / { grpc_pass grpc://rpc; grpc_set_header X-Real-IP $remote_addr; }
		location /own/ { grpc_pass 127.0.0.1:50051; grpc_set_header Host $host; }
		location /path/ { set $to 127.0.0.1:50051/x; grpc_pass $to; }
		location /port/ { set $to 127.0.0.1; grpc_pass $to; }
		location /name/ { set $to rpc.test:50051; grpc_pass $to; }
	}
}`})
	for _, x := range []struct {
		request string
		fields  []string
		status  int
		passed  string
	}{
		{request: "POST http://a.test/shop.Cart/Add", fields: []string{"Authorization: Bearer abcdefgh", "TE: gzip, Trailers", "Expect: x"},
			passed: "POST /shop.Cart/Add HTTP/2\nHost: rpc\nx-real-ip: 127.0.0.1\nte: trailers\nauthorization: Bearer abcdefgh"},
		{request: "GET http://a.test/own/x", fields: []string{"TE: gzip"}, passed: "GET /own/x HTTP/2\nhost: a.test"},
		{request: "GET http://a.test/path/", status: 500},
		{request: "GET http://a.test/port/", status: 500},
		{request: "GET http://a.test/name/", status: 502},
	} {
		got := trace(t, c, x.request, x.fields...)
		passed := ""
		if got.Next != nil {
			passed = got.Next.Method + " " + got.Next.Target.Reveal() + " " + got.Next.Proto
			for _, f := range got.Next.Header {
				passed += "\n" + f.Line()
			}
		}
		if got.Status != x.status || passed != x.passed || x.status != 0 && (got.Refusing == nil || !strings.Contains(got.Refusing.Place.String(), "nginx.conf:")) {
			t.Errorf("%s: status %d, passed on:\n%s\nwant %d:\n%s\n%+v", x.request, got.Status, passed, x.status, x.passed, got.Steps)
		}
	}
}
