package main

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/why401/why401"
	"github.com/why401/why401/input"
	"github.com/why401/why401/report"
)

// trace follows the request of --request through the configurations, and says what they decide. Nothing is sent.
func (d *configCheck) trace() error {
	a := d.app
	got, err := input.Read([]string{d.request}, strings.NewReader(""), input.Options{Version: why401.Version(), Home: a.env("HOME"), Typed: true})
	if err == nil && len(got.Intents) == 0 {
		err = errors.New("it holds no request")
	}
	if err != nil {
		return usage("why401 config PATH --request 'curl -u alice:secret https://example.com/'", "--request: %v", err)
	}
	in := why401.Input{Intent: got.Intents[0], Read: "a request and a configuration"}
	if in.From, err = d.from(); err != nil {
		return err
	}
	for _, c := range d.configs {
		if c.Tracer != nil {
			in.Configs = append(in.Configs, c.Config)
		}
	}
	if len(in.Configs) == 0 {
		return unreadable(fmt.Errorf("%s: requests cannot be followed through a configuration of this program", shorter(d.configs[0].Path)), "why401 config PATH, without --request")
	}
	if err := a.ask(in.Intent); err != nil {
		return err
	}
	dg := &diagnosis{app: a, json: d.json, exitZero: d.exitZero, offline: true}
	return dg.diagnose(in, []why401.Option{why401.Offline()})
}

func (d *configCheck) from() (netip.Addr, error) {
	if d.client == "" {
		return netip.Addr{}, nil
	}
	addr, err := netip.ParseAddr(d.client)
	if err != nil {
		return addr, usage("for example --from 192.0.2.7", "--from %q: expected an IP address", d.client)
	}
	return addr, nil
}

// shortenTrace writes the places of a report as the user would.
func shortenTrace(rep *report.Report) {
	for i := range rep.Trace {
		rep.Trace[i].File = shorter(rep.Trace[i].File)
	}
	for i := range rep.Evidence {
		rep.Evidence[i].Source.File = shorter(rep.Evidence[i].Source.File)
	}
	rep.Verdict.Location.File = shorter(rep.Verdict.Location.File)
}
