<?php
// bin/magento as far as settings, cache, modules and administrators go.
require dirname(__DIR__) . '/lib.php';

function fail(string $message): never {
	echo "\n$message\n";
	exit(1);
}

[, $command, $a, $b] = $argv + [1 => 'list', 2 => '', 3 => ''];
$options = [];
foreach (array_slice($argv, 2) as $word) {
	if (preg_match('/^--([a-z-]+)=(.*)$/', $word, $m)) {
		$options[$m[1]] = $m[2];
	}
}
switch ($command) {
	case 'config:set':
		if (locked($a)) {
			fail('The value you set has already been locked. To change the value, use the --lock-env option.');
		}
		rows('INSERT INTO {core_config_data} (path, value) VALUES (?, ?) ON DUPLICATE KEY UPDATE value = VALUES(value)', [$a, $b]);
		clean('config'); // routes and guest access stay as they were: config_webservice
		echo "Value was saved.\n";
		break;
	case 'config:show':
		clean('config');
		echo config($a), "\n";
		break;
	case 'cache:clean':
	case 'cache:flush':
		$types = array_slice($argv, 2) ?: ['config', 'config_webservice'];
		clean(...$types);
		echo "Cleaned cache types:\n", implode("\n", $types), "\n";
		break;
	case 'module:status':
		echo "$a : Module is ", module_on($a) ? 'enabled' : 'disabled', "\n";
		break;
	case 'admin:user:unlock':
		$unlocked = change('UPDATE {admin_user} SET failures_num = 0, lock_expires = NULL, first_failure = NULL WHERE username = ? AND lock_expires IS NOT NULL', [$a]);
		echo $unlocked > 0 ? "The user account \"$a\" has been unlocked\n" : "The user account \"$a\" was not locked or could not be unlocked\n";
		break;
	case 'admin:user:create':
		$hash = hash('sha256', 'salt' . $options['admin-password']) . ':salt:1';
		rows('UPDATE {admin_user} SET password = ? WHERE username = ? AND email = ?', [$hash, $options['admin-user'], $options['admin-email']]);
		echo "Created Magento administrator user named {$options['admin-user']}\n";
		break;
	case 'list':
		echo " admin:user:create  Creates an administrator\n admin:user:unlock  Unlock Admin Account\n";
		break;
	default:
		fail("Command \"$command\" is not defined.");
}
