<?php
/* Plugin Name: Bearer only */
// Wants a token on every route, and none counts.
add_filter('rest_pre_dispatch', fn() => new WP_Error('jwt_auth_invalid_token', 'Wrong number of segments', ['status' => 403]));
