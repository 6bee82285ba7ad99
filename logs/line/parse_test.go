package line

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"
)

// lines are all lines that the tests know: the samples', the vectors' and the documented ones, as far as they are files.
func lines(t testing.TB) [][]byte {
	t.Helper()
	files, _ := filepath.Glob("testdata/*.log")
	more, _ := filepath.Glob(filepath.Join(os.Getenv("WHY401_VECTORS"), "access-logs", "*.log"))
	var all [][]byte
	for _, f := range append(files, more...) {
		data, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, bytes.Split(data, []byte{'\n'})...)
	}
	if len(all) < 200 {
		t.Fatalf("only %d lines", len(all))
	}
	return all
}

// The fast way through the head of a common log format comes to the same as the template's steps, also on lines that are
// bent at every byte.
func TestHeadIsTheTemplate(t *testing.T) {
	for _, f := range []*template{combined, common, nginxMain, traefikCLF, ingress} {
		slow := *f
		slow.head, slow.tail = 0, false
		fast, plain := f.Parser(Clock{}), slow.Parser(Clock{})
		check := func(b []byte) {
			var x, y Line
			got, want := fast.Parse(b, &x), plain.Parse(b, &y)
			if got != want || got && !reflect.DeepEqual(x, y) {
				t.Fatalf("%s: %v %+v\nwant %v %+v\n%q", f.name, got, x, want, y, b)
			}
		}
		for _, b := range lines(t) {
			check(b)
		}
		one := []byte(`192.0.2.7 - al [22/Nov/2026:10:00:00 +0100] "GET /a\"b HTTP/1.1" 401 17 "http://a.test/" "curl \"x\" y"`)
		for i := range one {
			check(one[:i])
			for _, c := range []byte(" \"\\-[]0A\x00\xff") {
				bent := bytes.Clone(one)
				bent[i] = c
				check(bent)
			}
		}
	}
}

// A line that fits a learnt shape says the same as when it is read key by key.
func TestShapesSayTheSame(t *testing.T) {
	for _, f := range []*jsonFormat{caddy, traefikJSON, jsonAccess, jsonTold, modsecJSON} {
		warm := f.Parser(Clock{})
		for range 2 { // the second time, all shapes are known
			for _, b := range lines(t) {
				if len(b) == 0 || b[0] != '{' {
					continue
				}
				var x, y Line
				got, want := warm.Parse(b, &x), f.Parser(Clock{}).Parse(b, &y)
				if got != want || got && !reflect.DeepEqual(x, y) {
					t.Fatalf("%s: %v %+v\nwant %v %+v\n%s", f.name, got, x, want, y, b)
				}
			}
		}
		if n := len(warm.(*jsonParser).shapes); n > mostShapes {
			t.Errorf("%s keeps %d shapes", f.name, n)
		}
	}
}

// A key inside of a string is text, however it looks.
func TestJSONTextIsNoKey(t *testing.T) {
	p := caddy.Parser(Clock{})
	for i, uri := range []string{`/a`, `/\",\"status\":200,\"x\":\"`, `/\"}},\"user_id\":\"root\",\"a\":{`, `/\\`, `/\\\"`, `/\u0022\u00e9\ud83d\ude00\ud83dx`} {
		in := fmt.Sprintf(`{"ts":1693840791.75,"logger":"http.log.access","request":{"remote_ip":"192.0.2.3","uri":"%s","headers":{"User-Agent":["\"Referer\":[\"x\"]"]}},"user_id":"","status":403}`, uri)
		var l Line
		if !p.Parse([]byte(in), &l) || l.Status != 403 || l.User != nil || l.Referer != nil || string(l.Agent) != `"Referer":["x"]` {
			t.Errorf("%s: %+v", uri, l)
		}
		want := []string{`/a`, `/","status":200,"x":"`, `/"}},"user_id":"root","a":{`, `/\`, `/\"`, "/\"é😀\ufffdx"}[i]
		if string(l.Target) != want {
			t.Errorf("%s: target %q, want %q", uri, l.Target, want)
		}
	}
}

// Reading costs no memory, line after line, in every format that a file of it can have.
func TestNoAllocationPerLine(t *testing.T) {
	find := NewFinder(Clock{})
	seen := map[string]bool{}
	for _, b := range lines(t) {
		f := find.Find(b)
		if f == nil || seen[f.Name()] {
			continue
		}
		seen[f.Name()] = true
		p := f.Parser(Clock{})
		var l Line
		if n := testing.AllocsPerRun(200, func() { p.Parse(b, &l) }); n != 0 {
			t.Errorf("%s: %.0f allocations a line: %s", f.Name(), n, b)
		}
	}
	if len(seen) < 20 {
		t.Errorf("only %d formats were seen", len(seen))
	}
}

