// Package db reads from a site's MySQL or MariaDB database the settings that decide who is let in: CiviCRM's civicrm_setting,
// Magento's core_config_data and its tokens, WordPress's options, Drupal's config. It reads and nothing else: every session is
// set to read only, every statement has a time limit, every value a size limit.
//
// What the tables mean was measured on running systems; docs/site.md lists it. Values that are secrets (tokens, keys, hashes
// of passwords) are never asked for: the statements name the columns that they want. What cannot be read becomes a Gap, which
// says what stays open because of it.
//
// Package fix changes rows, by way of Change, under a protocol of its own.
package db
