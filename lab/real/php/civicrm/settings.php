<?php
// CiviCRM's settings as it keeps them: rows of civicrm_setting with PHP's serialize(), read anew for each request; lines
// of civicrm.settings.php win over rows, rows over the defaults of the version.

function civicrm_lab_settings(): void {
	global $civicrm_setting;
	if (!defined('CIVICRM_DSN')) {
		$civicrm_setting = [];
		require_once dirname(__DIR__, 2) . '/uploads/civicrm/civicrm.settings.php';
	}
}

function civicrm_lab_version(): string {
	preg_match('~<version_no>([^<]+)~', file_get_contents(__DIR__ . '/civicrm/xml/version.xml'), $m);
	return $m[1];
}

function civicrm_lab_db(): mysqli {
	static $db;
	if (!$db) {
		civicrm_lab_settings();
		$u = parse_url(CIVICRM_DSN);
		parse_str($u['query'] ?? '', $options);
		mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
		$db = new mysqli($u['host'], urldecode($u['user']), urldecode($u['pass']), ltrim($u['path'], '/'), $u['port'] ?? 3306);
	}
	return $db;
}

function civicrm_lab_rows(string $sql, array $values = []): array {
	$s = civicrm_lab_db()->prepare($sql);
	$s->execute($values);
	$r = $s->get_result();
	return $r ? $r->fetch_all(MYSQLI_ASSOC) : [];
}

class CiviLabSettings {
	const FLOWS = ['auto', 'header', 'login', 'param', 'xheader', 'legacyrest', 'pipe', 'script'];

	/** @return mixed the default of this version, NULL for an unknown name */
	public static function default(string $name) {
		$version = civicrm_lab_version();
		if ($name === 'authx_guards') {
			return ['site_key', 'perm'];
		}
		if (!preg_match('/^authx_(' . implode('|', self::FLOWS) . ')_(cred|user)$/', $name, $m)) {
			return null;
		}
		if ($m[2] === 'user') {
			return $m[1] === 'legacyrest' ? 'require' : 'optional';
		}
		if ($m[1] === 'header') {
			$none = version_compare($version, '5.50.0', '>=') && version_compare($version, '6.14.0', '<');
			return $none ? [] : ['jwt', 'api_key'];
		}
		return in_array($m[1], ['param', 'xheader', 'pipe', 'legacyrest']) ? ['jwt', 'api_key'] : ['jwt'];
	}

	/** @return array{0: mixed, 1: string} value and layer */
	public static function look(string $name): array {
		global $civicrm_setting;
		civicrm_lab_settings();
		if (isset($civicrm_setting['domain'][$name])) {
			return [$civicrm_setting['domain'][$name], 'mandatory'];
		}
		foreach (civicrm_lab_rows('SELECT value FROM civicrm_setting WHERE name = ? AND domain_id = 1 AND contact_id IS NULL', [$name]) as $row) {
			// Objects are refused and what cannot be read is FALSE, as in CRM_Utils_String::unserialize.
			$value = $row['value'] === null ? null : @unserialize($row['value'], ['allowed_classes' => false]);
			if ($value !== null) {
				return [$value, 'explicit'];
			}
		}
		return [self::default($name), 'default'];
	}

	/** @return mixed */
	public static function get(string $name) { return self::look($name)[0]; }

	public static function set(string $name, $value): void {
		$row = civicrm_lab_rows('SELECT id FROM civicrm_setting WHERE name = ? AND domain_id = 1 AND contact_id IS NULL', [$name]);
		$text = $value === null ? null : serialize($value);
		if ($row) {
			civicrm_lab_rows('UPDATE civicrm_setting SET value = ?, created_date = NOW() WHERE id = ?', [$text, $row[0]['id']]);
		} else {
			civicrm_lab_rows('INSERT INTO civicrm_setting (name, value, domain_id, is_domain, created_date) VALUES (?, ?, 1, 1, NOW())', [$name, $text]);
		}
	}
}
