package read

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"
	"github.com/why401/why401/logs/line"
)

// text is a source of a text, which can be opened again and again.
func text(name, s string) Source {
	return Source{Name: name, Size: int64(len(s)), Open: func() (io.ReadCloser, error) {
		return expand(strings.NewReader(s), io.NopCloser(nil))
	}}
}

// clf is a line of a combined log, n seconds behind ten o'clock.
func clf(n int, path string, status int) string {
	at := time.Date(2026, 11, 22, 10, 0, n, 0, time.UTC)
	return fmt.Sprintf("192.0.2.%d - - [%s] \"GET %s HTTP/1.1\" %d 12 \"-\" \"curl/8.5.0\"\n", n%250, at.Format("02/Jan/2006:15:04:05 -0700"), path, status)
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(clf(i, fmt.Sprintf("/item/%d", i), 200))
	}
	return b.String()
}

// collect is a worker that keeps the numbers and targets of its lines, and the order in which blocks are joined.
type collect struct {
	mu    *sync.Mutex
	got   *[]string
	block []string
}

func (c *collect) Line(l *line.Line) {
	c.block = append(c.block, fmt.Sprintf("%d:%d %s", l.File, l.N, l.Target))
}

func (c *collect) EndBlock() func() {
	lines := c.block
	c.block = nil
	return func() { *c.got = append(*c.got, lines...) }
}

func each(t *testing.T, o Options, sources ...Source) ([]string, *Summary) {
	t.Helper()
	var mu sync.Mutex
	var got []string
	s, err := Each(context.Background(), sources, o, func() Worker { return &collect{mu: &mu, got: &got} })
	if err != nil {
		t.Fatal(err)
	}
	return got, s
}

// Whatever the size of a block and the number of workers, each line comes once, with its number, and the blocks are
// joined in the order of the file.
func TestEachLineOnceInOrder(t *testing.T) {
	in := many(1000)
	var want []string
	for i := range 1000 {
		want = append(want, fmt.Sprintf("0:%d /item/%d", i+1, i))
	}
	for _, size := range []int{150, 151, 997, 64 << 10, 1 << 20} {
		for _, workers := range []int{1, 2, 7} {
			got, s := each(t, Options{BlockSize: size, Workers: workers}, text("a", in))
			if !slices.Equal(got, want) {
				t.Fatalf("blocks of %d, %d workers: %d lines, first %v", size, workers, len(got), got[:min(3, len(got))])
			}
			if f := s.Files[0]; f.Read != 1000 || f.Lines != 1000 || len(f.Skipped) > 0 || f.Format != "combined" {
				t.Fatalf("summary %+v", f)
			}
		}
	}
	if got, _ := each(t, Options{}, text("a", strings.TrimSuffix(in, "\n"))); !slices.Equal(got, want) {
		t.Errorf("without the last line break: %d lines", len(got))
	}
	if got, _ := each(t, Options{}, text("a", strings.ReplaceAll(in, "\n", "\r\n"))); !slices.Equal(got, want) {
		t.Errorf("with CR LF: %d lines", len(got))
	}
}

func TestCompressed(t *testing.T) {
	in := many(5000)
	var gz, zst bytes.Buffer
	w := gzip.NewWriter(&gz)
	io.WriteString(w, in)
	w.Close()
	z, _ := zstd.NewWriter(&zst)
	io.WriteString(z, in)
	z.Close()
	bz, err := os.ReadFile("testdata/access.log.bz2")
	if err != nil {
		t.Fatal(err)
	}
	utf16 := []byte("\xff\xfe")
	for _, c := range []byte(in) {
		utf16 = append(utf16, c, 0)
	}
	want, _ := each(t, Options{}, text("plain", in))
	for name, data := range map[string]string{"gz": gz.String(), "zst": zst.String(), "utf-16": string(utf16), "bom": "\ufeff" + in} {
		got, s := each(t, Options{}, text(name, data))
		if !slices.Equal(got, want) || s.Files[0].Broken != nil {
			t.Errorf("%s: %d lines of %d, %+v", name, len(got), len(want), s.Files[0])
		}
	}
	if got, s := each(t, Options{}, text("bz2", string(bz))); len(got) != 3 || s.Files[0].Broken != nil {
		t.Errorf("bz2: %d lines, %+v", len(got), s.Files[0])
	}
}

