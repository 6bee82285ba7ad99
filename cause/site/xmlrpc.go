package site

import (
	"encoding/xml"
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
)

// XMLRPC reports the address of WordPress's XML-RPC, and the path before it.
func XMLRPC(u exchange.URL) (root string, ok bool) { return strings.CutSuffix(u.Path, "/xmlrpc.php") }

// API reports an address of either of WordPress's APIs, REST or XML-RPC, and the path before it.
func API(u exchange.URL) (root string, ok bool) {
	if root, ok := REST(u); ok {
		return root, true
	}
	return XMLRPC(u)
}

// The codes of WordPress's own faults about logins (wp-includes/class-wp-xmlrpc-server.php, login). On 6.1.9 the first comes with
// status 200, the second with 405.
const (
	FaultRefused  = 403 // "Incorrect username or password."
	FaultDisabled = 405 // "XML-RPC services are disabled on this site.": the filter xmlrpc_enabled says so
)

// Fault reads the fault of an XML-RPC answer (xmlrpc.com/spec.md, "Fault example").
func Fault(x *exchange.Exchange) (code int, message string, ok bool) {
	b := x.Body()
	if len(b) == 0 || len(b) > mostRead || b[0] != '<' {
		return 0, "", false
	}
	var doc struct {
		XMLName xml.Name `xml:"methodResponse"`
		Members []struct {
			Name  string   `xml:"name"`
			Value rpcValue `xml:"value"`
		} `xml:"fault>value>struct>member"`
	}
	if xml.Unmarshal(b, &doc) != nil {
		return 0, "", false
	}
	for _, m := range doc.Members {
		switch strings.TrimSpace(m.Name) {
		case "faultCode":
			n, err := strconv.Atoi(strings.TrimSpace(m.Value.Int + m.Value.I4))
			code, ok = n, err == nil
		case "faultString":
			message = strings.TrimSpace(m.Value.text())
		}
	}
	return code, message, ok
}

// rpcValue is a value of XML-RPC; one without a type is a string.
type rpcValue struct {
	Int    string `xml:"int"`
	I4     string `xml:"i4"`
	String string `xml:"string"`
	Bare   string `xml:",chardata"`
}

func (v rpcValue) text() string {
	if v.String != "" {
		return v.String
	}
	return v.Bare
}

// rpcCall matches the body of an XML-RPC call of which a parameter satisfies the pattern.
type rpcCall struct {
	param interface{ MatchString(string) bool }
}

// MatchString reads the call; a closed text is asked by this, and stays closed.
func (c rpcCall) MatchString(body string) bool {
	if len(body) > mostRead {
		return false
	}
	var doc struct {
		XMLName xml.Name   `xml:"methodCall"`
		Params  []rpcValue `xml:"params>param>value"`
	}
	if xml.Unmarshal([]byte(body), &doc) != nil {
		return false
	}
	for _, p := range doc.Params {
		if c.param.MatchString(strings.TrimSpace(p.text())) {
			return true
		}
	}
	return false
}

// CallsWithAppPassword reports an XML-RPC call that brings something of the form in which WordPress shows an application
// password: six groups of four. There it stands in the body, as any password does.
func CallsWithAppPassword(v *cause.View) bool {
	_, rpc := XMLRPC(v.Request.URL)
	return rpc && v.Request.Body.Match(rpcCall{grouped})
}
