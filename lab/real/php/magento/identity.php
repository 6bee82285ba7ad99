<?php
// Who asks: Magento's user contexts in their order. A token that cannot be used is passed over in silence, and the
// request goes on as a guest.
const GUEST = 0, INTEGRATION = 1, ADMIN = 2, CUSTOMER = 3;
const SIGN_IN = 'The account sign-in was incorrect or your account is disabled temporarily. Please wait and try again later.';

function authorization(): string {
	return $_SERVER['HTTP_AUTHORIZATION'] ?? $_SERVER['REDIRECT_HTTP_AUTHORIZATION'] ?? '';
}

/** @return array{0: int, 1: int} the kind of user and its id */
function identity(): array {
	$parts = explode(' ', authorization());
	if (count($parts) === 2 && strtolower($parts[0]) === 'bearer') {
		$who = preg_match('/^[a-z0-9]{32}$/', $parts[1]) ? opaque($parts[1]) : jwt($parts[1]);
		if ($who) {
			return $who;
		}
	}
	if (!empty($_SESSION['customer']) && ($_SERVER['HTTP_X_REQUESTED_WITH'] ?? '') === 'XMLHttpRequest') {
		return [CUSTOMER, $_SESSION['customer']];
	}
	if (strtolower($parts[0]) === 'oauth') {
		return oauth(substr(authorization(), 6));
	}
	return [GUEST, 0];
}

function opaque(string $token): ?array {
	$row = rows('SELECT t.*, i.integration_id FROM {oauth_token} t LEFT JOIN {integration} i ON i.consumer_id = t.consumer_id WHERE t.token = ? AND t.revoked = 0', [$token]);
	if (!$row) {
		return null;
	}
	$row = $row[0];
	$age = time() - strtotime($row['created_at'] . ' UTC');
	switch ((int) $row['user_type']) {
		case INTEGRATION:
			$allowed = !since('2.4.4') || config('oauth/consumer/enable_integration_as_bearer') === '1';
			return $allowed ? [INTEGRATION, (int) $row['integration_id']] : null;
		case ADMIN:
			return $age < 3600 * (int) config('oauth/access_token_lifetime/admin', '4') ? [ADMIN, (int) $row['admin_id']] : null;
	}
	return $age < 3600 * (int) config('oauth/access_token_lifetime/customer', '1') ? [CUSTOMER, (int) $row['customer_id']] : null;
}

function base64url(string $s): string { return rtrim(strtr(base64_encode($s), '+/', '-_'), '='); }

function keys(): array { return preg_split('/\s+/', trim(env()['crypt']['key'])); }

function jwt_for(int $type, int $user): string {
	$minutes = (int) config('webapi/jwtauth/' . ($type === ADMIN ? 'admin' : 'customer') . '_expiration', '60');
	$kid = count(keys()) - 1;
	$text = base64url(json_encode(['kid' => (string) $kid, 'alg' => 'HS256'])) . '.' .
		base64url(json_encode(['uid' => $user, 'utypid' => $type, 'iat' => time(), 'exp' => time() + 60 * $minutes]));
	return "$text." . base64url(hash_hmac('sha256', $text, keys()[$kid], true));
}

function jwt(string $token): ?array {
	$parts = explode('.', $token);
	if (count($parts) !== 3 || !since('2.4.4')) {
		return null;
	}
	$read = fn($s) => (string) base64_decode(strtr($s, '-_', '+/'));
	$kid = json_decode($read($parts[0]), true)['kid'] ?? '';
	$key = keys()[(int) $kid] ?? null;
	$claims = json_decode($read($parts[1]), true);
	if ($key === null || !is_array($claims) || !hash_equals(hash_hmac('sha256', "$parts[0].$parts[1]", $key, true), $read($parts[2])) || $claims['exp'] <= time()) {
		return null;
	}
	$revoked = rows('SELECT revoke_before FROM {jwt_auth_revoked} WHERE user_type_id = ? AND user_id = ?', [$claims['utypid'], $claims['uid']]);
	if ($revoked && $claims['iat'] <= $revoked[0]['revoke_before']) {
		return null;
	}
	return [(int) $claims['utypid'], (int) $claims['uid']];
}

