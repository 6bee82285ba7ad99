<?php
// A stand-in for the part of drush that reads and writes config objects, on the tables that the replica reads: config:get,
// config:set, cache:rebuild, with the arguments, sentences and exit codes that drush.org/latest/commands documents.
require __DIR__ . '/store.php';
$words = array_values(array_filter(array_slice($argv, 1), fn($w) => !str_starts_with($w, '-')));
[$verb, $name, $key, $value] = $words + ['', '', '', ''];
switch ($verb) {
	case 'config:get':
		$at = stored($name);
		if ($at === null) {
			fwrite(STDERR, "In ConfigCommands.php: Config $name does not exist\n");
			exit(1);
		}
		foreach ($key === '' ? [] : explode('.', $key) as $step) {
			$at = $at[$step] ?? null;
		}
		echo "'$name:$key': ", is_scalar($at) ? $at : json_encode($at), "\n";
		exit(0);
	case 'config:set':
		$whole = stored($name);
		if ($whole === null) {
			fwrite(STDERR, "In ConfigCommands.php: Config $name does not exist\n");
			exit(1);
		}
		$at = &$whole;
		foreach (explode('.', $key) as $step) {
			$at = &$at[$step];
		}
		$at = $value;
		unset($at);
		$data = serialize($whole);
		$q = store()->prepare("UPDATE config SET data = ? WHERE collection = '' AND name = ?");
		$q->execute([$data, $name]);
		store()->query("DELETE FROM cache_config WHERE cid = '" . store()->real_escape_string($name) . "'");
		exit(0);
	case 'cache:rebuild':
		store()->query('DELETE FROM cache_config');
		store()->query('DELETE FROM router');
		echo " [success] Cache rebuild complete.\n";
		exit(0);
}
fwrite(STDERR, "Command \"$verb\" is not defined.\n");
exit(1);
