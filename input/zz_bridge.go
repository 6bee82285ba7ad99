// Temporary bridge: delete this file as soon as the real package is here.
package input

import (
	"io"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/curl"
)

type Options struct{}
type Result struct {
	Intents []*exchange.Intent
	What    string
}

func Read(args []string, _ io.Reader, _ Options) (Result, error) {
	s := args[0]
	if s == "curl" {
		in, err := curl.Args(args, curl.Options{})
		return Result{in, "a curl command"}, err
	}
	if strings.HasPrefix(s, "curl ") {
		in, err := curl.Commands(s, curl.Options{})
		return Result{in, "a curl command"}, err
	}
	u, err := exchange.ParseURL(s)
	if err != nil {
		return Result{}, err
	}
	in := &exchange.Intent{Agent: exchange.Agent{Name: "why401"}, Follow: true, Request: exchange.Request{Method: "GET", URL: u, Proto: "HTTP/1.1",
		Header: exchange.Header{exchange.RequestField("Host", u.Authority()), exchange.RequestField("User-Agent", "why401"), exchange.RequestField("Accept", "*/*")}}}
	return Result{[]*exchange.Intent{in}, "a URL"}, nil
}

func AmbientIn(env func(string) string, netrc string, u exchange.URL) []fact.Fact { return nil }