// A truncated file gives what it has, and says that it broke off.
func TestTruncatedGzip(t *testing.T) {
	var gz bytes.Buffer
	w := gzip.NewWriter(&gz)
	io.WriteString(w, many(5000))
	w.Close()
	got, s := each(t, Options{}, text("access.log.2.gz", gz.String()[:gz.Len()/2]), text("access.log.1", many(3)))
	f := s.Files[0]
	if f.Broken == nil || f.Read < 1000 || f.Read > 4000 {
		t.Errorf("truncated: %+v", f)
	}
	if s.Files[1].Read != 3 || int64(len(got)) != f.Read+3 {
		t.Errorf("the file behind it: %+v", s.Files[1])
	}
	for _, k := range f.Skipped {
		if k.Why != "the last line, cut off" || k.Count != 1 {
			t.Errorf("skipped %+v", k)
		}
	}
}

// Bad lines are counted with the place of the first; the lines around them are read.
func TestBadLines(t *testing.T) {
	huge := strings.Repeat("x", 1_000_000)
	in := clf(0, "/a", 200) +
		"\x00\x00\x00\x00\n" +
		"\x00\x00" + clf(1, "/b", 200) +
		huge + "\n" +
		strings.Replace(clf(2, "/c", 200), "GET", "G\x00T", 1) +
		clf(3, "/\xff\xfe", 200) +
		"\xff\xfe\xfd\n" +
		"    at com.example.Main\n" +
		"nothing that is known\n" +
		"\n" +
		strings.Replace(clf(4, "/d", 200), "curl/8.5.0", huge, 1) +
		"192.0.2.1 - - [22/Nov/2026:10"
	got, s := each(t, Options{}, text("a", in))
	want := []string{"0:1 /a", "0:3 /b", "0:5 G\x00T /c HTTP/1.1", "0:6 /\xff\xfe", "0:11 /d"}
	if !slices.Equal(got, want) {
		t.Errorf("read %q", got)
	}
	f := s.Files[0]
	if f.Read != 5 || f.Lines != 11 {
		t.Errorf("read %d of %d", f.Read, f.Lines)
	}
	skipped := map[string]Skip{}
	for _, k := range f.Skipped {
		skipped[k.Why] = k
	}
	for why, first := range map[string]int64{"NUL bytes and nothing else": 2, "no known form": 4, "no known form, and not UTF-8": 7, "goes on with the line before it": 8, "the last line, cut off": 12} {
		if skipped[why].First != first {
			t.Errorf("%s: %+v, want line %d", why, skipped[why], first)
		}
	}
}

// A line that no block can hold is stepped over, and the numbers of the lines behind it stay right.
func TestLineLongerThanABlock(t *testing.T) {
	in := clf(0, "/a", 200) + strings.Repeat("y", 5000) + "\n" + clf(1, "/b", 200)
	got, s := each(t, Options{BlockSize: 512, Workers: 2}, text("a", in))
	if !slices.Equal(got, []string{"0:1 /a", "0:3 /b"}) {
		t.Errorf("read %q", got)
	}
	if k := s.Files[0].Skipped; len(k) != 1 || k[0] != (Skip{"longer than 512 bytes", 1, 2}) {
		t.Errorf("skipped %+v", k)
	}
}

func TestMixedFormats(t *testing.T) {
	in := clf(0, "/a", 401) +
		`2026/11/22 10:00:00 [error] 12#12: *17 user "foo": password mismatch, client: 192.0.2.0, server: _, request: "GET /a HTTP/1.1", host: "localhost"` + "\n" +
		clf(1, "/b", 200) +
		`{"level":"info","ts":1693840791.75,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"192.0.2.3","method":"GET","host":"a.test","uri":"/c","headers":{}},"user_id":"","duration":0.1,"size":0,"status":403,"resp_headers":{}}` + "\n" +
		clf(2, "/d", 200)
	got, s := each(t, Options{}, text("a", in))
	if !slices.Equal(got, []string{"0:1 /a", "0:2 /a", "0:3 /b", "0:4 /c", "0:5 /d"}) {
		t.Errorf("read %q", got)
	}
	if f := s.Files[0]; f.Format != "combined" || len(f.Other) != 2 || len(f.Skipped) > 0 {
		t.Errorf("%+v", f)
	}
	given, _ := line.Named("combined")
	_, s = each(t, Options{Format: given}, text("a", in))
	if f := s.Files[0]; f.Read != 3 || len(f.Skipped) != 1 || f.Skipped[0] != (Skip{"not of the format that was given", 2, 2}) {
		t.Errorf("with a format that was given: %+v", f)
	}
}

