package settings

import (
	"strings"

	"github.com/why401/why401/exchange"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/internal/lazyregexp"
)

var phpIniForm = form.Form{
	Kind: "php-ini", Also: []string{"php.ini", ".user.ini"}, What: "PHP settings",
	Files: []string{"php.ini", ".user.ini", "www.conf", "php-fpm.conf"},
	Is: func(text string) int {
		ls := head(text)
		own, hits := share(ls, ";#", phpName.MatchString)
		all, _ := share(ls, ";#", func(t string) bool {
			return iniSection.MatchString(t) || iniPair.MatchString(t) || strings.Contains(t, "=")
		})
		if hits == 0 || all < 85 || own < 25 {
			return 0
		}
		return 91
	},
	Read: func(text string, o form.Options) (exchange.Evidence, error) {
		return read(text, o, "php", "PHP settings", func(r *reader, text string) { r.ini(text, ";#") })
	},
}

var phpName = lazyregexp.New(`^(session\.[a-z_]+|cgi\.[a-z_]+|fastcgi\.[a-z_]+|auto_prepend_file|variables_order|request_order|register_globals|upload_max_filesize|post_max_size|memory_limit|max_execution_time|max_input_vars|date\.timezone|display_errors|error_reporting|enable_post_data_reading|open_basedir|disable_functions|allow_url_fopen|opcache\.[a-z_]+|php_admin_value\[.*|php_value\[.*|php_flag\[.*|pm(\.[a-z_]+)?|clear_env|security\.limit_extensions|zend_extension|expose_php|env\[.*)\s*=`)
