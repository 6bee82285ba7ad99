// Package days makes logs of whole days with a known truth: healthy ones, noisy ones, and days on which something went
// wrong at a known minute for a known group.
//
// Nobody can wait for real days. So the lines are real and the clock is scripted: record_test.go drives nginx, Apache,
// Caddy and HAProxy through every kind of event, takes the lines that they wrote, access log and error log, and keeps
// them as shapes with places for time, client, user, target and user agent (shapes.json). A test drives the servers again
// and compares. A scripted day then decides who asks for what and when, and fills in the shapes.
package days

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"
)

// Shape is what one server wrote about one event.
type Shape struct {
	Access []string `json:"access"` // lines of the access log, with {places}
	Error  []string `json:"error"`  // lines of the error log
}

//go:embed shapes.json
var shapesJSON []byte

// Shapes are the recorded shapes: by server ("nginx"), then by event ("wrong-password").
var Shapes = sync.OnceValue(func() map[string]map[string]Shape {
	var s map[string]map[string]Shape
	if err := json.Unmarshal(shapesJSON, &s); err != nil {
		panic(fmt.Sprintf("lab/days/shapes.json: %v", err))
	}
	return s
})

// Request fills a shape.
type Request struct {
	At       time.Time
	Client   string
	User     string // of a shape with a user
	Method   string
	Target   string
	Agent    string
	Upstream string
	Size     int // 0: as recorded
}

// fill puts r into the places of a line.
func fill(line string, r Request) string {
	var b strings.Builder
	for {
		i := strings.IndexByte(line, '{')
		j := strings.IndexByte(line[max(i, 0):], '}')
		if i < 0 || j < 0 {
			return b.String() + line
		}
		b.WriteString(line[:i])
		name := line[i+1 : i+j]
		if v, ok := r.place(name); ok {
			b.WriteString(v)
			line = line[i+j+1:]
		} else { // a brace of JSON
			b.WriteByte('{')
			line = line[i+1:]
		}
	}
}

// place is what stands in a place.
func (r Request) place(name string) (string, bool) {
	switch name {
	case "clf":
		return r.At.Format("02/Jan/2006:15:04:05 -0700"), true
	case "nginx":
		return r.At.Format("2006/01/02 15:04:05"), true
	case "apache":
		return r.At.Format("Mon Jan 02 15:04:05.000000 2006"), true
	case "haproxy":
		return r.At.Format("02/Jan/2006:15:04:05.000"), true
	case "unix":
		return fmt.Sprintf("%d.%06d", r.At.Unix(), r.At.Nanosecond()/1000), true
	case "client":
		return r.Client, true
	case "user":
		return r.User, true
	case "method":
		return r.Method, true
	case "target":
		return r.Target, true
	case "agent":
		return r.Agent, true
	case "upstream":
		return r.Upstream, true
	}
	return "", false
}
