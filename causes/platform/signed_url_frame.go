package platform

import (
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// azureFrame is how Azure Storage names the three times of a shared access signature that it refuses.
var azureFrame = lazyregexp.New(`Start \[([^\]]{20,40})\] - Expiry \[([^\]]{20,40})\] - Current \[([^\]]{20,40})\]`)

// s3Frame is how Amazon S3, and what speaks its API, names a presigned link's end and its own clock.
var s3Frame = lazyregexp.New(`<Message>Request has expired</Message>(?s:.{0,200}?)<Expires>([^<]{10,40})</Expires>\s{0,20}<ServerTime>([^<]{10,40})</ServerTime>`)

// frameOver says that by the service's own words its clock had passed the link's expiry. A start that lies ahead of that
// clock is another fault (a clock that is off).
func frameOver(v *cause.View) (fact.Fact, bool) {
	if over(string(v.Answer.Body())) {
		return v.Saw("The answer's own times say that the link's expiry has passed."), true
	}
	for _, m := range v.Messages {
		if over(string(m.Text)) {
			f := fact.Given("the message", "Its own times say that the link's expiry has passed.")
			f.From = m.From
			return f, true
		}
	}
	return fact.Fact{}, false
}

func over(text string) bool {
	if m := azureFrame.FindStringSubmatch(text); m != nil {
		return passed(httpTime, m[2], m[3])
	}
	if m := s3Frame.FindStringSubmatch(text); m != nil {
		return passed(time.RFC3339, m[1], m[2])
	}
	return false
}

// passed reports two times of which the second is not before the first.
func passed(layout, end, now string) bool {
	expiry, err := time.Parse(layout, end)
	current, err2 := time.Parse(layout, now)
	return err == nil && err2 == nil && !current.Before(expiry)
}

// httpTime is the date of RFC 9110 5.6.7, which Azure writes.
const httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"
