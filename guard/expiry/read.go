package expiry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/programs"
	"github.com/why401/why401/cred/jose"
	"github.com/why401/why401/cred/jwt"
	"github.com/why401/why401/secret"
	"github.com/why401/why401/site"
)

// maxFile is the most that is read of one file.
const maxFile = 4 << 20

// ErrNothing says that a file holds nothing that is known to end.
var ErrNothing = errors.New("holds no token, no answer of a token endpoint, no key set, no certificate, no password file, no configuration and no installed system")

// Read adds what stands at path to in: a file with a JWT, an answer of a token endpoint, a JWKS, PEM certificates, a password
// file, or a configuration; a folder with configurations or an installed system. as says what a file of certificates is for.
// The error names path and says what was expected.
func (in *Input) Read(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	if info.IsDir() {
		return in.folder(path)
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return fmt.Errorf("%s: %w", path, err)
	case len(b) > maxFile:
		return fmt.Errorf("%s: larger than %d MB", path, maxFile>>20)
	}
	if in.Bytes(path, b, info.ModTime()) {
		return nil
	}
	return in.configs(path)
}

// Bytes adds what the text of a file holds; false when it is none of the forms that a text alone shows. at is when it was
// written: the times in an answer of a token endpoint count from there.
func (in *Input) Bytes(source string, b []byte, at time.Time) bool {
	if certs := readCerts(b); len(certs) > 0 {
		// A file with a private key beside it, or one that is for clients alone, is somebody's own certificate.
		leaf := certs[0]
		in.Certs = append(in.Certs, named(source, leaf, forClients(leaf)))
		return true
	}
	text := bytes.TrimSpace(b)
	if v := secret.New(strings.TrimPrefix(string(text), "Bearer ")); len(text) < jwt.MaxBytes && !bytes.HasPrefix(text, []byte("{")) && jwt.LooksLike(v) {
		in.Tokens = append(in.Tokens, NamedToken{Source: source, Value: v})
		return true
	}
	if !bytes.HasPrefix(text, []byte("{")) {
		return false
	}
	if set, _, err := jose.Published(text); err == nil && len(set.Keys) > 0 {
		in.KeySets = append(in.KeySets, KeySet{Source: source, Set: set})
		return true
	}
	return in.answer(source, text, at)
}

// answer reads what a token endpoint answered. Issuers name the life of the refresh token as they like.
func (in *Input) answer(source string, b []byte, at time.Time) bool {
	var a struct {
		Access    string      `json:"access_token"`
		ID        string      `json:"id_token"`
		Refresh   string      `json:"refresh_token"`
		ExpiresIn json.Number `json:"expires_in"`
		Keycloak  json.Number `json:"refresh_expires_in"`
		Others    json.Number `json:"refresh_token_expires_in"`
	}
	if err := json.Unmarshal(b, &a); err != nil || a.Access == "" && a.Refresh == "" && a.ID == "" {
		return false
	}
	r := TokenResponse{Source: source, At: at, Refresh: a.Refresh != ""}
	for _, t := range []struct{ name, value string }{{"access_token", a.Access}, {"id_token", a.ID}, {"refresh_token", a.Refresh}} {
		v := secret.New(t.value)
		if !jwt.LooksLike(v) {
			continue
		}
		in.Tokens = append(in.Tokens, NamedToken{Source: source + ", " + t.name, Value: v})
		if t.name == "access_token" {
			a.ExpiresIn = "" // its own exp is exact
		}
	}
	r.ExpiresIn = seconds(a.ExpiresIn)
	if r.RefreshIn = seconds(a.Keycloak); r.RefreshIn == 0 {
		r.RefreshIn = seconds(a.Others)
	}
	in.Responses = append(in.Responses, r)
	return true
}

func seconds(n json.Number) time.Duration {
	f, err := n.Float64()
	if err != nil || f <= 0 || f > math.MaxInt64/float64(time.Second)/2 {
		return 0
	}
	return time.Duration(f * float64(time.Second))
}

// folder is an installed system, a configuration, or both.
func (in *Input) folder(path string) error {
	s, err := site.Open(path)
	if err == nil {
		in.Sites = append(in.Sites, s)
	}
	if cerr := in.configs(path); cerr != nil && err != nil {
		return cerr
	}
	return nil
}

func (in *Input) configs(path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	found, _ := programs.ReadPaths(conf.Disk(), []string{abs}, "")
	if len(found) == 0 {
		return fmt.Errorf("%s: %w", path, ErrNothing)
	}
	for _, f := range found {
		in.Configs = append(in.Configs, f.Config)
	}
	return nil
}
