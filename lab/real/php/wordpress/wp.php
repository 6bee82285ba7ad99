<?php
// A stand-in for the part of WP-CLI that changes options, on a real WordPress: core is-installed, option update, network meta
// update, with the arguments, sentences and exit codes that developer.wordpress.org/cli/commands documents. Run in the site's folder.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
$words = array_values(array_filter(array_slice($argv, 1), fn($w) => !str_starts_with($w, '--')));
$_SERVER += ['HTTP_HOST' => 'site.invalid', 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'SERVER_NAME' => 'site.invalid', 'REMOTE_ADDR' => '127.0.0.1'];
if (preg_match("/define\('DOMAIN_CURRENT_SITE', '([^']+)'/", (string) @file_get_contents(getcwd() . '/wp-config.php'), $m)) {
	$_SERVER['HTTP_HOST'] = $m[1];
}
if (!file_exists(getcwd() . '/wp-load.php')) {
	fwrite(STDERR, "Error: This does not seem to be a WordPress installation.\n");
	exit(1);
}
require getcwd() . '/wp-load.php';
switch (implode(' ', array_slice($words, 0, 2))) {
	case 'core is-installed':
		exit(is_blog_installed() ? 0 : 1);
	case 'option update':
		[, , $name, $value] = $words;
		if (get_option($name) === $value) {
			echo "Success: Value passed for '$name' option is unchanged.\n";
		} elseif (update_option($name, $value)) {
			echo "Success: Updated '$name' option.\n";
		} else {
			fwrite(STDERR, "Error: Could not update option '$name'.\n");
			exit(1);
		}
		exit(0);
	case 'network meta':
		[, , $verb, $network, $name, $value] = $words;
		if ($verb === 'update' && update_network_option((int) $network, $name, $value)) {
			echo "Success: Updated custom field '$name'.\n";
			exit(0);
		}
		fwrite(STDERR, "Error: Failed to update custom field '$name'.\n");
		exit(1);
}
fwrite(STDERR, "Error: '" . implode(' ', $words) . "' is not a registered wp command. See 'wp help' for available commands.\n");
exit(1);
