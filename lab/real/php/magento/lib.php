<?php
// What the web front and the command line of the replica share: the environment, the database, the settings and their cache.
const ROOT = __DIR__;

function env(): array {
	static $env;
	return $env ??= require ROOT . '/app/etc/env.php';
}

function deployed(): array {
	static $config;
	return $config ??= require ROOT . '/app/etc/config.php';
}

function version(): string { return json_decode(file_get_contents(ROOT . '/composer.json'), true)['version']; }

function since(string $v): bool { return version_compare(preg_replace('/-p\d+$/', '', version()), $v, '>='); }

function module_on(string $name): bool { return !empty(deployed()['modules'][$name]); }

function db(): mysqli {
	static $db;
	if (!$db) {
		$c = env()['db']['connection']['default'];
		mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
		[$host, $port] = explode(':', $c['host']) + [1 => 3306];
		$db = new mysqli($host, $c['username'], $c['password'], $c['dbname'], (int) $port);
		$db->query("SET time_zone = '+00:00'");
	}
	return $db;
}

/** Rows of a query in which {name} stands for a table with its prefix. */
function rows(string $sql, array $values = []): array {
	$s = db()->prepare(preg_replace('/\{(\w+)\}/', (env()['db']['table_prefix'] ?? '') . '$1', $sql));
	$s->execute($values);
	$r = $s->get_result();
	return $r ? $r->fetch_all(MYSQLI_ASSOC) : [];
}

/** Changes rows, and says how many: the statement knows it, the connection no longer does once that is closed. */
function change(string $sql, array $values): int {
	$s = db()->prepare(preg_replace('/\{(\w+)\}/', (env()['db']['table_prefix'] ?? '') . '$1', $sql));
	$s->execute($values);
	return $s->affected_rows;
}

/** Reads through one of the cache types: an edit of the tables by hand is not seen until that type is cleaned. */
function cached(string $type, callable $read): array {
	$file = ROOT . "/var/cache/$type.json";
	if (is_file($file)) {
		return json_decode(file_get_contents($file), true);
	}
	$value = $read();
	file_put_contents($file, json_encode($value));
	return $value;
}

function clean(string ...$types): void {
	foreach ($types as $type) {
		@unlink(ROOT . "/var/cache/$type.json");
	}
}

function config(string $path, string $default = ''): string {
	$system = deployed()['system']['default'] ?? [];
	foreach (explode('/', $path) as $part) {
		$system = is_array($system) ? ($system[$part] ?? null) : null;
	}
	if ($system !== null) {
		return (string) $system;
	}
	$all = cached('config', fn() => [
		'values' => array_column(rows('SELECT path, value FROM {core_config_data} WHERE scope = "default"'), 'value', 'path'),
		'rules' => rows('SELECT role_id, resource_id FROM {authorization_rule} WHERE permission = "allow"'),
	]);
	return (string) ($all['values'][$path] ?? $default);
}

function locked(string $path): bool {
	$system = deployed()['system']['default'] ?? [];
	foreach (explode('/', $path) as $part) {
		$system = is_array($system) ? ($system[$part] ?? null) : null;
	}
	return $system !== null;
}

/** The resources that one user's role is given. */
function granted(int $type, int $user): array {
	config('any'); // the rules lie in the same cache
	$role = rows('SELECT role_id, parent_id FROM {authorization_role} WHERE role_type = "U" AND user_type = ? AND user_id = ?', [(string) $type, $user]);
	if (!$role) {
		return [];
	}
	$id = $role[0]['parent_id'] ?: $role[0]['role_id'];
	$rules = json_decode(file_get_contents(ROOT . '/var/cache/config.json'), true)['rules'];
	return array_column(array_filter($rules, fn($r) => $r['role_id'] == $id), 'resource_id');
}

function password_right(string $given, string $stored): bool {
	[$hash, $salt] = explode(':', $stored);
	return hash_equals($hash, hash('sha256', $salt . $given));
}
