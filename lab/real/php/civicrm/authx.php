<?php
// The check of credentials, in AuthX's order: X-Civi-Auth, Authorization, the parameter _authx, legacy keys. The first that
// is present decides; what it says is wrong ends the request with 401.

class AuthxLabIgnore extends Exception {}

class AuthxLab {
	private ?array $args;
	private bool $legacy = false;
	private array $who = ['contact_id' => null, 'user_id' => null, 'flow' => null, 'cred' => null];

	public function __construct(array $args) { $this->args = $args; }

	private static function since(string $version): bool {
		return version_compare(civicrm_lab_version(), $version, '>=');
	}

	/** Runs the check and says who the caller is. */
	public function invoke(): array {
		$params = $_SERVER['REQUEST_METHOD'] === 'GET' ? $_GET : $_POST;
		$siteKey = (string) ($_SERVER['HTTP_X_CIVI_KEY'] ?? $params['_authxSiteKey'] ?? '');
		if (!empty($_SERVER['HTTP_X_CIVI_AUTH'])) {
			return $this->auth('xheader', $_SERVER['HTTP_X_CIVI_AUTH'], $siteKey);
		}
		$reads = !self::since('5.50.0') || !empty(CiviLabSettings::get('authx_header_cred'));
		if (!empty($_SERVER['HTTP_AUTHORIZATION']) && $reads) {
			try {
				return $this->auth('header', $_SERVER['HTTP_AUTHORIZATION'], $siteKey);
			} catch (AuthxLabIgnore $ignored) {
				$this->args = null; // 6.14 loses the route here, and trips over it when _authx comes along
			}
		}
		if (!empty($params['_authx'])) {
			$login = implode('/', $this->args) === 'civicrm/authx/login';
			return $this->auth($login ? 'login' : (empty($params['_authxSes']) ? 'param' : 'auto'), $params['_authx'], $siteKey);
		}
		$path = implode('/', $this->args ?? []);
		if (!empty($params['api_key']) && ($path === 'civicrm/ajax/rest' || str_starts_with($path, 'civicrm/ajax/api4/'))) {
			$this->legacy = true;
			return $this->auth('legacyrest', 'Bearer ' . $params['api_key'], (string) ($params['key'] ?? ''));
		}
		return $this->current();
	}

	/** Whom the CMS's own session names. */
	private function current(): array {
		$user = get_current_user_id();
		if ($user) {
			$this->who['user_id'] = $user;
			$this->who['contact_id'] = $this->contactOf($user);
		}
		return $this->who;
	}

	private function reject(string $why): void {
		if ($this->legacy) {
			civicrm_lab_send(200, 'text/javascript', json_encode(['error_message' => "FATAL: $why", 'is_error' => 1]));
		}
		session_start();
		civicrm_lab_send(401, 'text/plain', "HTTP 401 $why");
	}

	private function auth(string $flow, string $cred, string $siteKey): array {
		$principal = $this->credential($cred);
		$allow = CiviLabSettings::get("authx_{$flow}_cred") ?: [];
		if (self::since('6.14.0') && $flow === 'header' && preg_match('/^(Basic|Digest) /', $cred) && !in_array('pass', $allow)) {
			throw new AuthxLabIgnore();
		}
		if (!$principal) {
			$this->reject('Invalid credential');
		}
		['contact' => $contact, 'user' => $user, 'type' => $type] = $principal;
		if ($contact && !civicrm_lab_rows('SELECT id FROM civicrm_contact WHERE id = ?', [$contact])) {
			$this->reject(sprintf('Contact ID %d is invalid', $contact));
		}
		if (!in_array($type, $allow)) {
			$this->reject(sprintf('Authentication type "%s" with flow "%s" is not allowed for this principal.', $type, $flow));
		}
		switch (CiviLabSettings::get("authx_{$flow}_user") ?: 'optional') {
			case 'ignore':
				$user = null;
				break;
			case 'require':
				if (!$user) {
					$this->reject('Cannot login. No matching user is available.');
				}
		}
		$this->guard($type, $user, $siteKey);
		$this->login($contact, $user);
		return $this->who = ['contact_id' => $contact, 'user_id' => $user, 'flow' => $flow, 'cred' => $type];
	}

