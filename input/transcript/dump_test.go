package transcript

import (
	"testing"

	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
)

// TestAnswerDumped reads an answer that Node printed as one object: its status and body stand beside its header.
func TestAnswerDumped(t *testing.T) {
	ev, err := read(`{ status: 401, headers: { 'content-length': '63', 'content-type': 'application/json', server: 'tfe/1' }, body: '{"errors":[{"code":32}]}' }`,
		form.Options{Source: fact.Source{Input: "paste"}})
	if err != nil || len(ev.Exchanges) != 1 {
		t.Fatalf("%v: %d exchanges, want one", err, len(ev.Exchanges))
	}
	x := ev.Exchanges[0]
	if x.Status() != 401 || string(x.Body()) != `{"errors":[{"code":32}]}` || x.Header().Get("Content-Type") != "application/json" || x.Header().Has("status") {
		t.Errorf("status %d, body %q, header %s", x.Status(), x.Body(), names(x.Header()))
	}
}
