// Command loggen writes an access log of a given size for measurements (tools/benchlogs.sh): many clients and paths, a few
// users, a tenth of the requests refused, the same bytes on every run.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"
)

var agents = []string{
	"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
	"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
	"curl/8.5.0", "okhttp/4.12.0", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
}

var statuses = []int{200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 200, 304, 304, 301, 404, 404, 500, 401, 403}

// request is one line before it has a form.
type request struct {
	at                   time.Time
	client, user, method string
	path, agent          string
	status, size         int
}

var forms = map[string]func(w io.Writer, r *request){
	"combined": func(w io.Writer, r *request) {
		user := r.user
		if user == "" {
			user = "-"
		}
		fmt.Fprintf(w, "%s - %s [%s] \"%s %s HTTP/1.1\" %d %d \"-\" \"%s\"\n", r.client, user, r.at.Format("02/Jan/2006:15:04:05 -0700"), r.method, r.path, r.status, r.size, r.agent)
	},
	"nginx-json": func(w io.Writer, r *request) {
		fmt.Fprintf(w, `{"time":"%s","remote_addr":"%s","remote_user":"%s","request_method":"%s","request_uri":"%s","server_protocol":"HTTP/1.1","status":%d,"body_bytes_sent":%d,"request_time":0.0%02d,"http_referer":"","http_user_agent":"%s","host":"app.example.com","upstream_addr":"10.0.0.1:8080","upstream_status":"%d"}`+"\n",
			r.at.Format(time.RFC3339), r.client, r.user, r.method, r.path, r.status, r.size, r.size%90, r.agent, r.status)
	},
	"caddy": func(w io.Writer, r *request) {
		fmt.Fprintf(w, `{"level":"info","ts":%d.%06d,"logger":"http.log.access.log0","msg":"handled request","request":{"remote_ip":"%s","remote_port":"%d","client_ip":"%s","proto":"HTTP/1.1","method":"%s","host":"app.example.com","uri":"%s","headers":{"User-Agent":["%s"],"Accept":["*/*"],"Accept-Encoding":["gzip, deflate, br"]}},"bytes_read":0,"user_id":"%s","duration":0.000%03d,"size":%d,"status":%d,"resp_headers":{"Server":["Caddy"],"Content-Type":["application/json"]}}`+"\n",
			r.at.Unix(), r.size, r.client, 1024+r.size%60000, r.client, r.method, r.path, r.agent, r.user, r.size%1000, r.size, r.status)
	},
}

func main() {
	size := flag.Int64("size", 512<<20, "bytes")
	form := flag.String("form", "combined", "combined, nginx-json or caddy")
	flag.Parse()
	write, ok := forms[*form]
	if !ok {
		fmt.Fprintf(os.Stderr, "loggen: no form %q\n", *form)
		os.Exit(2)
	}
	c := &counted{w: os.Stdout}
	out := bufio.NewWriterSize(c, 1<<20)
	rnd := rand.New(rand.NewPCG(1, 2))
	at := time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC)
	for i := 0; c.n+int64(out.Buffered()) < *size; i++ {
		r := request{
			at: at.Add(time.Duration(i/120) * time.Second), method: "GET", size: rnd.IntN(100000), agent: agents[rnd.IntN(len(agents))],
			client: fmt.Sprintf("10.%d.%d.%d", rnd.IntN(4), rnd.IntN(60), rnd.IntN(250)),
			path:   fmt.Sprintf("/api/v1/items/%d?page=%d", rnd.IntN(20000), i%50), status: statuses[rnd.IntN(len(statuses))],
		}
		if i%5 == 0 {
			r.user = fmt.Sprintf("user%d", rnd.IntN(300))
		}
		if i%7 == 0 {
			r.method = "POST"
		}
		write(out, &r)
	}
	if err := out.Flush(); err != nil {
		fmt.Fprintln(os.Stderr, "loggen:", err)
		os.Exit(1)
	}
}

type counted struct {
	w io.Writer
	n int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.w.Write(b)
	c.n += int64(n)
	return n, err
}
