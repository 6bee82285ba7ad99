<?php
// A replica of how Drupal 10's core judges logins, written from what its source says and its own tests want: the providers
// basic_auth and cookie (AuthenticationManager, AuthenticationSubscriber, BasicAuth), flood control (user.flood), the check
// of X-CSRF-Token (CsrfRequestHeaderAccessCheck), and the answers as JSON, JSON:API and HTML. It is no Drupal: there is one
// node, and settings stand in drupal.json beside this file.
$conf = json_decode(file_get_contents(__DIR__ . '/drupal.json'), true) + ['name' => 'Lab', 'modules' => [], 'flood' => [50, 5], 'writable' => true];
if (file_exists(__DIR__ . '/database.json')) { // settings in tables of the real shape, see store.php
	require __DIR__ . '/store.php';
	$conf['modules'] = array_keys(stored('core.extension')['module'] ?? []);
	$conf['node_auth'] = route('rest.entity.node.GET', fn() => stored('rest.resource.entity.node')['configuration']['authentication']);
}
$users = ['ann' => ['pass' => 'ann-password-9c1f', 'uid' => 2, 'may' => true], 'bob' => ['pass' => 'bob-password-9c1f', 'uid' => 3, 'may' => false]];
$path = rtrim(parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/') ?: '/';
$method = $_SERVER['REQUEST_METHOD'];
$format = str_starts_with($path, '/jsonapi') ? 'api_json' : ($_GET['_format'] ?? 'html');

// Routes: the providers of the option _auth; null where there is none, which leaves the global ones (cookie).
$routes = [
	'/' => ['auth' => null, 'open' => true],
	'/user/login' => ['auth' => null, 'open' => true],
	'/session/token' => ['auth' => null, 'open' => true],
	'/admin' => ['auth' => null],
	'/node/1' => $format === 'html' ? ['auth' => null, 'open' => true] : ['auth' => $conf['node_auth'] ?? ['basic_auth', 'cookie'], 'why' => "The 'restful get entity:node' permission is required."],
	'/jsonapi/node/article' => ['auth' => ['basic_auth', 'cookie'], 'why' => "The current user is not allowed to GET the selected resource."],
];
$route = $routes[$path] ?? null;

function answer(int $status, string $message): never
{
	global $format;
	http_response_code($status);
	header('X-Generator: Drupal 10 (https://www.drupal.org)');
	header('Cache-Control: must-revalidate, no-cache, private');
	$word = [400 => 'Bad Request', 401 => 'Unauthorized', 403 => 'Forbidden', 404 => 'Not Found', 405 => 'Method Not Allowed'][$status];
	if ($format === 'json') {
		header('Content-Type: application/json');
		exit(json_encode(['message' => $message]));
	}
	if ($format === 'api_json') {
		header('Content-Type: application/vnd.api+json');
		exit(json_encode(['jsonapi' => ['version' => '1.0'], 'errors' => [['title' => $word, 'status' => (string) $status, 'detail' => $message]]]));
	}
	header('Content-Type: text/html; charset=UTF-8');
	$page = [401 => ['Unauthorized', 'Log in to access this page.'], 403 => ['Access denied', 'You are not authorized to access this page.'], 404 => ['Page not found', 'The requested page could not be found.']][$status] ?? [$word, $message];
	exit("<!DOCTYPE html><html><head><meta name=\"Generator\" content=\"Drupal 10 (https://www.drupal.org)\" /><title>$page[0] | Lab</title></head><body><h1>$page[0]</h1>$page[1]</body></html>");
}

// Symfony's ServerBag fills these from HTTP_AUTHORIZATION and REDIRECT_HTTP_AUTHORIZATION when PHP has not.
$sent = $_SERVER['HTTP_AUTHORIZATION'] ?? $_SERVER['REDIRECT_HTTP_AUTHORIZATION'] ?? '';
$user = $_SERVER['PHP_AUTH_USER'] ?? null;
$pass = $_SERVER['PHP_AUTH_PW'] ?? null;
if ($user === null && stripos($sent, 'basic ') === 0) {
	[$user, $pass] = explode(':', (string) base64_decode(substr($sent, 6)), 2) + [null, ''];
}
$cookie = 'SESS' . substr(hash('sha256', $_SERVER['HTTP_HOST']), 0, 32);
session_name($cookie);
if (isset($_COOKIE[$cookie])) {
	session_start();
}

function flood(): array
{
	return json_decode((string) @file_get_contents(__DIR__ . '/flood.json'), true) ?? [];
}
function failed(string $key): void
{
	$all = flood();
	$all[$key] = ($all[$key] ?? 0) + 1;
	file_put_contents(__DIR__ . '/flood.json', json_encode($all), LOCK_EX);
}

// The first provider that finds a credential of its kind judges, and no other: basic_auth (priority 100), then cookie.
$provider = null;
$account = null;
if (in_array('basic_auth', $conf['modules'], true) && $user !== null) {
	$provider = 'basic_auth';
	if ((flood()['ip'] ?? 0) < $conf['flood'][0]) {
		$known = isset($users[$user]);
		if ($known && (flood()["user $user"] ?? 0) < $conf['flood'][1]) {
			if (hash_equals($users[$user]['pass'], (string) $pass)) {
				$account = $users[$user];
			} else {
				failed("user $user");
			}
		}
	}
	if (!$account) {
		failed('ip');
	}
} elseif (isset($_COOKIE[$cookie])) {
	$provider = 'cookie';
	$account = $users[$_SESSION['name'] ?? ''] ?? null;
}

if (!$route) {
	answer(404, 'No route found for "' . $method . ' ' . $path . '"');
}
$listed = $route['auth'] === null ? $provider === 'cookie' : in_array($provider, $route['auth'], true);
if ($provider && !$listed) {
	answer(403, 'The used authentication method is not allowed on this route.');
}
$denied = static function (string $why) use ($provider, $route, $conf): never {
	if (!$provider && in_array('basic_auth', $route['auth'] ?? [], true) && in_array('basic_auth', $conf['modules'], true)) {
		header('WWW-Authenticate: Basic realm="' . htmlspecialchars($conf['name'] ?: 'Access restricted') . '"');
		answer(401, 'No authentication credentials provided.');
	}
	answer(403, $why);
};
if ($path === '/session/token') {
	header('Content-Type: text/plain; charset=UTF-8');
	exit($_SESSION['token'] ?? 'anonymous-token');
}
if ($path === '/user/login' && $method === 'POST' && $format === 'json') {
	$login = json_decode((string) file_get_contents('php://input'), true) ?: [];
	if (!isset($users[$login['name'] ?? '']) || $users[$login['name']]['pass'] !== ($login['pass'] ?? '')) {
		answer(400, 'Sorry, unrecognized username or password.');
	}
	session_start();
	$_SESSION = ['name' => $login['name'], 'token' => bin2hex(random_bytes(16))];
	header('Content-Type: application/json');
	exit(json_encode(['current_user' => ['uid' => (string) $users[$login['name']]['uid'], 'name' => $login['name']], 'csrf_token' => $_SESSION['token'], 'logout_token' => bin2hex(random_bytes(8))]));
}
if ($method !== 'GET' && $method !== 'HEAD' && $method !== 'OPTIONS') {
	if ($account && isset($_COOKIE[$cookie]) && !isset($_SERVER['HTTP_X_CSRF_TOKEN'])) {
		$denied('X-CSRF-Token request header is missing');
	}
	if ($account && isset($_COOKIE[$cookie]) && !hash_equals($_SESSION['token'] ?? '', $_SERVER['HTTP_X_CSRF_TOKEN'])) {
		$denied('X-CSRF-Token request header is invalid');
	}
	if ($format === 'api_json' && !$conf['writable']) {
		answer(405, 'JSON:API is configured to accept only read operations. Site administrators can configure this at ' . $_SERVER['HTTP_HOST'] . '/admin/config/services/jsonapi.');
	}
}
if (empty($route['open']) && !($account['may'] ?? false)) {
	$denied($route['why'] ?? "The 'access administration pages' permission is required.");
}
header('X-Generator: Drupal 10 (https://www.drupal.org)');
header('Content-Type: ' . (['json' => 'application/json', 'api_json' => 'application/vnd.api+json'][$format] ?? 'text/html; charset=UTF-8'));
exit($format === 'api_json' ? '{"jsonapi":{"version":"1.0"},"data":[]}' : ($format === 'json' ? '{"nid":[{"value":1}]}' : '<html><title>Lab</title>Welcome</html>'));
