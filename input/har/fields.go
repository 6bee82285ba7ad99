package har

// field reads the value of one member of an entry.
func (r *reader) field(name string) error {
	e := &r.e
	switch name {
	case "startedDateTime":
		return r.put(&e.started)
	case "time":
		v, err := r.number()
		e.took = v
		return err
	case "serverIPAddress":
		return r.put(&e.ip)
	case "connection":
		return r.put(&e.conn)
	case "_connectionId":
		return r.put(&e.connID)
	case "_fromCache": // Chrome: "disk", "memory"
		return r.put(&e.cached)
	case "_resourceType": // Chrome says "preflight" for what the browser sent by itself
		p, _, err := r.str(32)
		e.preflightOf = e.str(p) == "preflight"
		return err
	case "_fetchedViaServiceWorker":
		return r.isTrue(&e.viaWorker)
	case "_failureText", "_error", "_blockedReason": // Playwright, others
		return r.put(&e.blocked)
	case "request":
		return r.request()
	case "response":
		return r.response()
	}
	return r.s.skip()
}

func (r *reader) request() error {
	e := &r.e
	e.hasRequest, e.hasPost, e.postCut = false, false, false
	e.method, e.url, e.proto, e.post, e.postType = span{}, span{}, span{}, span{}, span{}
	e.header, e.cookies, e.params, e.sentSize = e.header[:0], e.cookies[:0], e.params[:0], -1
	return r.inside(func(name string) error {
		e.hasRequest = true
		switch name {
		case "method":
			return r.put(&e.method)
		case "url":
			return r.put(&e.url)
		case "httpVersion":
			return r.put(&e.proto)
		case "headers":
			return r.pairs(&e.header)
		case "cookies":
			return r.pairs(&e.cookies)
		case "bodySize":
			return r.integer(&e.sentSize)
		case "postData":
			return r.postData()
		}
		return r.s.skip()
	})
}

func (r *reader) postData() error {
	e := &r.e
	e.hasPost, e.postCut, e.post, e.postType, e.params = false, false, span{}, span{}, e.params[:0]
	return r.inside(func(name string) (err error) {
		switch name {
		case "mimeType":
			return r.put(&e.postType)
		case "text":
			e.hasPost = true
			e.post, e.postCut, err = r.str(maxBody)
			return err
		case "params":
			return r.pairs(&e.params)
		}
		return r.s.skip()
	})
}

func (r *reader) response() error {
	e := &r.e
	e.hasResponse, e.hasBody, e.bodyCut, e.gaveCookies, e.status = false, false, false, false, 0
	e.reason, e.replyProto, e.redirect, e.fail = span{}, span{}, span{}, span{}
	e.body, e.bodyType, e.coding, e.reply, e.size, e.wire = span{}, span{}, span{}, e.reply[:0], -1, -1
	return r.inside(func(name string) error {
		e.hasResponse = true
		switch name {
		case "status":
			v, err := r.number()
			if e.status = 0; v >= 100 && v < 1000 {
				e.status = int(v)
			}
			return err
		case "statusText":
			return r.put(&e.reason)
		case "httpVersion":
			return r.put(&e.replyProto)
		case "headers":
			return r.pairs(&e.reply)
		case "cookies":
			return r.each(func() error {
				e.gaveCookies = true
				return r.s.skip()
			})
		case "redirectURL":
			return r.put(&e.redirect)
		case "bodySize":
			return r.integer(&e.wire)
		case "_error", "_failureText": // Chrome: "net::ERR_FAILED"
			return r.put(&e.fail)
		case "content":
			return r.content()
		}
		return r.s.skip()
	})
}

func (r *reader) content() error {
	e := &r.e
	e.hasBody, e.bodyCut, e.body, e.bodyType, e.coding, e.size = false, false, span{}, span{}, span{}, -1
	return r.inside(func(name string) (err error) {
		switch name {
		case "mimeType":
			return r.put(&e.bodyType)
		case "encoding":
			return r.put(&e.coding)
		case "size":
			return r.integer(&e.size)
		case "text":
			// Bodies are most of an archive. Of those that were let in the beginning is enough.
			e.hasBody = true
			n := maxCoded
			if e.status/100 == 2 {
				n = passedBody
			}
			e.body, e.bodyCut, err = r.str(n)
			return err
		}
		return r.s.skip()
	})
}
