package signature

import (
	"strings"
	"testing"
)

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		docs, err := unpack(packed)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := build(docs, true); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	s := Default()
	small := sampleExchange(sampleText(b, "testdata/nginx-401-basic.http"))
	large := sampleExchange(sampleText(b, "testdata/apache-401-basic.http"))
	large.Response.Body.Bytes = []byte(strings.Repeat(`<p class="x">Some text & a "message":"x" with words</p>`, 1200)) // 64 KiB
	json := sampleExchange(`401 {"message":"Unauthorized","errors":[{"code":401,"message":"` + strings.Repeat("x", 8000) + `"}]}`)
	for _, c := range []struct {
		name string
		run  func()
	}{
		{"page", func() { s.match(s.read(small)) }},
		{"64KiB", func() { s.match(s.read(large)) }},
		{"json", func() { s.match(s.read(json)) }},
		{"meanings-page", func() { s.meanings(s.read(small)) }},
		{"again", func() { s.Match(large) }},
		{"meanings-64KiB", func() { s.meanings(s.read(large)) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				c.run()
			}
		})
	}
}
