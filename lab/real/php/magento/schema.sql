CREATE TABLE {p}core_config_data (
  config_id int(10) unsigned NOT NULL AUTO_INCREMENT, scope varchar(8) NOT NULL DEFAULT 'default', scope_id int(11) NOT NULL DEFAULT 0,
  path varchar(255) NOT NULL DEFAULT 'general', value text DEFAULT NULL, updated_at timestamp NOT NULL DEFAULT current_timestamp() ON UPDATE current_timestamp(),
  PRIMARY KEY (config_id), UNIQUE KEY CORE_CONFIG_DATA_SCOPE_SCOPE_ID_PATH (scope, scope_id, path)
);
CREATE TABLE {p}admin_user (
  user_id int(10) unsigned NOT NULL AUTO_INCREMENT, email varchar(128) DEFAULT NULL, username varchar(40) DEFAULT NULL, password varchar(255) NOT NULL,
  is_active smallint(6) NOT NULL DEFAULT 1, failures_num smallint(6) DEFAULT 0, first_failure timestamp NULL DEFAULT NULL, lock_expires timestamp NULL DEFAULT NULL,
  PRIMARY KEY (user_id), UNIQUE KEY ADMIN_USER_USERNAME (username)
);
CREATE TABLE {p}customer_entity (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, email varchar(255) DEFAULT NULL, firstname varchar(255) DEFAULT NULL, lastname varchar(255) DEFAULT NULL,
  password_hash varchar(128) DEFAULT NULL, PRIMARY KEY (entity_id)
);
CREATE TABLE {p}oauth_consumer (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, created_at timestamp NOT NULL DEFAULT current_timestamp(), updated_at timestamp NULL DEFAULT NULL,
  name varchar(255) NOT NULL, `key` varchar(32) NOT NULL, secret varchar(128) NOT NULL, callback_url text DEFAULT NULL, rejected_callback_url text NOT NULL DEFAULT '',
  PRIMARY KEY (entity_id), UNIQUE KEY OAUTH_CONSUMER_KEY (`key`)
);
CREATE TABLE {p}oauth_token (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT, consumer_id int(10) unsigned DEFAULT NULL, admin_id int(10) unsigned DEFAULT NULL,
  customer_id int(10) unsigned DEFAULT NULL, type varchar(16) NOT NULL, token varchar(32) NOT NULL, secret varchar(128) NOT NULL, verifier varchar(32) DEFAULT NULL,
  callback_url text NOT NULL DEFAULT '', revoked smallint(5) unsigned NOT NULL DEFAULT 0, authorized smallint(5) unsigned NOT NULL DEFAULT 0,
  user_type int(11) DEFAULT NULL COMMENT 'User type', created_at timestamp NOT NULL DEFAULT current_timestamp(),
  PRIMARY KEY (entity_id), UNIQUE KEY OAUTH_TOKEN_TOKEN (token)
);
CREATE TABLE {p}oauth_nonce (
  nonce varchar(32) NOT NULL, timestamp int(10) unsigned NOT NULL, consumer_id int(10) unsigned NOT NULL, UNIQUE KEY OAUTH_NONCE_NONCE_CONSUMER_ID (nonce, consumer_id)
);
CREATE TABLE {p}oauth_token_request_log (
  log_id int(10) unsigned NOT NULL AUTO_INCREMENT, user_name varchar(255) NOT NULL, user_type smallint(5) unsigned NOT NULL,
  failures_count smallint(5) unsigned DEFAULT 0, lock_expires_at timestamp NOT NULL DEFAULT current_timestamp(),
  PRIMARY KEY (log_id), UNIQUE KEY OAUTH_TOKEN_REQUEST_LOG_USER_NAME_USER_TYPE (user_name, user_type)
);
CREATE TABLE {p}jwt_auth_revoked (
  user_type_id int(10) unsigned NOT NULL, user_id int(10) unsigned NOT NULL, revoke_before bigint(20) unsigned NOT NULL, PRIMARY KEY (user_type_id, user_id)
);
CREATE TABLE {p}integration (
  integration_id int(10) unsigned NOT NULL AUTO_INCREMENT, name varchar(255) NOT NULL, email varchar(255) NOT NULL DEFAULT '', endpoint varchar(255) DEFAULT NULL,
  status smallint(5) unsigned NOT NULL, consumer_id int(10) unsigned DEFAULT NULL, setup_type smallint(5) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (integration_id), UNIQUE KEY INTEGRATION_NAME (name)
);
CREATE TABLE {p}authorization_role (
  role_id int(10) unsigned NOT NULL AUTO_INCREMENT, parent_id int(10) unsigned NOT NULL DEFAULT 0, tree_level smallint(5) unsigned NOT NULL DEFAULT 0,
  sort_order smallint(5) unsigned NOT NULL DEFAULT 0, role_type varchar(1) NOT NULL DEFAULT '0', user_id int(10) unsigned NOT NULL DEFAULT 0,
  user_type varchar(16) DEFAULT NULL, role_name varchar(50) DEFAULT NULL, PRIMARY KEY (role_id)
);
CREATE TABLE {p}authorization_rule (
  rule_id int(10) unsigned NOT NULL AUTO_INCREMENT, role_id int(10) unsigned NOT NULL DEFAULT 0, resource_id varchar(255) DEFAULT NULL,
  privileges varchar(20) DEFAULT NULL, permission varchar(10) DEFAULT NULL, PRIMARY KEY (rule_id), KEY AUTHORIZATION_RULE_RESOURCE_ID_ROLE_ID (resource_id, role_id)
);
INSERT INTO {p}core_config_data (path, value) VALUES ('web/unsecure/base_url', '{url}'), ('web/secure/base_url', '{url}');
INSERT INTO {p}admin_user (user_id, email, username, password) VALUES (1, 'root@example.com', 'root', '{hash}'), (2, 'clerk@example.com', 'clerk', '{hash}');
INSERT INTO {p}customer_entity VALUES (1, 'ann@example.com', 'Ann', 'Customer', '{hash}');
INSERT INTO {p}oauth_consumer (entity_id, name, `key`, secret) VALUES (1, 'Connector', 'abcdefghijklmnopqrstuvwxyz012345', 'consumersecret00000000000000000a');
INSERT INTO {p}oauth_token (consumer_id, type, token, secret, user_type, authorized) VALUES (1, 'access', 'intg0000000000000000000000token1', 'tokensecret000000000000000000001', 1, 0);
INSERT INTO {p}integration VALUES (1, 'Connector', '', NULL, 1, 1, 0);
INSERT INTO {p}authorization_role (role_id, parent_id, tree_level, role_type, user_id, user_type, role_name) VALUES
  (1, 0, 1, 'G', 0, '2', 'Administrators'), (2, 1, 2, 'U', 1, '2', 'root'), (3, 0, 1, 'G', 0, '2', 'Clerks'), (4, 3, 2, 'U', 2, '2', 'clerk'), (5, 0, 1, 'U', 1, '1', 'Integration1');
INSERT INTO {p}authorization_rule (role_id, resource_id, permission) VALUES (1, 'Magento_Backend::all', 'allow'),
  (3, 'Magento_Backend::admin', 'allow'), (3, 'Magento_Catalog::products', 'allow'), (3, 'Magento_Sales::actions_view', 'deny'),
  (5, 'Magento_Backend::admin', 'allow'), (5, 'Magento_Catalog::products', 'allow'), (5, 'Magento_Sales::actions_view', 'allow'), (5, 'Magento_Customer::manage', 'allow');
