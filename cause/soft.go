package cause

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/internal/lazyregexp"
)

// Soft is what a 2xx reply says inside, where it is no success: many applications answer 200 and put the error into the
// body.
type Soft int

// The kinds of reply inside a 2xx.
const (
	NotSoft     Soft = iota // nothing in the body speaks against the status
	SoftError               // an error, not known to be one of authentication
	SoftRefusal             // a refusal: 401, 403, "not logged in"
)

const softLimit = 256 << 10 // a body beyond that is content, not an error

// SoftOf reads the body of a 2xx reply. It knows errors by their form, not by their prose: an object that holds an
// error and nothing else, GraphQL errors without data, success: false, a status of 4xx inside, an XML error or fault as
// the root, and a page or a short text that is titled as a refusal.
func SoftOf(x *exchange.Exchange) Soft {
	if x.Status()/100 != 2 || x.Request.Method == "HEAD" || x.Request.Method == "OPTIONS" {
		return NotSoft
	}
	b := bytes.TrimSpace(x.Body())
	if len(b) == 0 || len(b) > softLimit {
		return NotSoft
	}
	switch {
	case b[0] == '{':
		return softJSON(b)
	case b[0] == '<':
		return softMarkup(b)
	case b[0] == '[' || b[0] == '"' || len(b) > 300 || bytes.Count(b, []byte("\n")) > 3:
		return NotSoft
	}
	if refuses(b) {
		return SoftRefusal
	}
	return NotSoft
}

var (
	refusing  = lazyregexp.New(`(?i)\bun_?auth(ori[sz]ed|enticated)\b|\bnot[ _-]?auth(ori[sz]ed|enticated|ed)\b|\bforbidden\b|(access|permission)[ _-]?denied|\b(log ?in|sign ?in|auth(entication|ori[sz]ation)?)[ _-](is )?(required|needed)|(invalid|expired|missing|wrong|bad)[ _-](access[ _-]?|auth[ _-]?|api[ _-]?|bearer )?(token|auth|key|credentials?|session|signature)|(token|session|credentials?|key)[ _-](is |are |has |was )?(not valid|invalid|expired|missing|revoked|required|wrong)|not logged[ _-]?in|please (log|sign) in|session (has )?expired`)
	titled    = lazyregexp.New(`(?is)<title[^>]{0,80}>([^<]{0,160})</title>`)
	parts     = lazyregexp.New(`\s+[|–—·-]\s+|\||: `)
	coded     = lazyregexp.New(`(?i)\b(http|error|status)?\W*40[13]\b`)
	obstacle  = lazyregexp.New(`(?i)^error\b|^just a moment|^attention required|^checking your browser|^(verify )?you are human|^security check|^are you (a )?(human|robot)`)
	inner     = lazyregexp.New(`<(?:[A-Za-z0-9_-]+:)?status>\s*HTTP/1\.1 40[13]`)
	xmlError  = lazyregexp.New(`(?s)^(<\?xml[^>]*\?>)?\s*(<!--.{0,500}?-->\s*)?<(?:[A-Za-z0-9_-]+:)?(Error|error|errors|Errors|ErrorResponse|Fault|Exception|ServiceExceptionReport|ExceptionReport)\b`)
	soapFault = lazyregexp.New(`(?s)<(?:[A-Za-z0-9_-]+:)?Body[^>]*>\s*<(?:[A-Za-z0-9_-]+:)?Fault\b`)
	// A fault of XML-RPC (xmlrpc.com/spec.md). Its codes are the program's own; 401 and 403 are HTTP's.
	rpcFault  = lazyregexp.New(`(?s)^(<\?xml[^>]*\?>)?\s*<methodResponse>\s*<fault>`)
	rpcDenied = lazyregexp.New(`<name>\s*faultCode\s*</name>\s*<value>\s*<(?:int|i4)>\s*40[13]\s*<`)
	htmlStart = lazyregexp.New(`(?i)^(<!--.{0,500}?-->\s*)?<(!doctype html|html)`)
)

// refusingWords are what every wording of refusing holds one of: most bodies need no more than this look.
var refusingWords = [][]byte{[]byte("auth"), []byte("forbidden"), []byte("denied"), []byte("log"), []byte("sign"), []byte("token"),
	[]byte("key"), []byte("credential"), []byte("session")}

func refuses(b []byte) bool {
	low := bytes.ToLower(b)
	return slices.ContainsFunc(refusingWords, func(w []byte) bool { return bytes.Contains(low, w) }) && refusing.Match(b)
}

