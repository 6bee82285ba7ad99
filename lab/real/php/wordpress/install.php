<?php
// Installs WordPress into the database that wp-config.php beside it names, without a browser: what wp-admin/install.php
// does when its form is sent. Users, one post and known application passwords are made, so that tests need no second step.
// Run as: php install.php TREE
error_reporting(E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE);
$_SERVER += ['HTTP_HOST' => 'site.invalid', 'REQUEST_URI' => '/', 'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'SERVER_NAME' => 'site.invalid', 'REMOTE_ADDR' => '127.0.0.1'];
define('WP_INSTALLING', true);
require $argv[1] . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
if (!function_exists('wp_mail')) {
	function wp_mail() { return true; }
}
wp_install('Lab', 'admin', 'admin@example.com', true, '', 'admin-password-9c1f');
update_option('siteurl', 'http://site.invalid');
update_option('home', 'http://site.invalid');
update_option('permalink_structure', '/%postname%/');
update_option('active_plugins', []);
update_option('template', 'plain');
update_option('stylesheet', 'plain');
foreach (['alice' => 'editor', 'sam' => 'subscriber', 'civi' => 'subscriber'] as $name => $role) {
	wp_insert_user(['user_login' => $name, 'user_pass' => "$name-password-9c1f", 'user_email' => "$name@example.com", 'role' => $role]);
}
// Application passwords that the tests know: WordPress shows one once and keeps its hash.
foreach (['admin' => 'abcd EFGH 1234 ijkl MNOP 6789', 'sam' => 'samm EFGH 1234 ijkl MNOP 6789'] as $name => $shown) {
	$user = get_user_by('login', $name);
	update_user_meta($user->ID, '_application_passwords', [[
		'uuid' => wp_generate_uuid4(), 'app_id' => '', 'name' => 'shop', 'password' => wp_hash_password(str_replace(' ', '', $shown)),
		'created' => time(), 'last_used' => null, 'last_ip' => null,
	]]);
}
update_network_option(null, 'using_application_passwords', true);
echo "installed\n";
