package real

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// Recorder is a browser, or another program, whose exchanges are written down as a HAR (the format of the W3C's draft,
// http://www.softwareishard.com/blog/har-12-spec/), with the secrets in it, as browsers export it on demand.
type Recorder struct {
	w       *World
	client  *http.Client
	entries []harEntry
	pause   bool
}

// Recorder makes an empty one, with cookies, that takes any certificate and follows redirects.
func (w *World) Recorder() *Recorder {
	jar, _ := cookiejar.New(nil)
	r := &Recorder{w: w}
	r.client = &http.Client{Jar: jar, Transport: r, Timeout: curlLimit}
	return r
}

var recorded = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableCompression: true, DisableKeepAlives: true}

// RoundTrip sends q and writes it down with its answer.
func (r *Recorder) RoundTrip(q *http.Request) (*http.Response, error) {
	var sent []byte
	if q.Body != nil {
		sent, _ = io.ReadAll(q.Body)
		q.Body = io.NopCloser(bytes.NewReader(sent))
	}
	began := time.Now()
	a, err := recorded.RoundTrip(q)
	if err != nil {
		return nil, err
	}
	body, _ := io.ReadAll(a.Body)
	a.Body.Close()
	a.Body = io.NopCloser(bytes.NewReader(body))
	if r.pause {
		return a, nil
	}
	e := harEntry{Started: began.UTC().Format(time.RFC3339Nano), Time: float64(time.Since(began).Microseconds()) / 1000}
	e.Request = harRequest{Method: q.Method, URL: q.URL.String(), Version: "HTTP/1.1", Headers: append([]harPair{{"Host", q.URL.Host}}, pairs(q.Header)...), Size: len(sent)}
	if len(sent) > 0 {
		e.Request.Post = &harPost{q.Header.Get("Content-Type"), string(sent)}
	}
	e.Response = harResponse{Status: a.StatusCode, Text: http.StatusText(a.StatusCode), Version: "HTTP/1.1", Headers: pairs(a.Header), Redirect: a.Header.Get("Location"),
		Content: harContent{len(body), a.Header.Get("Content-Type"), string(body)}, Size: len(body)}
	r.entries = append(r.entries, e)
	return a, nil
}

type harEntry struct {
	Started  string      `json:"startedDateTime"`
	Time     float64     `json:"time"`
	Request  harRequest  `json:"request"`
	Response harResponse `json:"response"`
}

type harRequest struct {
	Method  string    `json:"method"`
	URL     string    `json:"url"`
	Version string    `json:"httpVersion"`
	Headers []harPair `json:"headers"`
	Post    *harPost  `json:"postData,omitempty"`
	Size    int       `json:"bodySize"`
}

type harResponse struct {
	Status   int        `json:"status"`
	Text     string     `json:"statusText"`
	Version  string     `json:"httpVersion"`
	Headers  []harPair  `json:"headers"`
	Redirect string     `json:"redirectURL"`
	Content  harContent `json:"content"`
	Size     int        `json:"bodySize"`
}

type harPair struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

type harPost struct {
	Type string `json:"mimeType"`
	Text string `json:"text"`
}

type harContent struct {
	Size int    `json:"size"`
	Type string `json:"mimeType"`
	Text string `json:"text"`
}

func pairs(h http.Header) []harPair {
	out := []harPair{}
	for name, values := range h {
		for _, v := range values {
			out = append(out, harPair{name, v})
		}
	}
	return out
}

// File writes the HAR and gives its path.
func (r *Recorder) File(name string) string {
	r.w.Helper()
	log := map[string]any{"log": map[string]any{"version": "1.2", "creator": map[string]string{"name": "WebInspector", "version": "537.36"}, "entries": r.entries}}
	b, err := json.Marshal(log)
	if err != nil {
		r.w.Fatalf("writing a HAR: %v", err)
	}
	path := filepath.Join(r.w.Dir, name)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		r.w.Fatalf("writing a HAR: %v", err)
	}
	return path
}

// page is what a browser shows in the end.
type page struct {
	at     *url.URL
	status int
	body   string
}

func (r *Recorder) do(q *http.Request) page {
	r.w.Helper()
	a, err := r.client.Do(q)
	if err != nil {
		r.w.Fatalf("%s: %v", q.URL, err)
	}
	defer a.Body.Close()
	body, _ := io.ReadAll(a.Body)
	return page{a.Request.URL, a.StatusCode, string(body)}
}

// Get opens an address.
func (r *Recorder) Get(at string) page {
	r.w.Helper()
	q, err := http.NewRequest("GET", at, nil)
	if err != nil {
		r.w.Fatalf("%s: %v", at, err)
	}
	return r.do(q)
}

// Call asks an API with a token.
func (r *Recorder) Call(at, token string) page {
	r.w.Helper()
	q, err := http.NewRequest("GET", at, nil)
	if err != nil {
		r.w.Fatalf("%s: %v", at, err)
	}
	q.Header.Set("Authorization", "Bearer "+token)
	return r.do(q)
}

// Post sends a form. client, when not empty, is "id:secret" for Basic, as it stands.
func (r *Recorder) Post(at, client string, fields url.Values) page {
	r.w.Helper()
	q, err := http.NewRequest("POST", at, strings.NewReader(fields.Encode()))
	if err != nil {
		r.w.Fatalf("%s: %v", at, err)
	}
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if id, secret, ok := strings.Cut(client, ":"); ok {
		q.SetBasicAuth(id, secret)
	}
	return r.do(q)
}

var (
	formTag  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]+)".*?</form>`)
	inputTag = regexp.MustCompile(`<input[^>]*name="([^"]+)"[^>]*>`)
	valueOf  = regexp.MustCompile(`value="([^"]*)"`)
)

// Through fills in the forms of p, one after the other, as a person who logs in and consents, until a page has none.
// refuse makes the person press the button that ends it, where there is one.
func (r *Recorder) Through(p page, refuse bool) page {
	r.w.Helper()
	for step := 0; step < 8; step++ {
		form := formTag.FindStringSubmatch(p.body)
		if form == nil || p.status >= 400 {
			return p
		}
		fields := url.Values{}
		for _, in := range inputTag.FindAllStringSubmatch(form[0], -1) {
			value := ""
			if v := valueOf.FindStringSubmatch(in[0]); v != nil {
				value = html.UnescapeString(v[1])
			}
			fields.Set(in[1], value)
		}
		if fields.Has("login") {
			fields.Set("login", user)
			fields.Set("password", password)
		}
		if refuse && fields.Has("confirm") {
			fields.Del("confirm")
			fields.Set("abort", "yes")
		}
		to, err := p.at.Parse(html.UnescapeString(form[1]))
		if err != nil {
			r.w.Fatalf("a form's address: %v", err)
		}
		p = r.Post(to.String(), "", fields)
	}
	return p
}

func (p page) json() map[string]any {
	var m map[string]any
	_ = json.Unmarshal([]byte(p.body), &m)
	return m
}

// text is a member of the JSON on the page.
func (p page) text(name string) string {
	s, _ := p.json()[name].(string)
	return s
}

// wrong says in words how a request ended that should have succeeded; "" when it did.
func (p page) wrong(step string) string {
	if p.status/100 == 2 && p.text("error") == "" {
		return ""
	}
	return fmt.Sprintf("%s: %d %s", step, p.status, p.text("error"))
}