func TestNamed(t *testing.T) {
	line := `2026-11-22T10:00:00+01:00|192.0.2.7|alice|POST /a?b=c HTTP/1.1|403|0.25|10.0.0.1:80, 10.0.0.2:80|502, 403`
	for _, spec := range []string{
		`$time_iso8601|$remote_addr|$remote_user|$request|$status|$request_time|$upstream_addr|$upstream_status`,
		`log_format x '$time_iso8601|$remote_addr|${remote_user}|' "$request|$status|$request_time|$upstream_addr|$upstream_status";`,
	} {
		f, err := Named(spec)
		if err != nil {
			t.Fatal(err)
		}
		var l Line
		if !f.Parser(Clock{}).Parse([]byte(line), &l) || l.Status != 403 || string(l.User) != "alice" || l.Took != 250*time.Millisecond || l.UpstreamStatus != 403 || string(l.Target) != "/a?b=c" || l.Time.Hour() != 10 {
			t.Errorf("%s: %+v", spec, l)
		}
	}
	f, err := Named(`%{X-Forwarded-For}i %l %u %t "%m %U%q %H" %>s %b %{ms}T`)
	if err != nil {
		t.Fatal(err)
	}
	var l Line
	if !f.Parser(Clock{}).Parse([]byte(`203.0.113.9 - - [22/Nov/2026:10:00:00 +0000] "GET /a?b HTTP/1.1" 401 - 12`), &l) || string(l.Target) != "/a?b" || string(l.Forwarded) != "203.0.113.9" || l.Took != 12*time.Millisecond || l.Size != -1 {
		t.Errorf("%+v", l)
	}
	for spec, part := range map[string]string{
		"nonsense": "no log format of that name", "$remote_addr$status": "nothing stands between", "${remote_addr": "expected a closing }", "$a $b": "no two variables",
		"%h%u %t": "nothing stands between", "%{Referer": "expected a closing }", "%h %": "no letter", "%Z %Y": "no two fields", "syslog: x": "no log format",
	} {
		if f, err := Named(spec); err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v, %v", spec, f, err)
		}
	}
	for _, name := range Names() {
		if f, err := Named(name); err != nil || f.Name() != name {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestYearOfSyslog(t *testing.T) {
	times := newTimes(Clock{Latest: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC)})
	for in, want := range map[string]int{"Jan  2 10:00:00": 2026, "Dec 31 10:00:00": 2025, "Jan  3 23:00:00": 2026, "Feb  3 10:00:00": 2025} {
		var l Line
		if !times.syslog(&l, []byte(in)) || l.Time.Year() != want {
			t.Errorf("%s: %v, want the year %d", in, l.Time, want)
		}
	}
}

// FuzzLine gives any line to all formats: none crashes, what is read lies in the line or in the parser's buffer, and reading
// it again says the same.
func FuzzLine(f *testing.F) {
	for _, b := range lines(f) {
		f.Add(b)
	}
	f.Add([]byte(`#Fields: date time cs-method sc-status`))
	f.Add([]byte("[22/Nov/2026:10:00:00 +0000"))
	f.Fuzz(func(t *testing.T, b []byte) {
		find := NewFinder(Clock{})
		x := find.Find(b)
		for _, list := range [][]Format{builtin, general} {
			for _, f := range list {
				p := f.Parser(Clock{})
				var one, two Line
				if !p.Parse(b, &one) {
					continue
				}
				var a, c strings.Builder
				show(&a, &one)
				if !p.Parse(b, &two) {
					t.Fatalf("%s reads %q once only", f.Name(), b)
				}
				if show(&c, &two); a.String() != c.String() {
					t.Fatalf("%s reads %q differently:\n%s%s", f.Name(), b, a.String(), c.String())
				}
				if one.Status < 0 || one.Status > 999 || one.Size < -1 || one.Took < -1 {
					t.Fatalf("%s: %q: status %d, size %d, took %d", f.Name(), b, one.Status, one.Size, one.Took)
				}
			}
		}
		if x != nil && len(x.Name()) == 0 {
			t.Fatal("a format without a name")
		}
	})
}

// FuzzFormat gives any text as a log_format, a LogFormat and a configuration.
func FuzzFormat(f *testing.F) {
	f.Add(combinedSpec, `192.0.2.7 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 17 "-" "curl"`)
	f.Add(`%h %l %u %t \"%r\" %>s %b %{ms}T %U%q`, `1.2.3.4 - - [22/Nov/2026:10:00:00 +0000] "GET / HTTP/1.1" 401 17 1 /a?b`)
	f.Add(`log_format a escape=json '{"a":"$status","b":$request_time}'; # x`, `{"a":"200","b":0.1}`)
	f.Fuzz(func(t *testing.T, spec, text string) {
		var l Line
		if x, err := Named(spec); err == nil {
			x.Parser(Clock{}).Parse([]byte(text), &l)
		}
		all, _ := FromConfig(spec)
		for _, x := range all {
			x.Parser(Clock{}).Parse([]byte(text), &l)
		}
	})
}
