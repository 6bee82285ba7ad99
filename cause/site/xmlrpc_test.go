package site

import (
	"testing"

	"github.com/why401/why401/exchange"
)

func answered(body string) *exchange.Exchange {
	x := &exchange.Exchange{Response: &exchange.Response{Status: 200}}
	x.Response.Body.Bytes = []byte(body)
	return x
}

// wpFault is a fault as WordPress writes it (wp-includes/IXR/class-IXR-error.php).
const wpFault = `<?xml version="1.0" encoding="UTF-8"?>
<methodResponse>
  <fault>
    <value>
      <struct>
        <member>
          <name>faultCode</name>
          <value><int>403</int></value>
        </member>
        <member>
          <name>faultString</name>
          <value><string>Incorrect username or password.</string></value>
        </member>
      </struct>
    </value>
  </fault>
</methodResponse>
`

func TestFault(t *testing.T) {
	for body, want := range map[string]int{
		wpFault: 403,
		"<methodResponse><fault><value><struct><member><name>faultCode</name><value><i4>-32601</i4></value></member></struct></value></fault></methodResponse>": -32601,
		"<methodResponse><params><param><value><int>403</int></value></param></params></methodResponse>":                                                        0,
		"<methodResponse><fault></fault></methodResponse>":                                                                                                      0,
		"<methodResponse><fault><value><struct><member><name>faultCode</name><value><int>x</int></value></member></struct></value></fault></methodResponse>":    0,
		"<methodResponse>": 0, "": 0, "{}": 0,
	} {
		code, message, ok := Fault(answered(body))
		if code != want || ok != (want != 0) {
			t.Errorf("%.60q: %d %q %v, want %d", body, code, message, ok, want)
		}
		if want == 403 && message != "Incorrect username or password." {
			t.Errorf("message %q", message)
		}
	}
}

func TestRPCCall(t *testing.T) {
	call := func(p string) string {
		return "<?xml version=\"1.0\"?><methodCall><methodName>wp.getProfile</methodName><params><param><value>1</value></param><param><value><string>" + p + "</string></value></param></params></methodCall>"
	}
	for body, want := range map[string]bool{
		call("abcd EFGH 1234 ijkl MNOP 6789"): true,
		call("abcd EFGH 1234 ijkl MNOP"):      false,
		"<methodCall><params><param><value>abcd EFGH 1234 ijkl MNOP 6789</value></param></params></methodCall>": true,
		"abcd EFGH 1234 ijkl MNOP 6789": false,
		"":                              false,
	} {
		if got := (rpcCall{grouped}).MatchString(body); got != want {
			t.Errorf("%.60q: %v", body, got)
		}
	}
}

func FuzzXMLRPC(f *testing.F) {
	f.Add(wpFault)
	f.Add("<methodCall><params><param><value>x</value></param></params></methodCall>")
	f.Fuzz(func(t *testing.T, s string) {
		Fault(answered(s))
		(rpcCall{grouped}).MatchString(s)
	})
}
