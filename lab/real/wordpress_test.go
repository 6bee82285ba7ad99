package real

import (
	"testing"
	"time"
)

func TestWordPressInstalls(t *testing.T) {
	limit(t)
	begin := time.Now()
	w := NewWorld(t)
	s := w.WordPress("front", "define('WP_ENVIRONMENT_TYPE', 'local');").Serve(80)
	t.Logf("%v", time.Since(begin))
	r := w.warm([]string{w.URL("front", "wp-json/")})
	t.Log(r.Status, len(r.Body), time.Since(begin))
	r = w.warm(curl("-u", "admin:"+wpAppPassword, w.URL("front", "wp-json/wp/v2/users/me")))
	t.Log(r)
	c := s.Login("alice")
	n := s.Nonce(c)
	r = w.warm(curl("-H", "Cookie: "+c, "-H", "X-WP-Nonce: "+n, w.URL("front", "wp-json/wp/v2/users/me")))
	t.Log(r, time.Since(begin))
	r = w.warm([]string{w.URL("front")})
	t.Log(r, time.Since(begin), w.Logs())
}
