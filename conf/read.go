package conf

import (
	"fmt"
	"net/netip"
	"strings"
)

// ReadEach reads every path with read. One that cannot be read is noted in c.Unread and the rest still is; the error is the
// first path's, behind "reading " and what, when no file could be read at all.
func (c *Config) ReadEach(paths []string, what string, read func(path string) error) error {
	var first error
	for _, p := range paths {
		if err := read(p); err != nil {
			if first == nil {
				first = err
			}
			c.Leave(Place{File: p}, "cannot be read: %v", err)
		}
	}
	if len(c.Files) == 0 && first != nil {
		return fmt.Errorf("reading %s: %w", what, first)
	}
	return nil
}

// maxUnread bounds what is listed as not read: a file that is no configuration at all has nothing else in it.
const maxUnread = 1000

// Leave notes a part that was not read.
func (c *Config) Leave(at Place, format string, args ...any) {
	c.note(Unread{Place: at, What: fmt.Sprintf(format, args...)})
}

// Break notes what is against the grammar of the language.
func (c *Config) Break(at Place, format string, args ...any) {
	c.note(Unread{Place: at, What: fmt.Sprintf(format, args...), Broken: true})
}

func (c *Config) note(u Unread) {
	if len(c.Unread) == maxUnread {
		c.Unread = append(c.Unread, Unread{Place: u.Place, What: "from here on more cannot be read than is listed"})
	}
	if len(c.Unread) <= maxUnread {
		c.Unread = append(c.Unread, u)
	}
}

// ParsePrefix reads a network, or an address as the network of itself.
func ParsePrefix(s string) (netip.Prefix, bool) {
	if p, err := netip.ParsePrefix(s); err == nil {
		return p.Masked(), true
	}
	if a, err := netip.ParseAddr(s); err == nil {
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	return netip.Prefix{}, false
}

// Becomes notes what becomes of the client's field of that name, where it is one whose fate is told.
func (p *Pass) Becomes(name string, f Fate) {
	switch strings.ToLower(name) {
	case "authorization":
		p.Authorization = f
	case "host":
		p.Host = f
	case "x-forwarded-proto":
		p.Proto = f
	}
}
