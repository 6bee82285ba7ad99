// Package snippet reads commands and pieces of code that make a request: curl in three shells, PowerShell, wget, HTTPie,
// and calls in JavaScript, Python, PHP, Go, Java, Ruby and C#.
//
// Nothing is run. Commands are split as their shell would split them; code is read by a small tolerant reader of
// literals, calls and assignments, which every language shares. What a variable holds is known only where the text
// itself assigns a literal to it; other variables are named in Intent.Variables and Intent.Notes, and what they would
// fill is left out of the request.
package snippet

import (
	"fmt"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
)

// maxText is the longest text that is read: 1 MiB.
const maxText = 1 << 20

// Forms are the readers, one for each kind.
var Forms = []form.Form{
	shaped("curl", "a curl command", "bash", "curl-bash"),
	shaped("curl-cmd", "a curl command for the Windows prompt"),
	shaped("powershell", "a PowerShell command", "iwr"),
	shaped("fetch", "a fetch call"),
	shaped("node-fetch", "a fetch call for Node.js"),
	shaped("axios", "an axios call"),
	shaped("xhr", "an XMLHttpRequest or $.ajax call", "jquery"),
	shaped("python-requests", "a Python request", "python", "requests", "httpx", "urllib"),
	shaped("httpie", "an HTTPie command"),
	shaped("wget", "a wget command"),
	shaped("php", "a PHP request", "guzzle"),
	shaped("go-code", "a Go request"),
	shaped("java-code", "a Java request", "okhttp"),
	shaped("ruby-code", "a Ruby request", "faraday"),
	shaped("csharp-code", "a C# request", "dotnet"),
}

func shaped(kind, what string, also ...string) form.Form {
	return form.Form{Kind: kind, What: what, Also: also,
		Is: func(text string) int { return likeness(kind, text) },
		Read: func(text string, o form.Options) (exchange.Evidence, error) {
			if len(text) > maxText {
				return exchange.Evidence{}, fmt.Errorf("larger than 1 MiB; expected %s", what)
			}
			e, _, err := read(kind, plainText(text), o)
			if err == nil && len(e.Intents) == 0 {
				err = fmt.Errorf("no request found; expected %s", what)
			}
			return e, err
		}}
}
