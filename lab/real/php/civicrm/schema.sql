CREATE TABLE civicrm_domain (
  id int(10) unsigned NOT NULL AUTO_INCREMENT, name varchar(64) DEFAULT NULL, version varchar(32) DEFAULT NULL, PRIMARY KEY (id)
);
CREATE TABLE civicrm_contact (
  id int(10) unsigned NOT NULL AUTO_INCREMENT, contact_type varchar(64) DEFAULT NULL, display_name varchar(128) DEFAULT NULL,
  api_key varchar(32) DEFAULT NULL COMMENT 'API Key for validating requests related to this contact.', is_deleted tinyint(4) NOT NULL DEFAULT 0,
  PRIMARY KEY (id), KEY index_api_key (api_key)
);
CREATE TABLE civicrm_uf_match (
  id int(10) unsigned NOT NULL AUTO_INCREMENT, domain_id int(10) unsigned NOT NULL, uf_id int(10) unsigned NOT NULL, uf_name varchar(128) DEFAULT NULL,
  contact_id int(10) unsigned DEFAULT NULL, language varchar(5) DEFAULT NULL, PRIMARY KEY (id), UNIQUE KEY UI_uf_name_domain_id (uf_name, domain_id)
);
CREATE TABLE civicrm_extension (
  id int(10) unsigned NOT NULL AUTO_INCREMENT, type varchar(8) NOT NULL, full_name varchar(255) NOT NULL, name varchar(255) DEFAULT NULL,
  label varchar(255) DEFAULT NULL, file varchar(255) DEFAULT NULL, schema_version varchar(63) DEFAULT NULL, is_active tinyint(4) NOT NULL DEFAULT 1,
  PRIMARY KEY (id), UNIQUE KEY UI_extension_full_name (full_name)
);
CREATE TABLE civicrm_setting (
  id int(10) unsigned NOT NULL AUTO_INCREMENT, name varchar(255) NOT NULL COMMENT 'Unique name for setting',
  value text DEFAULT NULL COMMENT 'data associated with this group / name combo', domain_id int(10) unsigned DEFAULT NULL,
  contact_id int(10) unsigned DEFAULT NULL, is_domain tinyint(4) NOT NULL DEFAULT 0, component_id int(10) unsigned DEFAULT NULL,
  created_date datetime DEFAULT NULL, created_id int(10) unsigned DEFAULT NULL,
  PRIMARY KEY (id), UNIQUE KEY index_domain_contact_name (domain_id, contact_id, name)
);
INSERT INTO civicrm_domain VALUES (1, 'Default Domain Name', '@version@');
INSERT INTO civicrm_contact (id, contact_type, display_name, api_key) VALUES (1, 'Organization', 'Lab', NULL), (2, 'Individual', 'Civi', 'key-of-a-contact-with-the-right'),
  (3, 'Individual', 'Sam', 'key-of-a-contact-without-right'), (4, 'Individual', 'Nobody', 'key-of-a-contact-without-user');
INSERT INTO civicrm_extension (type, full_name, name, label, file, is_active) VALUES ('module', 'authx', 'AuthX', 'AuthX', 'authx', 1);
INSERT INTO civicrm_setting (name, value, domain_id, is_domain, created_date) VALUES ('authx_header_cred', 'a:2:{i:0;s:3:"jwt";i:1;s:7:"api_key";}', 1, 1, NOW());
