<?php
/* Plugin Name: REST for members */
// Closes the REST API to visitors, as security plugins do.
add_filter('rest_authentication_errors', function ($r) {
	return $r ?: (is_user_logged_in() ? $r : new WP_Error('rest_login_required', 'REST API restricted to authenticated users.', ['status' => 401]));
});
