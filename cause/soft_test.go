package cause

import (
	"strings"
	"testing"

	"github.com/why401/why401/exchange"
)

func TestSoftOf(t *testing.T) {
	for _, c := range []struct {
		body string
		want Soft
	}{
		{``, NotSoft},
		{`{"ok":true}`, NotSoft},
		{`{"data":[],"error":null}`, NotSoft},
		{`{"data":{"me":{"id":1}},"errors":[]}`, NotSoft},
		{`{"id":7,"status":"failed","error":"timeout","created":"2026"}`, NotSoft},
		{`{"errors":[{"code":401,"title":"Unauthorized"}],"data":[{"id":1}]}`, NotSoft},
		{`{"error":"no such item"}`, SoftError},
		{`{"success":false,"data":{"field":"too long"}}`, SoftError},
		{`{"error":"invalid_token","error_description":"x"}`, SoftRefusal},
		{`{"ok":false,"error":"invalid_auth"}`, SoftRefusal},
		{`{"code":401,"msg":"x","data":null}`, SoftRefusal},
		{`{"message":"Unauthorized"}`, SoftRefusal},
		{`{"errors":[{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}],"data":{"me":null,"news":[1]}}`, SoftRefusal},
		{`{"authenticated":false,"user":null}`, SoftRefusal},
		{`{"authenticated":true,"user":"a"}`, NotSoft},
		{`[{"error":"forbidden"}]`, NotSoft},
		{`<html><head><title>Access denied | Example</title></head></html>`, SoftRefusal},
		{`<html><head><title>403 Forbidden</title></head></html>`, SoftRefusal},
		{`<html><head><title>The forbidden city: a guide</title></head></html>`, NotSoft},
		{`<html><head><title>Room 401</title></head></html>`, NotSoft},
		{`<html><head><title>Just a moment...</title></head></html>`, SoftError},
		{`<?xml version="1.0"?><Error><Code>AccessDenied</Code></Error>`, SoftRefusal},
		{`<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>`, SoftError},
		{`<?xml version="1.0"?><feed><title>forbidden</title></feed>`, NotSoft},
		{`Access denied.`, SoftRefusal},
		{`ERROR: invalid api key`, SoftRefusal},
		{`hello`, NotSoft},
		{"a long text\nof several\nlines\nthat names access denied\nonce", NotSoft},
	} {
		x := &exchange.Exchange{Request: exchange.Request{Method: "GET"}, Response: &exchange.Response{Status: 200, Body: exchange.Body{Bytes: []byte(c.body)}}}
		if got := SoftOf(x); got != c.want {
			t.Errorf("%s: %d, want %d", c.body, got, c.want)
		}
		x.Response.Status = 401
		if SoftOf(x) != NotSoft {
			t.Errorf("%s: a 401 is not soft", c.body)
		}
		x.Response.Status, x.Request.Method = 200, "HEAD"
		if SoftOf(x) != NotSoft {
			t.Errorf("%s: the answer to HEAD has no body to read", c.body)
		}
	}
}

func TestElsewhere(t *testing.T) {
	answer := func(status, hop int, kind, path string) *exchange.Exchange {
		u, err := exchange.ParseURL("http://a.test" + path)
		if err != nil {
			t.Fatal(err)
		}
		return &exchange.Exchange{Hop: hop, Request: exchange.Request{Method: "GET", URL: u},
			Response: &exchange.Response{Status: status, Header: exchange.Header{exchange.ResponseField("Content-Type", kind)}}}
	}
	failing := answer(401, 0, "application/json", "/me")
	for _, c := range []struct {
		seen *exchange.Exchange
		want bool
	}{
		{answer(200, 0, "application/json", "/me"), false},
		{answer(302, 0, "text/plain", "/me"), true},
		{answer(304, 0, "text/plain", "/me"), false},
		{answer(200, 1, "text/html", "/welcome"), true},
		{answer(200, 1, "application/zip", "/store/a.zip"), false},
		{answer(200, 0, "text/html", "/me"), true},
	} {
		if got := Elsewhere(failing, c.seen); got != c.want {
			t.Errorf("%d %s %s: %v", c.seen.Status(), c.seen.Header().Get("Content-Type"), strings.TrimPrefix(c.seen.Request.URL.Path, "/"), got)
		}
	}
}
