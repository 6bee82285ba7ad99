package redact

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
)

const letterBytes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

func made(r *rand.Rand, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = letterBytes[r.IntN(len(letterBytes))]
	}
	return string(b)
}

// appLog is a log as applications write it: mostly harmless, with tokens, users and addresses in it.
func appLog(size int) string {
	r := rand.New(rand.NewPCG(7, 7))
	tokens := make([]string, 200)
	for i := range tokens {
		tokens[i] = made(r, 32)
	}
	lines := []func(i int) string{
		func(i int) string {
			return `level=debug msg="sending request" authorization="Bearer ` + tokens[i%200] + `" status=401`
		},
		func(i int) string {
			return fmt.Sprintf("INFO com.example.AuthFilter - user alice%d logged in from 10.1.2.%d session=%s", i%50, i%250, tokens[i%199])
		},
		func(i int) string {
			return fmt.Sprintf("ERROR GET https://api.example.com/v1/items/%d?access_token=%s returned 401 Unauthorized", i, tokens[i%198])
		},
		func(int) string {
			return `WARN o.s.security.oauth2 : {"error":"invalid_token","error_description":"The access token expired"}`
		},
		func(i int) string {
			return fmt.Sprintf("\tat org.springframework.security.web.FilterChainProxy.doFilter(FilterChainProxy.java:%d)", i%400)
		},
		func(i int) string { return fmt.Sprintf("INFO cache refreshed, 42 entries, took %d ms", i%90) },
		func(i int) string {
			return fmt.Sprintf("DEBUG request id=%08x-1234-4abc-8def-%012x path=/healthz status=200", i, i*7)
		},
	}
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "2025-10-10T10:%02d:%02d.%03dZ %s\n", i/60%60, i%60, i%1000, lines[i%len(lines)](i))
	}
	return b.String()
}

// script is what minified JavaScript looks like.
func script(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, `function a%d(e,t){return e.getElementById("x%d").value=t,window.foo.bar(%d,e[t]||{a:1,b:"two"})};`, i, i, i)
	}
	return b.String()
}

// archive is a HAR whose replies are scripts and lists.
func archive(size int) []byte {
	r := rand.New(rand.NewPCG(8, 8))
	var b bytes.Buffer
	b.WriteString(`{"log":{"version":"1.2","creator":{"name":"WebInspector","version":"537.36"},"entries":[{}`)
	for i := 0; b.Len() < size; i++ {
		body := script(64 << 10)
		if i%4 > 0 {
			var items []map[string]any
			for k := range 40 {
				items = append(items, map[string]any{"id": k, "name": fmt.Sprint("Item number ", k, " of the list"), "etag": made(r, 20)})
			}
			list, _ := json.Marshal(items)
			body = string(list)
		}
		text, _ := json.Marshal(body)
		fmt.Fprintf(&b, `,{"request":{"method":"GET","url":"https://api.example.com/v1?page=%d&access_token=%s","headers":[{"name":"Cookie","value":"sid=%s; theme=dark"}]},"response":{"status":401,"headers":[{"name":"Content-Type","value":"application/json"}],"content":{"text":%s}}}`,
			i, made(r, 32), made(r, 24), text)
	}
	b.WriteString(`]}}`)
	return b.Bytes()
}

func benchText(b *testing.B, s string) {
	b.SetBytes(int64(len(s)))
	for b.Loop() {
		Text(s, Options{})
	}
}

func BenchmarkLog(b *testing.B)    { benchText(b, appLog(1<<20)) }
func BenchmarkScript(b *testing.B) { benchText(b, script(1<<20)) }

// BenchmarkHAR rewrites an archive as it is read, twice: what comes late is known early.
func BenchmarkHAR(b *testing.B) {
	doc := archive(4 << 20)
	b.SetBytes(int64(len(doc)))
	for b.Loop() {
		r := New(Options{})
		for range 2 {
			if err := r.Stream(bytes.NewReader(doc), io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	}
}
