<?php
// Makes a network (multisite, in folders) of an installed WordPress, as wp-admin/network.php does with the form of its screen.
// First without MULTISITE in wp-config.php: php network.php TREE make DOMAIN. Then with it: php network.php TREE add FOLDER.
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
[, $tree, $verb, $what] = $argv;
$domain = $argv[4] ?? $what;
$_SERVER += ['HTTP_HOST' => $domain, 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'SERVER_NAME' => 'site.invalid', 'REMOTE_ADDR' => '127.0.0.1'];
require $tree . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
if ($verb === 'make') {
	foreach ($wpdb->tables('ms_global') as $name => $table) {
		$wpdb->$name = $table;
	}
	wp_set_current_user(1);
	install_network();
	$made = populate_network(1, $domain, 'admin@example.com', 'Lab network', '/', false);
} else {
	wp_set_current_user(1);
	$made = wp_insert_site(['domain' => 'site.invalid', 'path' => "/$what/", 'network_id' => 1, 'user_id' => 1, 'title' => ucfirst($what)]);
}
if (is_wp_error($made)) {
	fwrite(STDERR, implode('; ', $made->get_error_messages()) . "\n");
	exit(1);
}
echo "done\n";