	/** The principal of a credential; schemes are compared as they are written. */
	private function credential(string $cred): ?array {
		[$scheme, $value] = explode(' ', $cred, 2) + [1 => ''];
		if ($scheme === 'Basic') {
			[$name, $password] = explode(':', (string) base64_decode($value), 2) + [1 => ''];
			$user = wp_authenticate($name, $password); // fires wp_login_failed
			return is_wp_error($user) ? null : ['contact' => $this->contactOf($user->ID), 'user' => $user->ID, 'type' => 'pass'];
		}
		if ($scheme !== 'Bearer') {
			return null;
		}
		foreach (civicrm_lab_rows('SELECT id FROM civicrm_contact WHERE api_key = ?', [$value]) as $row) {
			return ['contact' => (int) $row['id'], 'user' => $this->userOf((int) $row['id']), 'type' => 'api_key'];
		}
		return $this->token($value);
	}

	private function token(string $value): ?array {
		$parts = explode('.', $value);
		if (count($parts) !== 3) {
			return null;
		}
		$read = fn($s) => base64_decode(strtr($s, '-_', '+/'));
		$key = explode(':', CIVICRM_SIGN_KEYS, 3)[2];
		$claims = json_decode((string) $read($parts[1]), true);
		if (!is_array($claims) || !hash_equals(hash_hmac('sha256', "$parts[0].$parts[1]", $key, true), (string) $read($parts[2]))) {
			return null;
		}
		if (isset($claims['exp']) && $claims['exp'] < time()) {
			$this->reject('Expired token');
		}
		if (!in_array('authx', explode(' ', $claims['scope'] ?? ''))) {
			return null;
		}
		if (!str_starts_with($claims['sub'] ?? '', 'cid:')) {
			$this->reject('Malformed JWT. Must specify the contact ID.');
		}
		$contact = (int) substr($claims['sub'], 4);
		return ['contact' => $contact, 'user' => $this->userOf($contact), 'type' => 'jwt'];
	}

	private function guard(string $type, ?int $user, string $siteKey): void {
		$guards = CiviLabSettings::get('authx_guards');
		if (!$guards || $type === 'jwt') {
			return;
		}
		$permission = ['pass' => 'authenticate_with_password', 'api_key' => 'authenticate_with_api_key'][$type];
		if (in_array('site_key', $guards) && hash_equals(CIVICRM_SITE_KEY, $siteKey)) {
			return;
		}
		if (in_array('perm', $guards) && $user && user_can($user, $permission)) {
			return;
		}
		$this->reject(sprintf('Login not permitted. Must satisfy guard (%s).', implode(', ', $guards)));
	}

	private function login(?int $contact, ?int $user): void {
		$there = get_current_user_id();
		if ($there && ($there !== $user || $this->contactOf($there) !== $contact)) {
			$this->reject(self::since('6.0.0') ? 'Cannot login. A mismatched session is already active.' : 'Cannot login. Session already active.');
		}
		if (!$contact) {
			$this->reject('Cannot login. Failed to determine contact ID.');
		}
		if ($user) {
			wp_set_current_user($user);
		}
	}

	private function contactOf(int $user): ?int {
		$row = civicrm_lab_rows('SELECT contact_id FROM civicrm_uf_match WHERE uf_id = ? AND domain_id = 1', [$user]);
		return $row ? (int) $row[0]['contact_id'] : null;
	}

	private function userOf(int $contact): ?int {
		$row = civicrm_lab_rows('SELECT uf_id FROM civicrm_uf_match WHERE contact_id = ? AND domain_id = 1', [$contact]);
		return $row ? (int) $row[0]['uf_id'] : null;
	}
}
