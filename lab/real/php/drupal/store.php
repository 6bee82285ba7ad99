<?php
// What the replica of Drupal keeps in its database: config objects, which a cache hides, and the routes that were built of them
// (core/lib/Drupal/Core/Config/CachedStorage.php, core/lib/Drupal/Core/Routing/RouteProvider.php).
function store(): mysqli
{
	static $db;
	if (!$db) {
		mysqli_report(MYSQLI_REPORT_ERROR | MYSQLI_REPORT_STRICT);
		$l = json_decode(file_get_contents(__DIR__ . '/database.json'), true);
		$db = new mysqli('localhost', $l['user'], $l['password'], $l['name'], 0, $l['socket']);
	}
	return $db;
}

// stored is a config object, from the cache if it is there.
function stored(string $name): ?array
{
	foreach (['SELECT data FROM cache_config WHERE cid = ?', "SELECT data FROM config WHERE collection = '' AND name = ?"] as $n => $sql) {
		$q = store()->prepare($sql);
		$q->execute([$name]);
		if ($row = $q->get_result()->fetch_row()) {
			if ($n === 1) {
				$keep = store()->prepare('INSERT IGNORE INTO cache_config VALUES (?, ?)');
				$keep->execute([$name, $row[0]]);
			}
			return unserialize($row[0], ['allowed_classes' => false]);
		}
	}
	return null;
}

// route is what a route was built with; it stays until the routes are built anew.
function route(string $name, callable $build): array
{
	$q = store()->prepare('SELECT options FROM router WHERE name = ?');
	$q->execute([$name]);
	if ($row = $q->get_result()->fetch_row()) {
		return unserialize($row[0]);
	}
	$options = $build();
	$keep = store()->prepare('INSERT IGNORE INTO router VALUES (?, ?)');
	$text = serialize($options);
	$keep->execute([$name, $text]);
	return $options;
}
