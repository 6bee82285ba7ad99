<?php
global $civicrm_root, $civicrm_setting;
if (!defined('CIVICRM_UF')) {
  define('CIVICRM_UF', 'WordPress');
}
if (!defined('CIVICRM_DSN')) {
  define('CIVICRM_DSN', 'mysql://{user}:{password}@{host}/{name}?new_link=true');
}
if (!defined('CIVICRM_UF_BASEURL')) {
  define('CIVICRM_UF_BASEURL', '{url}');
}
if (!defined('CIVICRM_SITE_KEY')) {
  define('CIVICRM_SITE_KEY', 'lab-site-key-8f1e');
}
if (!defined('CIVICRM_SIGN_KEYS')) {
  define('CIVICRM_SIGN_KEYS', 'jwt-hs256:plain:lab-sign-key-8f1e');
}
if (!defined('CIVICRM_TEMPLATE_COMPILEDIR')) {
  define('CIVICRM_TEMPLATE_COMPILEDIR', '{dir}/wp-content/uploads/civicrm/templates_c');
}
