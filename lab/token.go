package lab

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/why401/why401/internal/lazyregexp"
)

// expand puts tokens (${T}), dates (${date:-1h}) and filling (${fill:5000}) into text.
func expand(text string, tokens map[string]string, now time.Time) string {
	return placeholder.ReplaceAllStringFunc(text, func(m string) string {
		name := m[2 : len(m)-1]
		if t, ok := tokens[name]; ok {
			return t
		}
		if d, ok := strings.CutPrefix(name, "date:"); ok {
			if dur, err := time.ParseDuration(d); err == nil {
				return now.Add(dur).UTC().Format(http.TimeFormat)
			}
		}
		if d, ok := strings.CutPrefix(name, "unix:"); ok {
			if dur, err := time.ParseDuration(d); err == nil {
				return fmt.Sprint(now.Add(dur).Unix())
			}
		}
		if n, ok := strings.CutPrefix(name, "fill:"); ok { // so many letters, for what is too large
			if size, err := strconv.Atoi(n); err == nil && size >= 0 && size <= 64<<10 {
				return strings.Repeat("x", size)
			}
		}
		if d, ok := strings.CutPrefix(name, "amz:"); ok {
			if dur, err := time.ParseDuration(d); err == nil {
				return now.Add(dur).UTC().Format("20060102T150405Z")
			}
		}
		return m
	})
}

var placeholder = lazyregexp.New(`\$\{[A-Za-z0-9_:+.-]+\}`)

// mint makes the compact form of t.
func (t Token) mint(now time.Time) (string, error) {
	header := map[string]any{"alg": "HS256", "typ": "JWT"}
	for k, v := range t.Header {
		header[k] = v
	}
	claims := map[string]any{}
	for k, v := range t.Claims {
		claims[k] = v
		s, ok := v.(string)
		if !ok || k != "exp" && k != "iat" && k != "nbf" && k != "auth_time" {
			continue
		}
		ms := strings.HasSuffix(s, " ms")
		d, err := time.ParseDuration(strings.TrimSuffix(s, " ms"))
		if err != nil {
			return "", fmt.Errorf("token claim %s: %w", k, err)
		}
		if claims[k] = now.Add(d).Unix(); ms {
			claims[k] = now.Add(d).UnixMilli()
		}
	}
	h, err := json.Marshal(header)
	if err != nil {
		return "", err
	}
	c, err := json.Marshal(claims)
	if err != nil {
		return "", err
	}
	b64 := base64.RawURLEncoding
	signed := b64.EncodeToString(h) + "." + b64.EncodeToString(c)
	mac := hmac.New(sha256.New, []byte("lab"))
	mac.Write([]byte(signed))
	return signed + "." + b64.EncodeToString(mac.Sum(nil)), nil
}
