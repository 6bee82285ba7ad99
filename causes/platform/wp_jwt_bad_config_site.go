package platform

import (
	"path"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
)

// jwtPlugins read JWT_AUTH_SECRET_KEY when they are loaded.
var jwtPlugins = []string{"jwt-authentication-for-wp-rest-api", "jwt-auth"}

// jwtWithoutKey names a wp-config.php that gives the plugin no key, or gives it too late. Whether the plugin is active stands in
// the database.
func jwtWithoutKey(in *site.Installation) []cause.Sighting {
	if in.Platform != site.WordPress {
		return nil
	}
	plugin := ""
	for _, p := range in.Plugins {
		for _, slug := range jwtPlugins {
			if p.Name == slug {
				plugin = slug
			}
		}
	}
	if plugin == "" {
		return nil
	}
	raise := []cause.Raise{{Command: "wp plugin is-active " + plugin + " && wp config get JWT_AUTH_SECRET_KEY", Where: "on the web server", Would: "say whether the plugin is active, and fail when it has no key"}}
	for _, late := range in.Late {
		if late.Name == "JWT_AUTH_SECRET_KEY" {
			return []cause.Sighting{{Place: late.At, Grade: cause.Strong, Raise: raise,
				Says: "JWT_AUTH_SECRET_KEY is defined below the line that loads wp-settings.php: the plugin has looked for it by then, and refuses every call with jwt_auth_bad_config."}}
		}
	}
	key := in.Setting("JWT_AUTH_SECRET_KEY")
	t, ok := key.Text()
	switch {
	case !key.Set() && len(in.Files) > 0 && path.Base(in.Files[0]) == "wp-config.php":
		return []cause.Sighting{{Place: conf.Place{File: in.Files[0]}, Grade: cause.Likely, Raise: raise,
			Says: "The plugin " + plugin + " lies here, and no file that was read defines JWT_AUTH_SECRET_KEY: if the plugin is active, it refuses every call with jwt_auth_bad_config."}}
	case ok && t == "" && key.Sure():
		return []cause.Sighting{{Place: key.At, Grade: cause.Strong, Raise: raise,
			Says: "JWT_AUTH_SECRET_KEY is empty: if the plugin " + plugin + " is active, it refuses every call with jwt_auth_bad_config."}}
	}
	return nil
}
