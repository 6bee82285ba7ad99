<?php
/*
 * Plugin Name: REST sealed
 */
// Closes it to everybody, before anybody's login is looked at.
add_filter('rest_authentication_errors', fn() => new WP_Error('rest_api_sealed', 'The REST API on this site is switched off.', ['status' => 403]), 5);
