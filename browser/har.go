package browser

import (
	"encoding/json"
	"strings"
	"time"

	"github.com/why401/why401/cred/cookie"
	"github.com/why401/why401/exchange"
)

// The part of HAR 1.2 that is written. What the browser said stands in a field of its own, as the format allows.
type (
	harFile struct {
		Log harLog `json:"log"`
	}
	harLog struct {
		Version string     `json:"version"`
		Creator harName    `json:"creator"`
		Browser harName    `json:"browser"`
		Pages   []struct{} `json:"pages"`
		Entries []harEntry `json:"entries"`
		Console []string   `json:"_console,omitempty"`
	}
	harName struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	harEntry struct {
		Started  string      `json:"startedDateTime"`
		Time     float64     `json:"time"`
		Kind     string      `json:"_resourceType,omitempty"`
		Request  harRequest  `json:"request"`
		Response harResponse `json:"response"`
		Cache    struct{}    `json:"cache"`
		Timings  harTimings  `json:"timings"`
		Said     *harSaid    `json:"_browser,omitempty"`
	}
	harPair struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	}
	harRequest struct {
		Method  string    `json:"method"`
		URL     string    `json:"url"`
		Proto   string    `json:"httpVersion"`
		Headers []harPair `json:"headers"`
		Query   []harPair `json:"queryString"`
		Cookies []harPair `json:"cookies"`
		Post    *harPost  `json:"postData,omitempty"`
		HeadLen int       `json:"headersSize"`
		BodyLen int       `json:"bodySize"`
	}
	harPost struct {
		Mime   string    `json:"mimeType"`
		Params []harPair `json:"params"`
		Text   string    `json:"text"`
	}
	harResponse struct {
		Status   int        `json:"status"`
		Reason   string     `json:"statusText"`
		Proto    string     `json:"httpVersion"`
		Headers  []harPair  `json:"headers"`
		Cookies  []harPair  `json:"cookies"`
		Content  harContent `json:"content"`
		Redirect string     `json:"redirectURL"`
		HeadLen  int        `json:"headersSize"`
		BodyLen  int        `json:"bodySize"`
		Error    string     `json:"_error,omitempty"`
	}
	harContent struct {
		Size int64  `json:"size"`
		Mime string `json:"mimeType"`
		Text string `json:"text,omitempty"`
	}
	harTimings struct {
		Send    int `json:"send"`
		Wait    int `json:"wait"`
		Receive int `json:"receive"`
	}
	harSaid struct {
		CORS    string      `json:"corsError,omitempty"`
		Kept    []harCookie `json:"cookiesNotSent,omitempty"`
		Dropped []harCookie `json:"cookiesNotStored,omitempty"`
		Unasked []harCookie `json:"cookiesNotConsidered,omitempty"`
	}
	harCookie struct {
		Name    string   `json:"name"`
		Reasons []string `json:"reasons,omitempty"`
	}
)

// HAR writes the recording as a HAR file. It holds every credential of it: redact before it is given away.
func HAR(rec *Recording) string {
	name, version, _ := strings.Cut(rec.Program, " ")
	f := harFile{harLog{Version: "1.2", Creator: harName{"why401", "1"}, Browser: harName{name, version}, Pages: []struct{}{}, Entries: []harEntry{}}}
	if rec.Entry != nil {
		f.Log.Console = rec.Entry.Console
	}
	for _, x := range rec.Exchanges {
		f.Log.Entries = append(f.Log.Entries, entry(x))
	}
	b, err := json.MarshalIndent(f, "", " ")
	if err != nil {
		return "" // numbers and strings always can be written
	}
	return string(b) + "\n"
}

func entry(x *exchange.Exchange) harEntry {
	u := x.Request.URL
	e := harEntry{Started: x.Sent.UTC().Format(time.RFC3339Nano),
		Request: harRequest{Method: x.Request.Method, URL: u.Scheme + "://" + u.Authority() + u.Target().Reveal(), Proto: x.Request.Proto,
			Headers: pairs(x.Request.Header), Query: []harPair{}, Cookies: []harPair{}, HeadLen: -1, BodyLen: -1},
		Response: harResponse{Headers: []harPair{}, Cookies: []harPair{}, HeadLen: -1, BodyLen: -1}}
	for _, p := range u.Query {
		e.Request.Query = append(e.Request.Query, harPair{p.Name, p.Value.Reveal()})
	}
	for _, f := range x.Request.Header.Values("Cookie") {
		for _, p := range cookie.ParseCookie(f) {
			e.Request.Cookies = append(e.Request.Cookies, harPair{p.Name, p.Value.Reveal()})
		}
	}
	if b := x.Request.Body; !b.Empty() {
		e.Request.Post = &harPost{Mime: x.Request.Header.Get("Content-Type"), Params: []harPair{}, Text: b.Reveal()}
		e.Request.BodyLen = b.Len()
	}
	if r := x.Response; r != nil {
		e.Response.Status, e.Response.Reason, e.Response.Proto, e.Response.Headers = r.Status, r.Reason, r.Proto, pairs(r.Header)
		e.Response.Redirect = r.Header.Text("Location").Reveal()
		e.Response.Content = harContent{Size: r.Body.Size, Mime: r.Header.Text("Content-Type").Reveal(), Text: string(r.Body.Bytes)}
	}
	if x.Failure != nil {
		e.Response.Error = x.Failure.Message
	}
	if b := x.Browser; b != nil {
		e.Kind = b.Kind
		said := harSaid{CORS: b.CORS, Kept: said(b.Kept), Dropped: said(b.Dropped), Unasked: said(b.Jar)}
		if said.CORS != "" || len(said.Kept)+len(said.Dropped)+len(said.Unasked) > 0 {
			e.Said = &said
		}
	}
	return e
}

func pairs(h exchange.Header) []harPair {
	out := []harPair{}
	for _, f := range h {
		out = append(out, harPair{f.Name, f.Value.Reveal()})
	}
	return out
}

func said(cs []exchange.BrowsedCookie) []harCookie {
	var out []harCookie
	for _, c := range cs {
		out = append(out, harCookie{c.Name, c.Reasons})
	}
	return out
}