func softMarkup(b []byte) Soft {
	head := b[:min(len(b), 8<<10)]
	if htmlStart.Match(head) {
		if m := titled.FindSubmatch(head); m != nil {
			return softTitle(string(m[1]))
		}
		return NotSoft
	}
	switch {
	case xmlError.Match(head), soapFault.Match(head):
		if refuses(head) || bytes.Contains(head, []byte("AccessDenied")) {
			return SoftRefusal
		}
		return SoftError
	case rpcFault.Match(head):
		if rpcDenied.Match(head) || refuses(head) {
			return SoftRefusal
		}
		return SoftError
	case inner.Match(head) && !bytes.Contains(b, []byte("HTTP/1.1 200")):
		return SoftRefusal // a multi-status (RFC 4918 13) of which nothing was let in
	}
	return NotSoft
}

// softTitle reads a page's title. One of its parts, between bars and dashes, must be the refusal and nothing else: "The
// forbidden city" is a guide.
func softTitle(title string) Soft {
	for _, part := range parts.Get().Split(title, 8) {
		part = strings.Trim(part, " \t\r\n.!")
		bare := strings.Trim(coded.ReplaceAllString(part, ""), " \t\r\n.!:-#()")
		switch at := refusing.FindStringIndex(bare); {
		case part != "" && bare == "", at != nil && at[0] == 0 && at[1] == len(bare):
			return SoftRefusal
		case obstacle.MatchString(bare):
			return SoftError
		}
	}
	return NotSoft
}

// beside are members that may stand beside an error without being content.
var beside = map[string]bool{"error": true, "errors": true, "err": true, "fault": true, "exception": true, "error_description": true,
	"error_uri": true, "error_code": true, "errorcode": true, "errorcodes": true, "error_codes": true, "errormessage": true, "error_message": true,
	"errmsg": true, "errcode": true, "message": true, "messages": true, "msg": true, "reason": true, "detail": true, "details": true, "description": true,
	"code": true, "status": true, "status_code": true, "statuscode": true, "success": true, "ok": true, "result": true, "timestamp": true,
	"time": true, "path": true, "request_id": true, "requestid": true, "trace_id": true, "traceid": true, "correlation_id": true, "hint": true,
	"documentation_url": true, "type": true, "title": true, "instance": true, "jsonrpc": true, "id": true, "extensions": true, "data": true,
	"needed": true, "provided": true, "warning": true, "retryable": true, "is_error": true}

func softJSON(b []byte) Soft {
	var o map[string]json.RawMessage
	if json.Unmarshal(b, &o) != nil {
		return NotSoft
	}
	bad, content, refused, failed := false, false, false, false
	said := ""
	for name, raw := range o {
		key := strings.ToLower(name)
		var value any
		if json.Unmarshal(raw, &value) != nil {
			continue
		}
		if !beside[key] || (key == "data" || key == "result") && full(value) && value != "error" && value != "fail" {
			content = content || full(value)
			continue
		}
		switch key {
		case "error", "errors", "err", "fault", "exception", "errcode", "error_code", "errorcode":
			if full(value) {
				bad = true
				said += " " + fmt.Sprint(value)
			}
		case "is_error": // CiviCRM
			bad = bad || full(value)
		case "success", "ok":
			failed = failed || value == false || value == "false"
		case "status", "code", "status_code", "statuscode", "result":
			s := strings.ToLower(fmt.Sprint(value))
			switch s {
			case "error", "fail", "failed", "failure", "unauthorized", "unauthenticated", "forbidden", "denied":
				bad = true
			case "401", "403", "419":
				bad, refused = true, true
			case "400", "404", "500", "502", "503":
				bad = true
			}
			said += " " + s
		case "message", "messages", "msg", "reason", "detail", "details", "description", "error_description", "error_message", "errormessage", "errmsg", "title":
			said += " " + fmt.Sprint(value)
		}
	}
	refused = refused || refusing.MatchString(said) || strings.Contains(said, "UNAUTHENTICATED") || strings.Contains(said, "AUTH_NOT_AUTH")
	graph := strings.Contains(said, "UNAUTHENTICATED") || strings.Contains(said, "AUTH_NOT_AUTH")
	switch {
	case nobody(o), failed && refused, bad && refused && (!content || graph), refused && !content && len(o) <= 3 && said != "":
		return SoftRefusal
	case failed, bad && !content:
		return SoftError
	}
	return NotSoft
}

// nobody reports an object that says in a member of its own that the caller is not logged in.
func nobody(o map[string]json.RawMessage) bool {
	for name, raw := range o {
		switch strings.ToLower(strings.ReplaceAll(name, "_", "")) {
		case "authenticated", "isauthenticated", "loggedin", "isloggedin", "authorized", "isauthorized":
			if string(raw) == "false" {
				return true
			}
		}
	}
	return false
}

// full reports a JSON value that says something: neither null, false, 0, empty nor "null".
func full(v any) bool {
	switch v := v.(type) {
	case nil:
		return false
	case bool:
		return v
	case float64:
		return v != 0
	case string:
		return v != "" && v != "null" && v != "0" && v != "none"
	case []any:
		return len(v) > 0
	case map[string]any:
		for _, inner := range v {
			if full(inner) {
				return true
			}
		}
		return false
	}
	return true
}