/** Checks an OAuth 1.0a signature (RFC 5849), HMAC-SHA256 only. */
function oauth(string $field): array {
	$o = [];
	foreach (explode(',', $field) as $pair) {
		[$name, $value] = explode('=', trim($pair), 2) + [1 => ''];
		$o[$name] = rawurldecode(trim($value, '"'));
	}
	if (($o['oauth_version'] ?? '1.0') !== '1.0') {
		throw_rest(400, 'The "%1" Oauth version isn\'t supported.', [$o['oauth_version']]);
	}
	foreach (['oauth_consumer_key', 'oauth_token', 'oauth_signature', 'oauth_signature_method', 'oauth_nonce', 'oauth_timestamp'] as $name) {
		if (($o[$name] ?? '') === '') {
			throw_rest(400, '"%fieldName" is required. Enter and try again.', ['fieldName' => $name]);
		}
	}
	if ($o['oauth_signature_method'] !== 'HMAC-SHA256') {
		throw_rest(400, 'Signature method %1 is not supported', [$o['oauth_signature_method']]);
	}
	if (strlen($o['oauth_consumer_key']) !== 32) {
		throw_rest(401, 'Consumer key is not the correct length');
	}
	$consumer = rows('SELECT * FROM {oauth_consumer} WHERE `key` = ?', [$o['oauth_consumer_key']])[0] ?? null;
	if (!$consumer) {
		throw_rest(401, 'A consumer having the specified key does not exist');
	}
	$token = rows('SELECT * FROM {oauth_token} WHERE token = ? AND consumer_id = ?', [$o['oauth_token'], $consumer['entity_id']])[0] ?? null;
	if (!$token) {
		throw_rest(401, 'Specified token does not exist');
	}
	if ($token['revoked']) {
		throw_rest(401, 'Access token has been revoked');
	}
	if ((int) $o['oauth_timestamp'] > time() + 600) {
		throw_rest(401, 'An error occurred validating the nonce');
	}
	if (rows('SELECT nonce FROM {oauth_nonce} WHERE nonce = ? AND consumer_id = ?', [$o['oauth_nonce'], $consumer['entity_id']])) {
		throw_rest(401, 'The nonce is already being used by the consumer with ID %1', [$consumer['entity_id']]);
	}
	rows('INSERT INTO {oauth_nonce} VALUES (?, ?, ?)', [$o['oauth_nonce'], $o['oauth_timestamp'], $consumer['entity_id']]);
	if (!hash_equals(oauth_signature($o, $consumer['secret'], $token['secret']), $o['oauth_signature'])) {
		throw_rest(401, 'The signature is invalid. Verify and try again.');
	}
	$row = rows('SELECT integration_id, status FROM {integration} WHERE consumer_id = ?', [$consumer['entity_id']])[0] ?? null;
	return $row && $row['status'] == 1 ? [INTEGRATION, (int) $row['integration_id']] : [GUEST, 0];
}

function oauth_signature(array $o, string $consumer, string $token): string {
	unset($o['oauth_signature'], $o['realm']);
	$pairs = [];
	parse_str((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_QUERY), $query);
	foreach ($o + $query as $name => $value) {
		$pairs[] = rawurlencode($name) . '=' . rawurlencode($value);
	}
	sort($pairs);
	$proto = strtolower($_SERVER['HTTP_X_FORWARDED_PROTO'] ?? (empty($_SERVER['HTTPS']) ? 'http' : 'https')) === 'https' ? 'https' : 'http';
	$host = preg_replace($proto === 'https' ? '/:443$/' : '/:80$/', '', $_SERVER['HTTP_HOST']);
	$url = "$proto://$host" . parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
	$base = $_SERVER['REQUEST_METHOD'] . '&' . rawurlencode($url) . '&' . rawurlencode(implode('&', $pairs));
	return base64_encode(hash_hmac('sha256', $base, rawurlencode($consumer) . '&' . rawurlencode($token), true));
}
