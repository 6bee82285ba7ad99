package cookie

import (
	"slices"
	"strings"
	"time"

	"github.com/why401/why401/exchange"
)

// held is a cookie on its way into the jar, or in it.
type held struct {
	*Judged
	n         int // index into the docket
	set       exchange.URL
	created   time.Time
	key       string
	partition string
}

// store takes h into the jar, or says why not (5.7).
func store(jar []*held, at map[string]*held, h *held, r Reply, block bool) []*held {
	c := h.Cookie
	h.Ends = ends(c, r.At)
	page := r.Page
	if page != nil && !r.cross(r.URL) {
		page = nil
	} else if page == nil && r.cross(r.URL) {
		page = r.Top
	}
	h.Stored = c.Stores(r.URL, Context{Now: r.At, Page: page, TopLevel: r.TopLevel})
	if c.LongAttr {
		h.Doubt = doubtLongAttribute
	}
	if c.Secure && r.URL.Scheme == "http" && h.Stored == OK {
		h.Doubt = doubtLocalSecure
	}
	if c.Partitioned {
		h.partition = site(r.top(r.URL))
	} else if h.Stored == OK && block && r.third(r.URL) {
		h.Stored = ThirdParty
	}
	h.key = strings.Join([]string{c.Name, h.domain(), c.EffectivePath(r.URL), h.partition}, "\x00")
	old := at[h.key]
	switch {
	case h.Stored == Expired && old != nil && old.Stored == OK && !shadowed(jar, h):
		old.Stored = Deleted
		delete(at, h.key)
		return jar
	case h.Stored != OK:
		return jar
	case shadowed(jar, h):
		h.Stored = SecureShadow
		return jar
	}
	if old != nil && old.Stored == OK {
		old.Stored = Replaced
		// The creation time stays (5.7 step 23), and with it the place in the Cookie field.
		for i, o := range jar {
			if o == old {
				h.created = old.created
				jar[i] = h
			}
		}
		at[h.key] = h
		return jar
	}
	at[h.key] = h
	return append(jar, h)
}

// shadowed: a plain http answer leaves Secure cookies alone (5.7 step 16).
func shadowed(jar []*held, h *held) bool {
	if h.Cookie.Secure || secureOrigin(h.set) {
		return false
	}
	for _, o := range jar {
		if o.Stored == OK && o.Cookie.Secure && o.Cookie.Name == h.Cookie.Name && (within(o.bare(), h.bare()) || within(h.bare(), o.bare())) &&
			PathMatch(h.Cookie.EffectivePath(h.set), o.Cookie.EffectivePath(o.set)) {
			return true
		}
	}
	return false
}

// bare is the domain that the cookie belongs to; domain tells host-only ones apart.
func (h *held) bare() string {
	if h.Cookie.hostOnly(h.set) {
		return strings.TrimSuffix(h.set.Host, ".")
	}
	return h.Cookie.Domain
}

func (h *held) domain() string {
	if h.Cookie.hostOnly(h.set) {
		return h.bare()
	}
	return "." + h.bare()
}

// ends is when a cookie ends that was set then; zero for a session cookie.
func ends(c Set, set time.Time) time.Time {
	var t time.Time
	switch {
	case c.MaxAge != nil:
		t = set.Add(time.Duration(*c.MaxAge) * time.Second)
	case !c.Expires.IsZero():
		t = c.Expires
	default:
		return t
	}
	if limit := set.Add(longest); t.After(limit) {
		return limit
	}
	return t
}

// evict drops what is over the limit of a site: without Secure first, older first (5.7, last paragraphs).
func evict(jar []*held, now time.Time) {
	sites := map[string][]*held{}
	for _, h := range jar {
		if h.Stored == OK && (h.Ends.IsZero() || h.Ends.After(now)) {
			key := site(h.set) + h.partition
			if _, domain, ok := strings.Cut(key, "://"); ok {
				key = domain
			}
			sites[key] = append(sites[key], h)
		}
	}
	for _, list := range sites {
		over := len(list) - maxPerSite
		if over <= 0 {
			continue
		}
		slices.SortStableFunc(list, func(a, b *held) int {
			if a.Cookie.Secure != b.Cookie.Secure {
				return map[bool]int{true: 1, false: -1}[a.Cookie.Secure]
			}
			return a.created.Compare(b.created)
		})
		for _, h := range list[:over] {
			h.Stored = Evicted
		}
	}
}
