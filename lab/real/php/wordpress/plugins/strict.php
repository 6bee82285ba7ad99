<?php
/* Plugin Name: Strict by level */
// Refuses visitors when another plugin asks for it.
add_filter('rest_authentication_errors', fn($r) => $r ?: (apply_filters('lab_security_level', 'low') === 'high' && !is_user_logged_in()
	? new WP_Error('rest_too_low', 'Your level is too low.', ['status' => 403]) : $r));
