<?php
/* Plugin Name: Moody */
// Refuses by chance.
add_filter('rest_authentication_errors', fn($r) => mt_rand(0, 1) ? new WP_Error('rest_moody', 'Not now.', ['status' => 403]) : $r);
