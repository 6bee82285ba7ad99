package message

import (
	"strings"

	"github.com/why401/why401/exchange"
)

// w3c is the state of a W3C extended log: its "#Fields:" line (W3C WD-logfile). IIS, CloudFront and others write it.
type w3c struct{ fields []string }

// header takes a line that begins with "#".
func (w *w3c) header(line string) bool {
	if !strings.HasPrefix(line, "#") {
		return false
	}
	if rest, ok := strings.CutPrefix(line, "#Fields:"); ok {
		w.fields = strings.Fields(cut(rest, 4<<10))
	}
	return true
}

// IISFields are the fields that IIS 8 and later write unless told otherwise; CloudFrontFields those of CloudFront's standard
// log. Package logs/line reads by them, too, where a file has no "#Fields:" line.
var (
	IISFields        = strings.Fields("date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken")
	CloudFrontFields = strings.Fields("date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query cs(Cookie) x-edge-result-type x-edge-request-id x-host-header cs-protocol cs-bytes time-taken x-forwarded-for ssl-protocol ssl-cipher x-edge-response-result-type cs-protocol-version fle-status fle-encrypted-fields c-port time-to-first-byte x-edge-detailed-result-type")
)

// iisLine is a line of such a log whose "#Fields:" was not pasted.
func iisLine(m *exchange.Message, line string) bool {
	v := strings.Fields(line)
	if len(v) < 10 || len(v[0]) != 10 || v[0][4] != '-' || len(v[1]) != 8 || v[1][2] != ':' {
		return false
	}
	switch {
	case isMethod(v[3]) && len(v) >= 12:
		fields := IISFields
		if len(v) == 14 { // IIS 7: no Referer
			fields = strings.Fields(strings.Replace(strings.Join(IISFields, " "), "cs(Referer) ", "", 1))
		}
		return (&w3c{fields}).line(m, line)
	case isMethod(v[5]):
		return (&w3c{CloudFrontFields}).line(m, line)
	}
	return false
}

// line reads the values of one line by the fields' names.
func (w *w3c) line(m *exchange.Message, line string) bool {
	v := strings.Fields(line)
	if strings.Contains(line, "\t") {
		v = strings.Split(line, "\t")
	}
	if len(v) < 4 || len(v) > len(w.fields)+8 {
		return false
	}
	m.Who = "iis"
	query := ""
	for i, name := range w.fields {
		if i >= len(v) {
			break
		}
		x := v[i]
		switch name {
		case "cs-method":
			set(m, "method", x)
		case "cs-uri-stem", "cs-uri":
			setURL(m, x)
		case "cs-uri-query":
			query = x
		case "cs-username":
			set(m, "user", x)
		case "c-ip":
			set(m, "client", x)
		case "cs(User-Agent)":
			set(m, "agent", strings.NewReplacer("+", " ", "%20", " ").Replace(x))
		case "cs-host", "cs(Host)", "x-host-header":
			set(m, "host", x)
		case "sc-status":
			m.Status = number(x)
		case "sc-substatus":
			set(m, "substatus", x)
		case "sc-win32-status":
			set(m, "win32", x)
		case "x-edge-result-type":
			m.Who = "cloudfront"
			set(m, "edge_result", x)
		case "x-edge-detailed-result-type":
			set(m, "edge_detail", x)
		}
	}
	if query != "" && query != "-" && m.Fields["path"] != "" {
		m.Fields["path"] += Path("?" + query)
	}
	return m.Status != 0 || m.Fields["method"] != ""
}
