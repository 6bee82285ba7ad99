<?php
/* Plugin Name: Members only */
// Sends visitors of pages to the login.
add_action('template_redirect', function () {
	if (!is_user_logged_in()) {
		wp_safe_redirect(wp_login_url());
		exit;
	}
});
