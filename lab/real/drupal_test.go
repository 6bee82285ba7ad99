package real

import (
	"strings"
	"testing"
)

// TestDrupalReplica holds the replica against what Drupal's source says and its own tests want (BasicAuthTest,
// CsrfRequestHeaderTest), row by row.
func TestDrupalReplica(t *testing.T) {
	limit(t)
	for _, setUp := range []int{80, 95, 98} {
		w := NewWorld(t)
		w.Drupal(setUp, drupalBasic)
		login := func(user string) []string { return []string{"-u", user} }
		if setUp == 98 { // its web server has a prompt of its own
			w.DrupalSettings(map[string]any{})
			r := w.warm(askDrupal("node/1", "-u", stagingLogin)(w))
			if r.Status != 200 {
				t.Errorf("98: %v", r)
			}
			continue
		}
		for _, c := range []struct {
			what, path string
			args       []string
			status     int
			body, head string
		}{
			{"a page for all", "node/1", nil, 200, "Welcome", ""},
			{"nobody, a route with basic_auth", drupalNode, nil, 401, `{"message":"No authentication credentials provided."}`, `Basic realm="Lab"`},
			{"nobody, a route without", "admin", nil, 403, "You are not authorized to access this page.", "-"},
			{"the right login", drupalNode, login(drupalAnn), 200, "nid", "-"},
			{"a wrong password is 403, with no challenge", drupalNode, login("ann:wrong"), 403, "restful get entity:node", "-"},
			{"an unknown user", drupalNode, login("zoe:wrong"), 403, "restful get entity:node", "-"},
			{"an account without the permission", drupalNode, login("bob:bob-password-9c1f"), 403, "permission is required", "-"},
			{"the right login on a route without basic_auth", "admin?_format=json", login(drupalAnn), 403, "The used authentication method is not allowed on this route.", "-"},
			{"the same as a page", "admin", login(drupalAnn), 403, "Access denied", "-"},
			{"a Bearer token that no provider reads", drupalNode, []string{"-H", "Authorization: Bearer x"}, 401, "No authentication credentials provided.", `Basic realm="Lab"`},
			{"JSON:API", "jsonapi/node/article", nil, 401, `"detail":"No authentication credentials provided."`, `Basic realm="Lab"`},
			{"JSON:API, the right login", "jsonapi/node/article", login(drupalAnn), 200, `"data":[]`, "-"},
			{"no route", "nothing?_format=json", nil, 404, "No route found", "-"},
			{"a wrong password at the login", "user/login?_format=json", []string{"-H", "Content-Type: application/json", "-d", `{"name":"ann","pass":"x"}`}, 400, "Sorry, unrecognized username or password.", "-"},
		} {
			r := w.warm(askDrupal(c.path, c.args...)(w))
			head := strings.Join(r.Header.Values("WWW-Authenticate"), ", ")
			if r.Status != c.status || !strings.Contains(r.Body, c.body) || c.head != "" && c.head != "-" && head != c.head || c.head == "-" && head != "" {
				t.Errorf("%d: %s: %v %q %s", setUp, c.what, r, head, r.Body)
			}
		}
		session := w.warm(askDrupal("user/login?_format=json", "-H", "Content-Type: application/json", "-d", `{"name":"ann","pass":"ann-password-9c1f"}`)(w))
		cookie, _, _ := strings.Cut(session.Header.Get("Set-Cookie"), ";")
		if session.Status != 200 || !strings.HasPrefix(cookie, "SESS") {
			t.Fatalf("%d: the login: %v", setUp, session)
		}
		_, rest, _ := strings.Cut(session.Body, `"csrf_token":"`)
		token, _, _ := strings.Cut(rest, `"`)
		for _, c := range []struct {
			what   string
			args   []string
			status int
			body   string
		}{
			{"by cookie", nil, 200, "nid"},
			{"a change without the token", []string{"-X", "PATCH"}, 403, "X-CSRF-Token request header is missing"},
			{"with a wrong one", []string{"-X", "PATCH", "-H", "X-CSRF-Token: x"}, 403, "X-CSRF-Token request header is invalid"},
			{"with the right one", []string{"-X", "PATCH", "-H", "X-CSRF-Token: " + token}, 200, "nid"},
		} {
			if r := w.warm(askDrupal(drupalNode, append(c.args, "-H", "Cookie: "+cookie)...)(w)); r.Status != c.status || !strings.Contains(r.Body, c.body) {
				t.Errorf("%d: %s: %v", setUp, c.what, r)
			}
		}
		// Five wrong passwords, of which one was sent above, shut out the right one, with the same 403.
		for range 4 {
			w.warm(askDrupal(drupalNode, "-u", "ann:wrong")(w))
		}
		if r := w.warm(askDrupal(drupalNode, "-u", drupalAnn)(w)); r.Status != 403 {
			t.Errorf("%d: after five failures: %v", setUp, r)
		}
	}
}
