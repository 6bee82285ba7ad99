<?php
/* Plugin Name: Security level */
// Says how strict others are to be; refuses nothing.
add_filter('lab_security_level', fn() => 'high');
