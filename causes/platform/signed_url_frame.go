package platform

import (
	"regexp"
	"time"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/internal/lazyregexp"
)

// azureFrame is how Azure Storage names the three times of a shared access signature that it refuses.
var azureFrame = lazyregexp.New(`Start \[([^\]]{20,40})\] - Expiry \[([^\]]{20,40})\] - Current \[([^\]]{20,40})\]`)

// frameOver says that by the service's own words its clock had passed the link's expiry. A start that lies ahead of that
// clock is another fault (a clock that is off).
func frameOver(v *cause.View) (fact.Fact, bool) {
	if over(azureFrame.Get(), string(v.Answer.Body())) {
		return v.Saw("The answer's own times say that the link's expiry has passed."), true
	}
	for _, m := range v.Messages {
		if over(azureFrame.Get(), string(m.Text)) {
			f := fact.Given("the message", "Its own times say that the link's expiry has passed.")
			f.From = m.From
			return f, true
		}
	}
	return fact.Fact{}, false
}

func over(re *regexp.Regexp, text string) bool {
	m := re.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	expiry, err := time.Parse(httpTime, m[2])
	current, err2 := time.Parse(httpTime, m[3])
	return err == nil && err2 == nil && !current.Before(expiry)
}

// httpTime is the date of RFC 9110 5.6.7, which Azure writes.
const httpTime = "Mon, 02 Jan 2006 15:04:05 GMT"
