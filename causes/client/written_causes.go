package client

import "github.com/why401/why401/cause"

// What the detectors of this family add for recorded evidence: the same cause seen in texts, settings and commands
// rather than in the header of a request.

func quotedRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	quoted, _, _ := echoOf(v)
	return cause.Weightier(quoted, quotedWhereKept(v))
}

func placeholderRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	_, bracketed, word := echoOf(v)
	return cause.Weightier(cause.Weightier(cause.Weightier(bracketed, word), templateLeft(v)), unexpandedSetting(v))
}

func whitespaceRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	return cause.Weightier(cause.Weightier(newlineEncoded(v), echoEncoded(v, false)), breakShown(v))
}

func brokenRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	return cause.Weightier(wrapped(v), echoEncoded(v, true))
}

func userinfoRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	return userinfoWritten(v)
}

func mangledRecorded(v *cause.View) *cause.Suspicion {
	if !v.Recorded() {
		return nil
	}
	return cause.Weightier(composeDollar(v), dollarInOption(v))
}
