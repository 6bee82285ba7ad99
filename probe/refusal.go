package probe

import "fmt"

// Refusal is the error for a request that was not sent because of a safety rule.
type Refusal struct {
	Rule string // one of the Rule constants
	Why  string // in words, without secrets
	Yes  string // the option of the command line that lifts the rule, where one does: who sets it says yes to the risk
}

func (r *Refusal) Error() string {
	s := fmt.Sprintf("not sent (%s): %s", r.Rule, r.Why)
	if r.Yes != "" {
		s += "; " + r.Yes + " sends it all the same"
	}
	return s
}

// WithheldBy is the rule's name.
func (r *Refusal) WithheldBy() string { return r.Rule }

// The rules.
const (
	RuleOffline     = "offline"         // nothing is sent at all
	RuleBudget      = "budget"          // the run's number of requests or its time is used up
	RuleMethod      = "unsafe-method"   // a method that may change something, without consent
	RuleDangerous   = "dangerous"       // a GET whose URL says that it deletes, signs out, ...
	RuleOneTime     = "one-time"        // a value that works once, or whose reuse counts as theft
	RuleOneTry      = "one-try"         // a password that was refused, or may have been
	RuleTokens      = "token-limit"     // a token or key was refused often enough in this run
	RuleAnonymous   = "anonymous-limit" // the host refused enough requests without a credential in this run
	RuleRefusals    = "refusals"        // the host refused enough requests of any kind in this run
	RuleStopped     = "stopped"         // the host asked for an end: 429, 423, words about a lock
	RuleMetadata    = "metadata"        // a cloud metadata address that nobody typed
	RuleOtherOrigin = "other-origin"    // a credential would reach an origin it was not given for
	RuleNotNamed    = "not-named"       // an origin that the user has not agreed to
	RuleLineBreak   = "line-break"      // a value would break out of its header field
)
