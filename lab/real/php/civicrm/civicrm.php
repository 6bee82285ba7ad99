<?php
/*
Plugin Name: CiviCRM
Description: A replica of CiviCRM's routing and of its extension AuthX, written from what running sites answered.
Version: 0
*/
// What a request to CiviCRM passes before a page is made: the routes, the check of credentials (authx.php), the settings
// that decide (settings.php). Pages themselves are one line of HTML. The version to be played stands in xml/version.xml.

require_once __DIR__ . '/settings.php';
require_once __DIR__ . '/authx.php';

/** The route as CiviCRM splits it, [] when the request is not for CiviCRM or only for its bare base page. */
function civicrm_lab_route(): array {
	if (($_GET['civiwp'] ?? '') === 'CiviCRM') {
		$path = (string) ($_GET['q'] ?? '');
	} elseif (is_admin() && ($_GET['page'] ?? '') === 'CiviCRM') {
		$path = (string) ($_GET['q'] ?? 'civicrm/dashboard');
	} else {
		$path = trim((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/');
	}
	$args = explode('/', $path);
	return $args[0] === 'civicrm' && count($args) > 1 ? $args : [];
}

function civicrm_lab_send(int $status, string $type, string $body): void {
	http_response_code($status);
	header("Content-Type: $type");
	echo $body;
	exit;
}

function civicrm_lab_json($data): void {
	civicrm_lab_send(200, 'application/json', json_encode($data));
}

/** Answers one route, after the credentials were checked. */
function civicrm_lab_invoke(array $args): void {
	civicrm_lab_settings();
	if (!is_writable(CIVICRM_TEMPLATE_COMPILEDIR)) {
		civicrm_lab_send(200, 'text/html', 'CiviCRM does not have permission to write temp files in ' . CIVICRM_TEMPLATE_COMPILEDIR . ', Exiting');
	}
	$path = implode('/', $args);
	$who = (new AuthxLab($args))->invoke();
	if ($path === 'civicrm/authx/id' || $path === 'civicrm/authx/login') {
		civicrm_lab_json($who);
	}
	if (str_starts_with($path, 'civicrm/ajax/api4/')) {
		$rows = $who['contact_id'] ? civicrm_lab_rows('SELECT id, display_name FROM civicrm_contact ORDER BY id') : [];
		civicrm_lab_json(['values' => $rows, 'entity' => $args[3] ?? '', 'action' => $args[4] ?? 'get', 'count' => count($rows), 'countFetched' => count($rows)]);
	}
	if ($path === 'civicrm/ajax/rest') {
		civicrm_lab_json($who['contact_id'] ? ['is_error' => 0, 'count' => 1] : ['is_error' => 1, 'error_message' => 'No such API']);
	}
	civicrm_lab_send(200, 'text/html; charset=UTF-8', '<!DOCTYPE html><title>CiviCRM</title><div id="crm-container">' . esc_html($path) . '</div>');
}

add_action('init', function () {
	$route = is_admin() ? [] : civicrm_lab_route();
	if ($route) {
		civicrm_lab_invoke($route);
	}
	if (!is_admin() && trim((string) parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH), '/') === 'civicrm') {
		civicrm_lab_send(200, 'text/html; charset=UTF-8', '<!DOCTYPE html><title>CiviCRM</title><p>base page</p>');
	}
}, 99);

add_action('admin_menu', function () {
	$hook = add_menu_page('CiviCRM', 'CiviCRM', 'read', 'CiviCRM', '__return_null');
	add_action("load-$hook", function () { civicrm_lab_invoke(civicrm_lab_route()); });
});

add_action('rest_api_init', function () {
	register_rest_route('civicrm/v3', 'rest', [
		'methods' => 'GET, POST',
		'permission_callback' => '__return_true',
		'callback' => function ($request) {
			return new WP_Error('civicrm_rest_api_error', $request['key'] ? 'Invalid key' : 'Missing site key', ['status' => 500]);
		},
	]);
});
