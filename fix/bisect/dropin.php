<?php
/*
 * Put here by why401 (site --bisect-plugins) to find out which plugin refuses a request. For visitors it does nothing:
 * it reacts only to the token of that run. It changes no setting. why401 removes it when the run ends; you may delete it
 * at any time.
 *
 * Run: why401-bisect-@ID@
 */
if (!defined('ABSPATH')) {
	exit;
}
call_user_func(static function () {
	$until = (int) '@UNTIL@';
	$sent = isset($_SERVER['HTTP_X_WHY401']) && is_string($_SERVER['HTTP_X_WHY401']) ? $_SERVER['HTTP_X_WHY401'] : '';
	if ($sent === '') {
		if (time() > $until) {
			@unlink(__FILE__); // the run that put it here did not come back
		}
		return;
	}
	$parts = explode('.', $sent);
	if (count($parts) !== 4 || !hash_equals(hash_hmac('sha256', $parts[0] . '.' . $parts[1] . '.' . $parts[2], '@KEY@'), $parts[3])) {
		return;
	}
	list($at, $list, $off) = $parts;

	// Neither this answer nor anything that is made for it may reach a visitor by way of a cache.
	foreach (array('DONOTCACHEPAGE', 'DONOTCACHEDB', 'DONOTCACHEOBJECT', 'DISABLE_WP_CRON', 'WP_SANDBOX_SCRAPING') as $name) {
		if (!defined($name)) {
			define($name, true); // the last two: no scheduled work, and no e-mail about a plugin that fails
		}
	}
	$say = static function ($state) use ($at) {
		$send = static function () use ($state, $at) {
			header('X-Why401: ' . $at . ' ' . $state);
			header('Cache-Control: no-store, private, max-age=0');
			header('Surrogate-Control: no-store');
			header('CDN-Cache-Control: no-store');
			header('X-Accel-Expires: 0');
			header('X-LiteSpeed-Cache-Control: no-cache');
		};
		$send();
		header_register_callback($send); // again at the end: plugins set such fields, too
	};
	if (time() > $until || abs(time() - (int) $at) > 60) {
		$say('clock ' . time());
		return;
	}

	$single = get_option('active_plugins', array());
	$network = is_multisite() ? get_site_option('active_sitewide_plugins', array()) : array();
	$all = array_values(array_unique(array_merge(is_array($network) ? array_keys($network) : array(), is_array($single) ? array_values($single) : array())));
	$digest = substr(hash('sha256', implode("\n", $all)), 0, 16);
	if ($list === 'list') {
		$say('list');
		$names = static function ($dir) {
			return array_values(array_diff(array_map('basename', (array) glob($dir . '/*.php')), array(basename(__FILE__), 'index.php')));
		};
		header('Content-Type: application/json');
		echo json_encode(array(
			'plugins' => $all,
			'digest' => $digest,
			'theme' => (string) get_option('stylesheet'),
			'must_use' => $names(WPMU_PLUGIN_DIR),
			'drop_ins' => array_values(array_intersect($names(WP_CONTENT_DIR), array('advanced-cache.php', 'object-cache.php', 'db.php', 'sunrise.php'))),
			'plugin_folder' => WP_PLUGIN_DIR,
			'no_file_mods' => defined('DISALLOW_FILE_MODS') && DISALLOW_FILE_MODS,
			'version' => isset($GLOBALS['wp_version']) ? $GLOBALS['wp_version'] : '',
		));
		exit;
	}
	if ($list !== $digest || strlen($off) !== count($all) + 1) {
		$say('changed');
		return;
	}
	$say('applied');

	// What is read is the list without some; what is written stays as it was. Nothing is written at all: a plugin that
	// misses another may switch itself off for good.
	$gone = array();
	foreach ($all as $i => $plugin) {
		if ($off[$i] === '1') {
			$gone[] = $plugin;
		}
	}
	add_filter('option_active_plugins', static function ($value) use ($gone) {
		return is_array($value) ? array_values(array_diff($value, $gone)) : $value;
	}, PHP_INT_MAX);
	add_filter('site_option_active_sitewide_plugins', static function ($value) use ($gone) {
		return is_array($value) ? array_diff_key($value, array_flip($gone)) : $value;
	}, PHP_INT_MAX);
	$keep = static function ($value, $old) {
		return $old;
	};
	add_filter('pre_update_option_active_plugins', $keep, PHP_INT_MAX, 2);
	add_filter('pre_update_site_option_active_sitewide_plugins', $keep, PHP_INT_MAX, 2);
	if ($off[count($all)] === '1') {
		$none = static function () {
			return 'why401-no-theme';
		};
		add_filter('pre_option_template', $none, PHP_INT_MAX);
		add_filter('pre_option_stylesheet', $none, PHP_INT_MAX);
	}
	$GLOBALS['wpdb']->query('START TRANSACTION READ ONLY');
	add_filter('query', static function ($query) {
		return preg_match('/^[\s(]*(?:SELECT|SHOW|DESC|DESCRIBE|EXPLAIN|SET\s+(?:NAMES|SESSION\s+sql_mode))\b/i', (string) $query) ? $query : '';
	}, PHP_INT_MAX);
	add_filter('pre_wp_mail', '__return_false', PHP_INT_MAX);
	wp_suspend_cache_addition(true);
});
