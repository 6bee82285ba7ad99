<?php
/* Plugin Name: Shop */
function lab_shop() { return 'open'; }
