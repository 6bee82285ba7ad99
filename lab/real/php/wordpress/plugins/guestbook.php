<?php
/* Plugin Name: Guestbook */
// Counts visits, and writes to visitors' caches what it likes.
add_action('init', function () {
	update_option('lab_visits', 1 + (int) get_option('lab_visits'));
	wp_mail('owner@example.com', 'A visit', '');
	header('Cache-Control: public, max-age=600');
});
