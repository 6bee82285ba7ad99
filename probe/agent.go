package probe

// RedirectMethod is the method that agent uses on the hop behind a redirect, and whether the body goes along.
func RedirectMethod(agent string, status int, method string) (next string, body bool) {
	switch {
	case status == 307 || status == 308:
		return method, true
	case method == "HEAD", method == "GET":
		return method, true
	case method == "POST":
		return "GET", false
	case status == 303:
		return "GET", false
	}
	return method, true
}
