package main

import (
	"github.com/spf13/pflag"
	"github.com/why401/why401/report"
)

// auditForms are how why401 config and why401 site write what they found.
type auditForms struct {
	json, sarif, github, exitZero bool
}

func (f *auditForms) register(flags *pflag.FlagSet) {
	flags.BoolVar(&f.json, "json", false, "write JSON (schema why401.audit/1)")
	flags.BoolVar(&f.sarif, "sarif", false, "write SARIF 2.1.0, for code scanning")
	flags.BoolVar(&f.github, "github", false, "write annotations for GitHub Actions")
	flags.BoolVar(&f.exitZero, "exit-zero", false, "exit 0 whenever something could be read")
}

func (f *auditForms) check() error {
	if f.json && f.sarif || f.json && f.github || f.sarif && f.github {
		return usage("choose one", "--json, --sarif and --github exclude each other")
	}
	return nil
}

// printAudit writes rep, and ends with exit code 1 when there is something to mend.
func (a *app) printAudit(rep *report.Audit, f *auditForms, found bool) error {
	var err error
	switch {
	case f.json:
		err = report.AuditJSON(a.out, rep)
	case f.sarif:
		err = report.SARIF(a.out, rep)
	case f.github:
		err = report.GitHub(a.out, rep)
	default:
		err = report.AuditText(a.out, rep, a.options())
	}
	if err == nil && found && !f.exitZero {
		return ended(1)
	}
	return err
}
