package real

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/http"
	"sync"
)

// GoEntrance is a web application on Go's net/http with a login form, sessions in its memory and a CSRF token that belongs
// to a cookie, as gorilla/csrf has it. Alice may enter: /private is hers, /api/login takes the same login as JSON or a
// form, and /api/me says who asks.
type GoEntrance struct {
	Session string // further attributes of the session cookie: "; Secure"
	NoToken bool   // the page has lost its CSRF token: a cache or a theme left it out
	APIForm bool   // /api/login wants the form's CSRF token, too, which scripts do not have
}

// GoEntrance starts the application as @name@, or puts it in place of what was started so.
func (w *World) GoEntrance(name string, e GoEntrance) {
	w.Go(name, (&entrance{GoEntrance: e, sessions: map[string]bool{}}).mux())
}

type entrance struct {
	GoEntrance
	mu       sync.Mutex
	sessions map[string]bool
}

func number() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b)
	return hex.EncodeToString(b)
}

func (e *entrance) begin(w http.ResponseWriter) {
	id := number()
	e.mu.Lock()
	e.sessions[id] = true
	e.mu.Unlock()
	w.Header().Add("Set-Cookie", "session_id="+id+"; Path=/; HttpOnly; SameSite=Lax"+e.Session)
}

func (e *entrance) known(r *http.Request) bool {
	c, err := r.Cookie("session_id")
	if err != nil {
		return false
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.sessions[c.Value]
}

func (e *entrance) form(w http.ResponseWriter, status int, says string) {
	token := number()
	http.SetCookie(w, &http.Cookie{Name: "csrf", Value: token, Path: "/login", HttpOnly: true, SameSite: http.SameSiteLaxMode})
	field := `<input type="hidden" name="csrf_token" value="` + token + `">`
	if e.NoToken {
		field = ""
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `<!DOCTYPE html><html><head><title>Sign in</title><link rel="icon" href="data:,"></head><body><p>%s</p><form method="post" action="/login">%s
<label for="u">E-mail or user name</label><input id="u" name="account"><label for="p">Password</label><input id="p" name="password" type="password"><button>Sign in</button></form></body></html>
`, says, field)
}

func (e *entrance) mux() http.Handler {
	m := http.NewServeMux()
	m.HandleFunc("GET /login", func(w http.ResponseWriter, r *http.Request) { e.form(w, 200, "Please sign in") })
	m.HandleFunc("POST /login", func(w http.ResponseWriter, r *http.Request) {
		switch c, err := r.Cookie("csrf"); {
		case err != nil || r.FormValue("csrf_token") != c.Value:
			http.Error(w, "Forbidden - CSRF token invalid", http.StatusForbidden)
		case r.FormValue("account") != user || r.FormValue("password") != password:
			e.form(w, 200, "The user name or password is incorrect.")
		default:
			e.begin(w)
			http.Redirect(w, r, "/private", http.StatusSeeOther)
		}
	})
	m.HandleFunc("POST /api/login", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if e.APIForm {
			http.Error(w, "Forbidden - CSRF token not found in request", http.StatusForbidden)
			return
		}
		if r.FormValue("username") != user || r.FormValue("password") != password {
			w.WriteHeader(http.StatusUnauthorized)
			fmt.Fprintln(w, `{"error":"not_logged_in"}`)
			return
		}
		e.begin(w)
		fmt.Fprintln(w, `{"ok":true}`)
	})
	m.HandleFunc("GET /{path...}", func(w http.ResponseWriter, r *http.Request) {
		if !e.known(r) {
			http.Redirect(w, r, "/login", http.StatusFound)
			return
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprintf(w, `<!DOCTYPE html><html><head><title>Private</title><link rel="icon" href="data:,"></head><body><h1>Hello %s</h1></body></html>`, user)
	})
	return m
}
