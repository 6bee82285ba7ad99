<?php
/* Plugin Name: Lock by htaccess */
// Writes a rule into .htaccess once, as security plugins do; the rule holds whether the plugin is on or off.
add_action('init', function () {
	$file = ABSPATH . '.htaccess';
	if (strpos(file_get_contents($file), '# BEGIN Lock') === false) {
		file_put_contents($file, "# BEGIN Lock\nRewriteEngine On\nRewriteRule ^wp-json/ - [F]\n# END Lock\n" . file_get_contents($file));
	}
});
