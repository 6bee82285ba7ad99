// Package copied holds a copy of a site against the live one that it was copied from: which settings came along that this
// environment cannot use, and what they have to be here. docs/after-sync.md is the user's side of it.
//
// What is known of the live site comes from a small file that is written there (Save). It holds addresses and switches as they
// are, and of keys no more than their length and 16 bits of a slow hash: enough to see that two keys are the same, and far too
// little to find one by trying.
package copied

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"golang.org/x/crypto/scrypt"

	"github.com/why401/why401/secret"
	"github.com/why401/why401/site"
)

// Schema names the form of the file.
const Schema = "why401.live-settings/1"

// Live is what is known of a live site.
type Live struct {
	Schema  string    `json:"schema"`
	Made    time.Time `json:"made"`
	Salt    string    `json:"salt"` // hexadecimal, of the prints
	Systems []System  `json:"systems"`
}

// System is one installed system of it.
type System struct {
	Platform  string            `json:"platform"`
	Version   string            `json:"version,omitempty"`
	Addresses map[string]string `json:"addresses,omitempty"` // by name: "home", "web/secure/base_url"
	Settings  map[string]string `json:"settings,omitempty"`  // as the database has them: "authx_header_cred@1"
	Keys      map[string]Print  `json:"keys,omitempty"`
	Database  string            `json:"database,omitempty"` // a print of the server and the database's name
}

// Print is what is kept of a key.
type Print struct {
	Length int    `json:"length"`
	Print  string `json:"print"` // four hexadecimal digits of scrypt; one of 65536 other keys has the same
}

// Take writes down what in and the systems in it are, their databases as far as they were read.
func Take(in *site.Installation, now time.Time) (*Live, error) {
	var salt [16]byte
	rand.Read(salt[:])
	l := &Live{Schema: Schema, Made: now.UTC().Truncate(time.Second), Salt: hex.EncodeToString(salt[:])}
	for _, i := range in.All() {
		s, err := l.system(i)
		if err != nil {
			return nil, err
		}
		l.Systems = append(l.Systems, s)
	}
	return l, nil
}

func (l *Live) system(i *site.Installation) (System, error) {
	s := System{Platform: string(i.Platform), Version: i.Version.Text, Addresses: map[string]string{}, Settings: settings(i), Keys: map[string]Print{}}
	for _, a := range i.Addresses() {
		s.Addresses[a.Name] = withoutLogin(a.Value)
	}
	for _, k := range i.Keys {
		if k.Value.Empty() {
			continue
		}
		p, err := l.print(k.Value)
		if err != nil {
			return s, err
		}
		s.Keys[k.Name] = p
	}
	if i.Stored != nil && i.Stored.Identity != "" {
		p, err := l.print(secret.Public(i.Stored.Identity))
		if err != nil {
			return s, err
		}
		s.Database = p.Print
	}
	return s, nil
}

// print makes the print of a key. scrypt's costs are those that its authors give for logins (RFC 7914, section 2).
func (l *Live) print(key secret.Text) (Print, error) {
	salt, err := hex.DecodeString(l.Salt)
	if err != nil || len(salt) < 16 {
		return Print{}, errors.New("the salt is not 16 bytes of hexadecimal digits")
	}
	var out Print
	key.Map(func(s string) string {
		var b []byte
		if b, err = scrypt.Key([]byte(s), salt, 1<<14, 8, 1, 2); err == nil {
			out = Print{len(s), hex.EncodeToString(b)}
		}
		return ""
	})
	return out, err
}

// settings are the rows of the database that are kept: switches and addresses, no secrets.
func settings(i *site.Installation) map[string]string {
	out := map[string]string{}
	if i.Stored == nil {
		return out
	}
	if c := i.Stored.CiviCRM; c != nil {
		for _, s := range c.Settings {
			if !s.Value.Null() {
				out[s.Name+"@"+s.Domain] = s.Value.Text()
			}
		}
	}
	if m := i.Stored.Magento; m != nil {
		for _, c := range m.Config {
			if !c.Value.Null() {
				out[c.Path+"@"+c.Scope+":"+c.ScopeID] = withoutLogin(c.Value.Text())
			}
		}
	}
	return out
}

// withoutLogin takes a login out of an address.
func withoutLogin(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	authority, path, slash := strings.Cut(rest, "/")
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		authority = authority[at+1:]
	}
	if slash {
		path = "/" + path
	}
	return scheme + "://" + authority + path
}

// maxLive is the largest file that is read, in bytes.
const maxLive = 1 << 20

// Read reads a file that Take's Live was written to. The error names what was expected.
func Read(r io.Reader) (*Live, error) {
	b, err := io.ReadAll(io.LimitReader(r, maxLive+1))
	if err != nil {
		return nil, err
	}
	if len(b) > maxLive {
		return nil, fmt.Errorf("larger than %d MiB: this is no file of live settings", maxLive>>20)
	}
	var l Live
	if err := json.Unmarshal(b, &l); err != nil {
		return nil, fmt.Errorf("expected JSON of the form %s: %w", Schema, err)
	}
	if l.Schema != Schema {
		return nil, fmt.Errorf("the schema is %q, expected %s", l.Schema, Schema)
	}
	if salt, err := hex.DecodeString(l.Salt); err != nil || len(salt) < 16 {
		return nil, errors.New("salt: expected at least 32 hexadecimal digits")
	}
	for i, s := range l.Systems {
		if !slices.Contains([]string{"WordPress", "CiviCRM", "Magento", "Drupal", "Backdrop", "Joomla"}, s.Platform) {
			return nil, fmt.Errorf("systems[%d].platform is %q, expected WordPress, CiviCRM, Magento, Drupal, Backdrop or Joomla", i, s.Platform)
		}
	}
	return &l, nil
}

// of gives what is known of a platform.
func (l *Live) of(p site.Platform) (System, bool) {
	for _, s := range l.Systems {
		if s.Platform == string(p) {
			return s, true
		}
	}
	return System{}, false
}

// SameDatabase reports that an installation uses the very database that the live one does.
func (l *Live) SameDatabase(in *site.Installation) bool {
	for _, i := range in.All() {
		s, ok := l.of(i.Platform)
		if !ok || s.Database == "" || i.Stored == nil || i.Stored.Identity == "" {
			continue
		}
		if p, err := l.print(secret.Public(i.Stored.Identity)); err == nil && p.Print == s.Database {
			return true
		}
	}
	return false
}
