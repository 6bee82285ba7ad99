package line

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/internal/golden"
)

// What the real programs wrote (tools/logsamples.sh) is recognised as what it is, and each line of it is read. The golden
// files show what each line says.
func TestSamples(t *testing.T) {
	for sample, format := range map[string]string{
		"apache-common": "common", "apache-error": "apache-error", "apache-own": "own", "apache-vhost": "vhost_combined", "caddy": "caddy",
		"caddy-error": "caddy", "crowdsec": "crowdsec", "fail2ban": "fail2ban", "oauth2-proxy": "oauth2-proxy-log", "haproxy-raw": "haproxy", "haproxy-rfc3164": "syslog: haproxy", "haproxy-rfc5424": "syslog-5424: haproxy",
		"haproxy-iso": "time: haproxy", "lighttpd": "lighttpd", "lighttpd-error": "lighttpd-error", "modsecurity-json": "modsecurity-json",
		"modsecurity-native": "modsecurity", "nginx-combined": "combined", "nginx-error": "nginx-error", "nginx-json": "object",
		"nginx-timed": "timed", "php-error": "php-error", "php-fpm": "php-error", "php-fpm-access": "php-fpm-access", "squid": "squid", "varnish": "combined",
	} {
		t.Run(sample, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", sample+".log"))
			if err != nil {
				t.Fatal(err)
			}
			var known []Format
			for _, conf := range []string{"nginx.conf", "apache.conf"} {
				if server, _, _ := strings.Cut(sample, "-"); server+".conf" != conf {
					continue
				}
				text, err := os.ReadFile(filepath.Join("testdata", conf))
				if err != nil {
					t.Fatal(err)
				}
				if known, err = FromConfig(string(text)); err != nil {
					t.Fatal(err)
				}
			}
			clock := Clock{Latest: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC)}
			records := split(data, format)
			f, share := Recognise(records, known...)
			if f == nil || f.Name() != format {
				t.Fatalf("recognised %v, want %s", f, format)
			}
			var out strings.Builder
			fmt.Fprintf(&out, "%s %.2f\n", f.Name(), share)
			find, p := NewFinder(clock, known...), f.Parser(clock)
			for _, b := range records {
				var l Line
				if !p.Parse(b, &l) {
					other := find.Find(b)
					if other == nil || !other.Parser(clock).Parse(b, &l) {
						t.Errorf("not read: %s", b)
						continue
					}
					fmt.Fprintf(&out, "(%s) ", other.Name())
				}
				if l.Time.Year() != 2026 {
					t.Errorf("time %v: %s", l.Time, b)
				}
				show(&out, &l)
			}
			golden.Equal(t, "testdata/"+sample+".golden", out.String())
		})
	}
}

// split cuts a sample into records: lines, or what a spanning format makes of them.
func split(data []byte, format string) [][]byte {
	lines := bytes.Split(bytes.TrimRight(data, "\n"), []byte{'\n'})
	f, _ := Named(format)
	s, ok := f.(Spanning)
	if !ok {
		return slices.DeleteFunc(lines, func(b []byte) bool { return len(b) == 0 })
	}
	var all [][]byte
	for _, b := range lines {
		if len(all) == 0 || s.Begins(b) {
			all = append(all, b)
		} else {
			all[len(all)-1] = append(append(all[len(all)-1][:len(all[len(all)-1]):len(all[len(all)-1])], '\n'), b...)
		}
	}
	return all
}

// show writes what a line says, field by field, leaving out what it does not say.
func show(w *strings.Builder, l *Line) {
	fmt.Fprintf(w, "%d %s", l.Kind, l.Time.Format(time.RFC3339Nano))
	for _, f := range []struct {
		name string
		v    []byte
	}{
		{"client", l.Client}, {"forwarded", l.Forwarded}, {"user", l.User}, {"host", l.Host}, {"method", l.Method}, {"target", l.Target}, {"proto", l.Proto},
		{"referer", l.Referer}, {"agent", l.Agent}, {"upstream", l.Upstream}, {"id", l.RequestID}, {"site", l.Site}, {"tls", l.TLS},
		{"cache", l.Cache}, {"location", l.Location}, {"level", l.Level}, {"code", l.Code}, {"message", l.Message},
	} {
		if f.v != nil {
			fmt.Fprintf(w, " %s=%q", f.name, f.v)
		}
	}
	fmt.Fprintf(w, " status=%d upstream_status=%d size=%d", l.Status, l.UpstreamStatus, l.Size)
	if l.Took >= 0 {
		fmt.Fprintf(w, " took")
	}
	w.WriteString("\n")
}
