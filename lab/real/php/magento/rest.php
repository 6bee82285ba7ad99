<?php
// The REST API: routes with the resource each wants, and the shape of answers and refusals.

function answer($data, int $status = 200): never {
	http_response_code($status);
	if (str_contains($_SERVER['HTTP_ACCEPT'] ?? '', 'application/xml')) {
		header('Content-Type: application/xml; charset=utf-8');
		exit("<?xml version=\"1.0\"?>\n<response>" . xml($data) . '</response>');
	}
	header('Content-Type: application/json; charset=utf-8');
	exit(json_encode($data, JSON_UNESCAPED_SLASHES));
}

function xml($data): string {
	if (!is_array($data)) {
		return htmlspecialchars((string) $data, ENT_XML1);
	}
	$out = '';
	foreach ($data as $name => $value) {
		$tag = is_int($name) ? 'item' : $name;
		$out .= "<$tag>" . xml($value) . "</$tag>";
	}
	return $out;
}

function throw_rest(int $status, string $message, array $parameters = []): never {
	$body = ['message' => $message];
	if ($parameters) {
		$body['parameters'] = $parameters;
	}
	answer($body, $status);
}

function routes(): array {
	return cached('config_webservice', function () {
		$open = config('webapi/webapisecurity/allow_insecure') === '1';
		return [
			'GET directory/countries/\w+' => 'anonymous',
			'GET modules' => 'Magento_Backend::admin',
			'GET products(/[\w-]+)?' => $open ? 'anonymous' : 'Magento_Catalog::products',
			'GET categories' => $open ? 'anonymous' : 'Magento_Catalog::categories',
			'GET store/storeConfigs' => $open ? 'anonymous' : 'Magento_Backend::store',
			'GET cmsPage/\d+' => $open ? 'anonymous' : 'Magento_Cms::page',
			'GET orders(/\d+)?' => 'Magento_Sales::actions_view',
			'GET invoices' => 'Magento_Sales::sales_invoice',
			'GET customers/me' => 'self',
			'GET customers/\d+' => 'Magento_Customer::manage',
			'GET guest-carts/\w+' => 'anonymous',
			'POST integration/admin/token' => 'anonymous',
			'POST integration/customer/token' => 'anonymous',
			'POST tfa/provider/google/authenticate' => 'anonymous',
		];
	});
}

function rest(string $path): never {
	$path = ltrim($path, '/');
	foreach (routes() as $route => $resource) {
		[$method, $pattern] = explode(' ', $route, 2);
		if ($method !== $_SERVER['REQUEST_METHOD'] || !preg_match("~^$pattern$~", $path)) {
			continue;
		}
		[$type, $user] = identity();
		if (!allowed($resource, $type, $user)) {
			throw_rest(401, "The consumer isn't authorized to access %resources.", ['resources' => $resource]);
		}
		serve($path, $type, $user);
	}
	throw_rest(404, 'Request does not match any route.');
}

function allowed(string $resource, int $type, int $user): bool {
	switch (true) {
		case $resource === 'anonymous':
			return true;
		case $resource === 'self':
			return $type !== GUEST;
		case $type === GUEST || $type === CUSTOMER:
			return false;
	}
	$granted = granted($type, $user);
	return $resource === 'Magento_Backend::admin' || in_array('Magento_Backend::all', $granted) || in_array($resource, $granted);
}

function serve(string $path, int $type, int $user): never {
	switch (true) {
		case $path === 'modules':
			answer(array_keys(array_filter(deployed()['modules'])));
		case $path === 'customers/me' && $type !== CUSTOMER:
			throw_rest(400, '"%fieldName" is required. Enter and try again.', ['fieldName' => 'customerId']);
		case $path === 'customers/me':
			answer(['id' => $user, 'email' => 'ann@example.com', 'firstname' => 'Ann', 'lastname' => 'Customer']);
		case str_starts_with($path, 'directory/'):
			answer(['id' => 'DE', 'two_letter_abbreviation' => 'DE']);
		case $path === 'integration/admin/token':
			token(ADMIN, false);
		case $path === 'integration/customer/token':
			token(CUSTOMER, false);
		case str_starts_with($path, 'tfa/'):
			token(ADMIN, true);
	}
	answer(['items' => [], 'total_count' => 0]);
}

