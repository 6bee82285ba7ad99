package report

import (
	"fmt"
	"strings"

	"github.com/why401/why401/secret"
)

// Metrics writes Prometheus' text format (version 0.0.4): for node_exporter's textfile collector and for /metrics. The zero
// value is empty; String gives what was written.
type Metrics struct{ strings.Builder }

// Head begins a metric. kind is "gauge" or "counter"; help is a sentence of ours.
func (m *Metrics) Head(name, kind, help string) {
	fmt.Fprintf(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
}

// Line writes a sample. labels are names and values in turn; values may be foreign text. value is a number.
func (m *Metrics) Line(name string, value any, labels ...string) {
	m.WriteString(name)
	for i := 0; i+1 < len(labels); i += 2 {
		m.WriteByte("{,"[min(i, 1)])
		m.WriteString(labels[i] + `="` + inLabel.Replace(Terminal(secret.Scrub(labels[i+1]))) + `"`)
	}
	if len(labels) > 1 {
		m.WriteByte('}')
	}
	fmt.Fprintf(m, " %v\n", value)
}

// inLabel escapes what ends a value.
var inLabel = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

// Bit is a yes or a no as a sample.
func Bit(b bool) int {
	if b {
		return 1
	}
	return 0
}
