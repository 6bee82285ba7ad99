<?php
// The part of CiviCRM's command line tool cv that reads and writes settings: vget, vset, vdel, ext:disable. It starts no
// CMS and sends no header, so no refusal of AuthX stops it.
require __DIR__ . '/settings.php';

[, $verb, $what] = $argv + [1 => '', 2 => ''];
$json = in_array('--out=json', $argv);
switch ($verb) {
	case 'vset':
		[$name, $value] = explode('=', $what, 2);
		CiviLabSettings::set($name, json_decode($value, true) ?? $value);
		break;
	case 'vdel':
		$name = $what;
		CiviLabSettings::set($name, null);
		break;
	case 'vget':
		$name = $what;
		break;
	case 'ext:disable':
		fwrite(STDERR, "Error: Extension $what is required and cannot be disabled (mgmt:required).\n");
		exit(1);
	default:
		fwrite(STDERR, "Command \"$verb\" is not defined.\n");
		exit(1);
}
[$value, $layer] = CiviLabSettings::look($name);
$row = ['scope' => 'domain', 'key' => $name, 'value' => $value, 'layer' => $layer];
if ($json) {
	echo json_encode([$row], JSON_UNESCAPED_SLASHES), "\n";
} else {
	printf("| %s | %s | %s | %s |\n", $row['scope'], $row['key'], json_encode($value, JSON_UNESCAPED_SLASHES), $layer);
}
