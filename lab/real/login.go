package real

import (
	"context"
	"errors"
	"fmt"
	"os"
)

// playLogin plays a scenario whose refusal is a step of a login: it is recorded, and the record is diagnosed; then it is
// mended and played again.
func playLogin(ctx context.Context, sc Scenario, w *World, res *Result) error {
	rec := w.Recorder()
	refused := sc.Login(w, rec, false)
	broken := sc.Want.Cause != ""
	if (refused != "") != broken {
		return fmt.Errorf("the login ended with %q", refused)
	}
	if err := w.diagnoseRecord(ctx, rec.File("login.har"), "state", res); err != nil {
		return err
	}
	if !broken {
		return nil
	}
	if sc.Mend != nil {
		sc.Mend(w)
	}
	again := w.Recorder()
	if refused := sc.Login(w, again, true); refused != "" {
		return fmt.Errorf("still refused after mending: %s", refused)
	}
	if Diagnose == nil {
		return nil
	}
	first := res.Verdict
	err := w.diagnoseRecord(ctx, again.File("mended.har"), "state-mended", res)
	after := res.Verdict
	res.Verdict = first
	switch {
	case err != nil:
		return err
	case after.Exit != 0:
		return errors.New("in the record of the login that went well something was found: " + after.Cause)
	}
	return nil
}

func (w *World) diagnoseRecord(ctx context.Context, har, state string, res *Result) error {
	if Diagnose == nil {
		return nil
	}
	dir := w.Dir + "/" + state
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	v, err := Diagnose(ctx, []string{har}, dir)
	if err != nil {
		return fmt.Errorf("diagnosing: %w", err)
	}
	res.Verdict = &v
	if v.Sent > 0 {
		return errors.New("requests were sent for a record")
	}
	return nil
}
