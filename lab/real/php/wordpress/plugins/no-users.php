<?php
/* Plugin Name: No users */
// Takes the routes of users away.
add_filter('rest_endpoints', fn($all) => array_diff_key($all, ['/wp/v2/users' => 0, '/wp/v2/users/me' => 0]));