// Records of several lines stay whole across blocks, and have the number of their first line.
func TestRecordsOfSeveralLines(t *testing.T) {
	var in strings.Builder
	var want []string
	n := 1
	for i := range 300 {
		want = append(want, fmt.Sprintf("%d %d", n, i%5))
		fmt.Fprintf(&in, "[2022-02-11T13:41:28.123456+00:00] main.CRITICAL: Exception: no %d\n", i)
		n++
		for j := range i % 5 {
			fmt.Fprintf(&in, "#%d /var/www/html/vendor/magento/framework/App.php(%d)\n", j, i)
			n++
		}
	}
	for _, size := range []int{600, 1000, 1 << 20} {
		var got []string
		s, err := Lines(context.Background(), []Source{text("exception.log", in.String())}, Options{BlockSize: size}, func(l *line.Line) {
			got = append(got, fmt.Sprintf("%d %d", l.N, bytes.Count(l.Message, []byte{'\n'})))
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("blocks of %d: %d records of %d, %+v", size, len(got), len(want), s.Files[0])
		}
	}
}

// A message of nginx' error log may have line breaks in it; a line of another format between them is none of it.
func TestStrangersBetweenRecords(t *testing.T) {
	in := `2026/11/22 10:00:00 [error] 12#12: *17 FastCGI sent in stderr: "PHP message: PHP Fatal error:  Uncaught Exception: no` + "\n" +
		"Stack trace:\n#0 /var/www/a.php(3): inner()\n  thrown in /var/www/a.php on line 3\" while reading response header from upstream, client: 192.0.2.9, server: a.test, request: \"GET /x HTTP/1.1\", host: \"a.test\"\n" +
		clf(0, "/a", 401) +
		`2026/11/22 10:00:01 [error] 12#12: *18 user "foo": password mismatch, client: 192.0.2.0, server: _, request: "GET /b HTTP/1.1", host: "localhost"` + "\n" +
		`2026/11/22 10:00:02 [error] 12#12: *19 user "foo": password mismatch, client: 192.0.2.0, server: _, request: "GET /c HTTP/1.1", host: "localhost"` + "\n"
	got, s := each(t, Options{}, text("error.log", in))
	if want := []string{"0:1 /x", "0:5 /a", "0:6 /b", "0:7 /c"}; !slices.Equal(got, want) || len(s.Files[0].Skipped) > 0 {
		t.Errorf("%v %+v", got, s.Files[0])
	}
}

// The sections of an audit log stay one record, whatever lines they hold.
func TestAuditRecordStaysWhole(t *testing.T) {
	sample, err := os.ReadFile("../line/testdata/modsecurity-native.log")
	if err != nil {
		t.Fatal(err)
	}
	in := strings.Repeat(string(sample), 5)
	for _, size := range []int{3000, 1 << 20} {
		n := 0
		s, err := Lines(context.Background(), []Source{text("audit.log", in)}, Options{BlockSize: size}, func(l *line.Line) {
			n++
			if l.Status != 403 || string(l.Code) != "1234" || string(l.Client) != "127.0.0.1" {
				t.Errorf("line %d: %d %s %s", l.N, l.Status, l.Code, l.Client)
			}
		})
		if err != nil || n != 5 || len(s.Files[0].Skipped) > 0 {
			t.Errorf("blocks of %d: %d records, %+v", size, n, s.Files[0])
		}
	}
}

// Reading eight times as much takes no more memory.
func TestMemoryIsFlat(t *testing.T) {
	one := many(1000)
	spent := func(times int) uint64 {
		s := Source{Name: "long", Open: func() (io.ReadCloser, error) {
			readers := make([]io.Reader, times)
			for i := range readers {
				readers[i] = strings.NewReader(one)
			}
			return expand(io.MultiReader(readers...), io.NopCloser(nil))
		}}
		var from, to runtime.MemStats
		runtime.ReadMemStats(&from)
		sum, err := Each(context.Background(), []Source{s}, Options{Workers: 2}, func() Worker { return &counter{} })
		runtime.ReadMemStats(&to)
		if err != nil || sum.Files[0].Read != int64(1000*times) {
			t.Fatal(err, sum.Files[0])
		}
		return to.TotalAlloc - from.TotalAlloc
	}
	spent(10)
	few, more := spent(100), spent(800)
	if more > few+(1<<20) {
		t.Errorf("%d lines cost %d bytes, %d lines %d", 100_000, few, 800_000, more)
	}
}

// #Fields in the middle of a file changes how the lines behind it are read, in every block.
func TestFieldsChange(t *testing.T) {
	var in strings.Builder
	in.WriteString("#Software: Microsoft Internet Information Services 10.0\r\n#Fields: date time cs-method cs-uri-stem sc-status c-ip\r\n")
	for i := range 40 {
		fmt.Fprintf(&in, "2026-11-22 10:00:%02d GET /old/%d 200 192.0.2.1\r\n", i, i)
	}
	in.WriteString("#Fields: date time c-ip sc-status cs-uri-stem cs-method\r\n")
	for i := range 40 {
		fmt.Fprintf(&in, "2026-11-22 10:01:%02d 192.0.2.1 401 /new/%d GET\r\n", i, i)
	}
	for _, size := range []int{128, 300, 1 << 20} {
		n := 0
		s, err := Lines(context.Background(), []Source{text("u_ex.log", in.String())}, Options{BlockSize: size}, func(l *line.Line) {
			old := bytes.HasPrefix(l.Target, []byte("/old/"))
			if old && l.Status != 200 || !old && l.Status != 401 || string(l.Client) != "192.0.2.1" {
				t.Errorf("line %d: %s %d %s", l.N, l.Target, l.Status, l.Client)
			}
			n++
		})
		if err != nil || n != 80 || len(s.Files[0].Skipped) > 0 {
			t.Errorf("blocks of %d: %d lines, %+v", size, n, s.Files[0])
		}
	}
}

// Files that overlap are one stream in the order of time, however they were given.
func TestOrderAcrossFiles(t *testing.T) {
	var a, b strings.Builder
	for i := range 200 {
		if i%3 == 0 {
			a.WriteString(clf(i, "/a", 200))
		} else {
			b.WriteString(clf(i, "/b", 200))
		}
	}
	old := strings.ReplaceAll(many(20), "2026:10", "2026:09")
	last, n := time.Time{}, 0
	_, err := Lines(context.Background(), []Source{text("a", a.String()), text("b", b.String()), text("old", old)}, Options{BlockSize: 400}, func(l *line.Line) {
		if l.Time.Before(last) {
			t.Errorf("%v behind %v", l.Time, last)
		}
		if n < 20 != (l.File == 2) {
			t.Errorf("line %d comes from file %d", n, l.File)
		}
		last = l.Time
		n++
	})
	if err != nil || n != 220 {
		t.Error(n, err)
	}
	// On several cores blocks take turns: no file runs ahead of the other by more than a block.
	got, _ := each(t, Options{BlockSize: 400, Workers: 1}, text("a", a.String()), text("b", b.String()))
	first, lastB := 0, 0
	for i, g := range got {
		if strings.HasPrefix(g, "1:") {
			lastB = i
			if first == 0 {
				first = i
			}
		}
	}
	if first > 12 || lastB < 180 {
		t.Errorf("the second file was read from place %d to %d", first, lastB)
	}
}

// Times without a zone get the zone that another file of the run names.
func TestZoneOfTheOtherFile(t *testing.T) {
	access := strings.ReplaceAll(clf(0, "/a", 401), "+0000", "+0200")
	errors := `2026/11/22 10:00:00 [error] 12#12: *17 user "foo": password mismatch, client: 192.0.2.0, server: _, request: "GET /a HTTP/1.1", host: "localhost"` + "\n"
	var times []time.Time
	s, err := Lines(context.Background(), []Source{text("error.log", errors), text("access.log", access)}, Options{}, func(l *line.Line) { times = append(times, l.Time) })
	if err != nil || len(times) != 2 || !times[0].Equal(times[1]) || s.Zone == nil {
		t.Errorf("%v %v %v", times, s.Zone, err)
	}
	if notes := strings.Join(s.Notes(), "\n"); !strings.Contains(notes, "taken for UTC+02:00,") {
		t.Error(notes)
	}
}

// The hours of a clock change, in a log that names no zone, are told and not guessed silently.
func TestClockChange(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	told := func(at string) string {
		return at + ` [error] 12#12: *17 user "foo": password mismatch, client: 192.0.2.0, server: _, request: "GET / HTTP/1.1", host: "a"` + "\n"
	}
	in := told("2026/10/25 01:59:59") + told("2026/10/25 02:00:00") + told("2026/10/25 02:59:59") + told("2026/10/25 02:00:01") + told("2026/10/25 03:00:00") +
		told("2027/03/28 01:59:59") + told("2027/03/28 02:30:00") + told("2027/03/28 03:00:00")
	var utc []string
	s, _ := Lines(context.Background(), []Source{text("error.log", in)}, Options{Zone: berlin}, func(l *line.Line) { utc = append(utc, l.Time.UTC().Format("02T15:04:05")) })
	want := []string{"24T23:59:59", "25T00:00:00", "25T00:59:59", "25T00:00:01", "25T02:00:00", "28T00:59:59", "28T01:30:00", "28T01:00:00"}
	if !slices.Equal(utc, want) {
		t.Errorf("got  %v\nwant %v", utc, want)
	}
	f := s.Files[0]
	var why []string
	for _, d := range f.Doubts {
		why = append(why, fmt.Sprint(d.Count, "@", d.First))
	}
	if strings.Join(why, " ") != "3@2 2@4 1@7" {
		t.Errorf("doubts %+v", f.Doubts)
	}
}

func TestSinceUntil(t *testing.T) {
	at := func(s int) time.Time { return time.Date(2026, 11, 22, 10, 0, s, 0, time.UTC) }
	got, s := each(t, Options{Since: at(10), Until: at(12)}, text("a", many(30)))
	if !slices.Equal(got, []string{"0:11 /item/10", "0:12 /item/11"}) || s.Files[0].Outside != 28 {
		t.Errorf("%v %+v", got, s.Files[0])
	}
}

func TestCancelled(t *testing.T) {
	ctx, stop := context.WithCancel(context.Background())
	n := 0
	_, err := Lines(ctx, []Source{text("a", many(1000))}, Options{BlockSize: 200}, func(*line.Line) {
		if n++; n == 10 {
			stop()
		}
	})
	if err != context.Canceled || n > 20 {
		t.Error(n, err)
	}
}

func TestRotatedOrder(t *testing.T) {
	got := inOrder([]string{"/l/access.log", "/l/access.log.1", "/l/access.log.10.gz", "/l/access.log.2.gz", "/l/error.log-20261101.gz", "/l/error.log", "/l/error.log-20261102", "-", "x.1", "x"})
	want := []string{"/l/access.log.10.gz", "/l/access.log.2.gz", "/l/access.log.1", "/l/access.log", "/l/error.log-20261101.gz", "/l/error.log-20261102", "/l/error.log", "-", "x.1", "x"}
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	if _, err := Files(filepath.Join(dir, "none.log")); err == nil || !strings.Contains(err.Error(), "none.log") {
		t.Error(err)
	}
	if _, err := Files(dir); err == nil || !strings.Contains(err.Error(), "is a folder") {
		t.Error(err)
	}
	bad := filepath.Join(dir, "access.log.1.gz")
	if err := os.WriteFile(bad, []byte("\x1f\x8b\x07broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := Files(bad)
	if err != nil {
		t.Fatal(err)
	}
	if _, err = Lines(context.Background(), s, Options{}, func(*line.Line) {}); err == nil || !strings.Contains(err.Error(), bad) {
		t.Error(err)
	}
}