/** The token endpoints. Six failures lock a name for half an hour, whatever the panel thinks of it. */
function token(int $type, bool $second): never {
	if (!str_contains($_SERVER['CONTENT_TYPE'] ?? '', 'json')) {
		throw_rest(400, 'Server cannot understand Content-Type HTTP header media type ' . ($_SERVER['CONTENT_TYPE'] ?? ''));
	}
	$in = json_decode(file_get_contents('php://input'), true) ?: [];
	foreach (['username', 'password'] as $name) {
		if (($in[$name] ?? '') === '') {
			throw_rest(400, '"%fieldName" is required. Enter and try again.', ['fieldName' => $name]);
		}
	}
	$most = (int) config('oauth/authentication_lock/max_failures_count', '6');
	$kind = $type === ADMIN ? 3 : 2;
	$log = rows('SELECT failures_count, lock_expires_at FROM {oauth_token_request_log} WHERE user_name = ? AND user_type = ?', [$in['username'], $kind]);
	if ($log && $log[0]['failures_count'] >= $most && strtotime($log[0]['lock_expires_at'] . ' UTC') > time()) {
		throw_rest(401, SIGN_IN);
	}
	$user = $type === ADMIN
		? rows('SELECT user_id AS id, password FROM {admin_user} WHERE username = ? AND is_active = 1', [$in['username']])
		: rows('SELECT entity_id AS id, password_hash AS password FROM {customer_entity} WHERE email = ?', [$in['username']]);
	if (!$user || !password_right($in['password'], $user[0]['password'])) {
		$until = gmdate('Y-m-d H:i:s', time() + (int) config('oauth/authentication_lock/timeout', '1800'));
		rows('INSERT INTO {oauth_token_request_log} (user_name, user_type, failures_count, lock_expires_at) VALUES (?, ?, 1, ?) ON DUPLICATE KEY UPDATE failures_count = failures_count + 1, lock_expires_at = VALUES(lock_expires_at)', [$in['username'], $kind, $until]);
		throw_rest(401, SIGN_IN);
	}
	rows('DELETE FROM {oauth_token_request_log} WHERE user_name = ? AND user_type = ?', [$in['username'], $kind]);
	if ($type === ADMIN && module_on('Magento_TwoFactorAuth')) {
		second_factor($second, (string) ($in['otp'] ?? ''), $in['username']);
	}
	$id = (int) $user[0]['id'];
	if (since('2.4.4')) {
		answer_word(jwt_for($type, $id));
	}
	$token = bin2hex(random_bytes(16));
	rows('INSERT INTO {oauth_token} (type, token, secret, user_type, ' . ($type === ADMIN ? 'admin_id' : 'customer_id') . ') VALUES ("access", ?, "x", ?, ?)', [$token, $type, $id]);
	answer_word($token);
}

function answer_word(string $word): never { answer($word); }

/** TwoFactorAuth: root has Google's code 123456, clerk has set up nothing yet. */
function second_factor(bool $second, string $otp, string $name): void {
	if (config('twofactorauth/general/force_providers') === '') {
		throw_rest(400, 'Please ask an administrator with sufficient access to configure 2FA first');
	}
	if ($name !== 'root') {
		throw_rest(400, 'Failed to send the message. Please contact the administrator');
	}
	if (!$second) {
		throw_rest(400, 'Please use the 2fa provider-specific endpoints to obtain a token.', ['active_providers' => ['google']]);
	}
	if ($otp !== '123456') {
		throw_rest(401, 'Invalid code.');
	}
}
