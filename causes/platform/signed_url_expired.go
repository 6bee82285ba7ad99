package platform

import (
	"fmt"
	"strings"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/signature"
)

// SignedURLExpired: the link's own time is over.
var SignedURLExpired = &cause.Cause{
	ID:      "signed-url-expired",
	Title:   "the signed URL is past its end",
	Family:  family,
	FaultAt: exchange.Client,
	Hides: []string{"ip-allowlist", "waf-block", "user-agent-blocked", "403-means-401", "401-means-403", "user-lacks-role-or-group",
		"missing-www-authenticate", "no-credentials-sent"},
	Partial: true,
	Suspect: func(v *cause.View) *cause.Suspicion {
		if late, ok := frameOver(v); ok {
			return &cause.Suspicion{Grade: cause.Proved, Weight: 0.95, Because: []fact.Fact{late}, Remedies: linkRemedies(v, cred.SignedLink{Vendor: "Azure Storage"})}
		}
		if v.Unseen(exchange.RequestLine) || v.Unseen(exchange.StatusLine) {
			return nil
		}
		if v.Answer == nil || v.Answer.Response == nil || !refusedLink(v.Answer.Status()) {
			return nil
		}
		link, ok := cred.SignedLinkOf(v.Answer.Request)
		if !ok {
			return nil
		}
		if _, other := v.Means(signature.SignatureInvalid, signature.UserUnknown, signature.ClockSkew, signature.BodyHashMismatch, signature.WrongRegion, signature.TwoAuthMechanisms); other {
			return nil
		}
		s := &cause.Suspicion{Where: cause.Location{Hop: v.Answer.N}, Remedies: linkRemedies(v, link)}
		now, told := v.Answer.Date()
		if !told {
			now = v.Answer.Sent
		}
		said, words := v.Means(signature.LinkExpired)
		_, session := v.Means(signature.TokenExpired)
		late := !link.Ends.IsZero() && now.After(link.Ends)
		switch {
		case late:
			s.Grade, s.Weight = cause.Strong, 0.9
			s.Title = "the signed URL ended " + ago(now.Sub(link.Ends)) + " before the request"
			if told {
				s.Because = append(s.Because, v.Saw("The URL ends at %s by its own parameters; the server's clock says %s.", link.Ends.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)))
			} else {
				s.Because = append(s.Because, v.Saw("The URL ends at %s by its own parameters; the clock here says %s.", link.Ends.UTC().Format(time.RFC3339), now.UTC().Format(time.RFC3339)))
			}
			if words {
				s.Because = append(s.Because, said.Because)
			}
			// Whose parameters these are decides what they mean: the vendors document theirs, a name like "expires" is anybody's.
			if told && (link.Vendor != "" || words) {
				s.Grade = cause.Proved
			}
		case session && link.Session:
			s.Grade, s.Weight = cause.Strong, 0.85
			s.Title = "the session that signed the URL has ended, and the URL with it"
			s.Because = []fact.Fact{v.Saw("The answer says that a token has expired, and the URL was signed with a temporary key."), v.Asked("The URL itself has not reached its end.")}
		case words && said.Weight >= 70:
			s.Grade, s.Weight = cause.Strong, 0.8
			s.Because = []fact.Fact{said.Because}
		default:
			return nil
		}
		s.Raise = []cause.Raise{{Command: "date -u; curl -sI " + cause.QuoteWord(v.Answer.Request.URL.Origin().String()+"/") + " | grep -i ^date", Where: "here", Would: "show how far the clocks are apart, if the link was made a moment ago"}}
		return s
	},
}

func refusedLink(status int) bool {
	return status == 400 || status == 401 || status == 403 || status == 410
}

// ago writes a span in the unit that people would use.
func ago(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%d days", d/(24*time.Hour))
	case d >= 2*time.Minute:
		return strings.TrimSuffix(d.Round(time.Minute).String(), "0s")
	}
	return d.Round(time.Second).String()
}

func linkRemedies(v *cause.View, link cred.SignedLink) []cause.Remedy {
	again := "make the link anew where it came from, and use it at once"
	switch link.Vendor {
	case "AWS":
		again = "aws s3 presign s3://BUCKET/KEY --expires-in 900"
	case "Google Cloud Storage":
		again = "gcloud storage sign-url gs://BUCKET/OBJECT --duration=15m"
	case "Azure Storage":
		again = "az storage blob generate-sas --account-name NAME --container-name C --name BLOB --permissions r --expiry END --full-uri"
	}
	return []cause.Remedy{{
		ID: "new-link", Title: "get a new link", For: "client",
		Effect: "a link with time left", Opens: "the one object, to whoever has the link, until its end",
		Steps: []string{again}, Verify: "the new link answers 2xx", Undo: "none needed: it ends by itself",
	}, {
		ID: "sign-later", Title: "sign when the link is used, not when the page or job is made", For: "server",
		Effect: "time between signing and use no longer counts", Opens: "nothing",
		Steps:  []string{"hand out a path of your own that checks the user and redirects to a fresh link (Cache-Control: no-store)", "keep caches and queues from holding links longer than they live; temporary keys end before their links: sign with a role that lives long enough"},
		Verify: "a page opened yesterday still downloads", Undo: "put the links back into the page",
	}}
}
