<?php
// The web front of the replica: REST, GraphQL, the panel's login and the storefront's session, as Magento Open Source
// 2.4.6-p1 answered them.
require dirname(__DIR__) . '/lib.php';
require dirname(__DIR__) . '/identity.php';
require dirname(__DIR__) . '/rest.php';

if (is_file(ROOT . '/var/.maintenance.flag')) {
	http_response_code(503);
	exit('Service Temporarily Unavailable');
}
env();
$path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
session_set_cookie_params(['lifetime' => 3600, 'path' => '/', 'domain' => explode(':', $_SERVER['HTTP_HOST'])[0], 'httponly' => true, 'samesite' => 'Lax']);
if (preg_match('~^/rest/(?:[a-z_]+/)?V1(/.*)?$~', $path, $m)) {
	session_start();
	header('Cache-Control: no-store');
	rest(rtrim($m[1] ?? '', '/'));
}
if (str_starts_with($path, '/rest')) {
	header('Cache-Control: no-store');
	throw_rest(404, 'Request does not match any route.');
}
if ($path === '/graphql') {
	session_start();
	graphql();
}
if ($path === '/magento_version') {
	header('Content-Type: text/plain;charset=UTF-8');
	exit('Magento/' . implode('.', array_slice(explode('.', version()), 0, 2)) . ' (Community)');
}
if ($path === '/customer/account/loginPost') {
	session_start();
	$row = rows('SELECT entity_id, password_hash FROM {customer_entity} WHERE email = ?', [$_POST['login']['username'] ?? '']);
	if ($row && password_right($_POST['login']['password'] ?? '', $row[0]['password_hash'])) {
		$_SESSION['customer'] = (int) $row[0]['entity_id'];
	}
	header('Location: /customer/account/', true, 302);
	exit;
}
$panel = '/' . env()['backend']['frontName'];
if (str_starts_with($path, $panel)) {
	panel($panel);
}
header('X-Magento-Vary: 0');
header("Content-Security-Policy-Report-Only: default-src 'self'");
echo '<!doctype html><html><head><title>Home page</title><link rel="stylesheet" href="/static/version1700000000/frontend/base.css"></head><body><script type="text/x-magento-init">{"*":{}}</script></body></html>';

/** The panel: a session of its own under its own path. */
function panel(string $panel): never {
	session_name('admin');
	session_set_cookie_params(['lifetime' => 900, 'path' => $panel, 'httponly' => true, 'samesite' => 'Lax']);
	session_start();
	if (isset($_POST['login'])) {
		$row = rows('SELECT user_id, password, lock_expires FROM {admin_user} WHERE username = ? AND is_active = 1', [$_POST['login']['username']]);
		$free = $row && (!$row[0]['lock_expires'] || strtotime($row[0]['lock_expires'] . ' UTC') < time());
		if ($free && password_right($_POST['login']['password'], $row[0]['password'])) {
			$_SESSION['admin'] = (int) $row[0]['user_id'];
			header("Location: $panel/admin/dashboard/", true, 302);
			exit;
		}
		exit('<!doctype html><title>Magento Admin</title><form method="post"><div class="message">' . SIGN_IN . '</div><input name="login[username]"><input type="password" name="login[password]"></form>');
	}
	if (!empty($_SESSION['admin'])) {
		exit('<!doctype html><title>Dashboard / Magento Admin</title>');
	}
	if (isset($_GET['isAjax']) || ($_SERVER['HTTP_X_REQUESTED_WITH'] ?? '') === 'XMLHttpRequest') {
		header('Content-Type: application/json');
		exit(json_encode(['ajaxExpired' => 1, 'ajaxRedirect' => "$panel/admin/"]));
	}
	if (rtrim(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/') !== "$panel/admin" && rtrim($_SERVER['REQUEST_URI'], '/') !== $panel) {
		header("Location: $panel/admin/", true, 302);
		exit;
	}
	exit('<!doctype html><title>Magento Admin</title><form method="post"><input name="login[username]"><input type="password" name="login[password]"></form>');
}

function graphql(): never {
	header('Content-Type: application/json');
	[$type] = identity();
	$query = $_GET['query'] ?? json_decode(file_get_contents('php://input'), true)['query'] ?? '';
	if (str_contains($query, 'customer') && $type !== CUSTOMER) {
		exit(json_encode(['errors' => [['message' => "The current customer isn't authorized.", 'extensions' => ['category' => 'graphql-authorization']]], 'data' => ['customer' => null]]));
	}
	exit(json_encode(['data' => ['storeConfig' => ['id' => 1]]]));
}
