package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/pflag"
	"github.com/why401/why401"
	"github.com/why401/why401/browser"
	"github.com/why401/why401/exchange"
)

// browsing holds the flags around --browser: the page is opened in a real Chromium first.
type browsing struct {
	on, noSandbox bool
	calls         []string
	path          string
	thirdParty    string
}

func (b *browsing) register(f *pflag.FlagSet) {
	f.BoolVar(&b.on, "browser", false, "open it in Chromium first: cookies, CORS, cached logins")
	f.StringArrayVar(&b.calls, "call", nil, "with --browser: the page may call this `ORIGIN`, too")
	f.StringVar(&b.thirdParty, "third-party", "allow", "with --browser: `allow` or block third-party cookies")
	f.StringVar(&b.path, "browser-path", "", "with --browser: the Chromium to start")
	f.BoolVar(&b.noSandbox, "no-sandbox", false, "with --browser: without its sandbox; trusted pages only")
}

func (b *browsing) check(d *diagnosis) error {
	switch {
	case !b.on && (len(b.calls) > 0 || b.path != "" || b.noSandbox || b.thirdParty != "allow"):
		return usage("why401 --browser https://...", "--call, --third-party, --browser-path and --no-sandbox go with --browser")
	case b.thirdParty != "allow" && b.thirdParty != "block":
		return usage("for example --third-party block", "--third-party %q: expected allow or block", b.thirdParty)
	case b.on && d.offline:
		return usage("choose one", "--browser and --offline exclude each other")
	case b.on && d.save.name != "" && !d.save.force:
		if _, err := os.Lstat(d.save.pictureName()); err == nil {
			return usage("name another file, or add --force", "%s is there already", d.save.pictureName())
		}
	}
	return nil
}

// origins reads --call; a bare host is asked by the scheme of the address.
func (b *browsing) origins(in why401.Input) ([]exchange.Origin, error) {
	var out []exchange.Origin
	for _, s := range b.calls {
		raw := s
		if !strings.Contains(s, "://") {
			raw = in.Intent.Request.URL.Scheme + "://" + s
		}
		u, err := exchange.ParseURL(raw)
		if err != nil || u.Path != "" && u.Path != "/" || u.HasQuery || !u.User.Empty() {
			return nil, usage("for example --call https://api.example.com", "--call: expected SCHEME://HOST[:PORT] or HOST[:PORT]")
		}
		out = append(out, u.Origin())
	}
	return out, nil
}

// options adds the browser to those of a diagnosis.
func (b *browsing) options(in why401.Input, save *saving, opts []why401.Option) ([]why401.Option, error) {
	if !b.on {
		return opts, nil
	}
	calls, err := b.origins(in)
	if err != nil {
		return nil, err
	}
	return append(opts, why401.WithBrowser(why401.Browsing{Calls: calls, Path: b.path, BlockThirdParty: b.thirdParty == "block", NoSandbox: b.noSandbox,
		Screenshot: save.name != "", Recorded: func(r *browser.Recording) { save.browser = r }})), nil
}

// plan says what the browser would do.
func (b *browsing) plan(in why401.Input) string {
	if !b.on {
		return ""
	}
	origins, err := b.origins(in)
	if err != nil {
		return ""
	}
	names := []string{in.Intent.Request.URL.Origin().String()}
	for _, o := range origins {
		names = append(names, o.String())
	}
	return fmt.Sprintf("Chromium would open the address first, in a profile of its own. The page may\nsend GET, HEAD and OPTIONS to %s and to nobody else,\nat most 60 requests in 25 seconds.\n\n", strings.Join(names, ", "))
}
