package read

import (
	"context"
	"os"
	"testing"

	"github.com/why401/why401/logs/line"
)

func BenchmarkX(b *testing.B) {
	data, err := os.ReadFile("/tmp/loglines-b/a.log")
	if err != nil {
		b.Skip()
	}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		s, _ := Files("/tmp/loglines-b/a.log")
		n := 0
		Each(context.Background(), s, Options{Workers: 1}, func() Worker { return &counter{&n} })
	}
}

type counter struct{ n *int }

func (c *counter) Line(l *line.Line) { *c.n++ }
func (c *counter) EndBlock() func()  { return nil }
