package bisect

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// reply is what a question was answered, reduced to what does not change from one request to the next.
type reply struct {
	text  string // "403 rest_api_sealed", "302 to /wp-login.php"
	in    bool   // the request is let in
	fails bool   // the server failed: 5xx, or no answer
}

var errorCode = lazyregexp.New(`^[A-Za-z0-9_.-]{1,64}$`)

// read reduces the last exchange of a request.
func read(x *exchange.Exchange) reply {
	if x.Response == nil {
		why := "no answer"
		if x.Failure != nil {
			why += " (" + x.Failure.Step + ")"
		}
		return reply{text: why, fails: true}
	}
	r := reply{text: fmt.Sprint(x.Status()), in: cause.Passed(x), fails: x.Status() >= 500}
	media, _, _ := strings.Cut(strings.ToLower(x.Header().Get("Content-Type")), ";")
	media = strings.TrimSpace(media)
	var said struct {
		Code any `json:"code"`
	}
	body := x.Response.Body.Bytes
	isJSON := json.Valid(body)
	switch {
	case x.Status()/100 == 3 && x.Status() != 304:
		if u, err := x.Request.URL.Resolve(x.Response.Header.Text("Location").Reveal()); err == nil {
			r.text += " to " + u.Path
		}
	case isJSON && json.Unmarshal(body, &said) == nil && said.Code != nil:
		if code, ok := said.Code.(string); ok && errorCode.MatchString(code) {
			r.text += " " + code
		}
	case ofREST(x.Request.URL) && x.Request.Method != "HEAD" && x.Status() != 204 && !x.Response.Body.Truncated && !isJSON:
		// A plugin that prints something in front of it breaks the answer for every program.
		r.text += " with no JSON (" + media + ")"
		r.in = false
	case media != "" && !isJSON:
		r.text += " (" + media + ")"
	}
	if x.Hop > 0 {
		r.text += " at " + x.Request.URL.Path
	}
	if !r.in && x.Status()/100 == 2 {
		r.text += ", which lets nobody in"
	}
	return r
}

// ofREST reports an address of the REST API, in either form (wp-includes/rest-api.php).
func ofREST(u exchange.URL) bool {
	_, routed := u.Param("rest_route")
	return routed || strings.Contains(u.Path+"/", "/wp-json/")
}
