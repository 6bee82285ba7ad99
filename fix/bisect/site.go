package bisect

import (
	"fmt"
	"path/filepath"

	"github.com/why401/why401/site"
)

// Site is where a WordPress keeps what a search needs.
type Site struct {
	Dir     string // with wp-load.php
	Content string // wp-content, or what WP_CONTENT_DIR names
	MustUse string // mu-plugins, or what WPMU_PLUGIN_DIR names; it need not be there
	Config  string // the file with the database's password: the drop-in, which holds a key, gets its owner and mode
}

// SiteOf finds the folders of an installed WordPress. The error says which setting could not be read.
func SiteOf(in *site.Installation) (Site, error) {
	if in.Platform != site.WordPress {
		return Site{}, fmt.Errorf("%s is %s: only WordPress's plugins can be switched off for one request", in.Root, in.Platform)
	}
	if in.Database == nil || in.Database.At.File == "" {
		return Site{}, fmt.Errorf("no wp-config.php with a database was found for %s", in.Root)
	}
	s := Site{Dir: in.Root, Config: in.Database.At.File}
	var err error
	if s.Content, err = folder(in, "WP_CONTENT_DIR", filepath.Join(in.Root, "wp-content")); err != nil {
		return s, err
	}
	s.MustUse, err = folder(in, "WPMU_PLUGIN_DIR", filepath.Join(s.Content, "mu-plugins"))
	return s, err
}

func folder(in *site.Installation, name, usual string) (string, error) {
	v := in.Setting(name)
	t, known := v.Text()
	switch {
	case !v.Set():
		return usual, nil
	case !known || !filepath.IsAbs(t):
		return "", fmt.Errorf("%s:%d: %s is %s, expected the path of a folder", v.At.File, v.At.Line, name, v.Shown())
	}
	return filepath.Clean(t), nil
}
