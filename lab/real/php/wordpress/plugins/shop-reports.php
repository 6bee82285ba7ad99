<?php
/* Plugin Name: Shop reports */
// Needs the shop and does not look whether it is there.
lab_shop();
