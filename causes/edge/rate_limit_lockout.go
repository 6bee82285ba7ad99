package edge

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
	"github.com/why401/why401/signature"
)

// RateLimitLockout: too many requests, or too many refused logins, came before this one.
var RateLimitLockout = &cause.Cause{
	ID:      "rate-limit-lockout",
	Title:   "too many requests or refused logins came before",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"wrong-password", "403-means-401", "401-means-403", "user-lacks-role-or-group", "missing-www-authenticate", "no-credentials-sent", "ip-allowlist",
		"user-agent-blocked", "authorization-scheme-wrong", "unsolicited-authorization-sent"},
	Partial: true,
	Audit:   limitedAs401,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if v.Answer == nil || v.Answer.Response == nil {
			return nil
		}
		if _, challenge := page(v.Answer, "bot-challenge"); challenge {
			return nil
		}
		h, status := v.Answer.Header(), v.Answer.Status()
		said, words := v.Means(signature.RateLimited, signature.Locked)
		_, quota := v.Means(signature.LicenceOrQuota)
		after := h.Get("Retry-After")
		s := &cause.Suspicion{Weight: 0.9, Remedies: waitRemedies(v, after)}
		switch {
		case quota:
			return nil
		case status == 429:
			// RFC 6585 4 leaves the status one meaning.
			s.Grade = cause.Proved
			s.Because = []fact.Fact{v.Saw("The status is 429 Too Many Requests.")}
		case words && (status/100 == 4 || status == 503):
			s.Grade, s.Weight, s.Because = cause.Strong, 0.85, []fact.Fact{said.Because}
			if said.Meaning == signature.Locked {
				s.Title = "logins are locked after too many refused ones"
			}
		case v.Refused() && (h.Get("X-Ratelimit-Remaining") == "0" || h.Get("Ratelimit-Remaining") == "0"):
			s.Grade = cause.Strong
			s.Because = []fact.Fact{v.Saw("The %d says that none of the allowed requests remains (RateLimit-Remaining: 0).", status)}
		case v.Refused() && after != "" && number.MatchString(after):
			s.Grade, s.Weight = cause.Likely, 0.6
			s.Because = []fact.Fact{v.Saw("The %d carries Retry-After, which belongs to a refusal that passes with time.", status)}
		default:
			return nil
		}
		if number.MatchString(after) && after != "" {
			s.Because = append(s.Because, v.Saw("Retry-After: %s seconds.", after))
		}
		if len(v.Credentials) > 0 {
			s.Because = append(s.Because, v.Saw("Whether the credential is good cannot be told from this answer."))
		}
		return s
	},
}

var number = lazyregexp.New(`^[0-9]{1,6}$`)

func waitRemedies(v *cause.View, after string) []cause.Remedy {
	wait := "900"
	if number.MatchString(after) {
		wait = after
	}
	return []cause.Remedy{{
		ID: "wait", Title: "wait, and send nothing meanwhile", For: "client",
		Effect: "the count runs out; every further try may begin it anew", Opens: "nothing",
		Steps:  []string{"sleep " + wait + "; curl -si " + cause.Quote(v.Answer.Request.URL) + " -o /dev/null -w '%{http_code}\\n'"},
		Verify: "another status than 429", Undo: "none needed",
	}, {
		ID: "stop-the-loop", Title: "find and stop the program that keeps asking", For: "client",
		Effect: "the limit is not reached again", Opens: "nothing",
		Steps: []string{"look for an old password in a phone, sync client, cron job or CI run behind the same address",
			"obey Retry-After, double the pause after each refusal, and stop after a refused login in place of repeating it"},
		Verify: "the server's log shows no refused logins of yours for an hour", Undo: "none needed",
	}, {
		ID: "release-address", Title: "release the address or the account", For: "server",
		Effect: "the one client may try again", Opens: "nothing more than before the lock: the counters begin anew",
		Steps: []string{"sudo fail2ban-client set JAIL unbanip ADDRESS", "Nextcloud: occ security:bruteforce:reset ADDRESS",
			"nginx: raise burst of limit_req, and key the zone by user in place of the address where many share one"},
		Verify: "the client gets the application's answer", Undo: "the limit takes effect again by itself",
	}}
}
