package settings

import "strings"

func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(words) {
		m[w] = true
	}
	return m
}

// nginxOwn are directives that no other configuration language has.
var nginxOwn = wordSet(`absolute_redirect access_by_lua_block access_by_lua_file access_log add_after_body add_header
	ancient_browser auth_basic auth_basic_user_file auth_delay auth_digest auth_digest_user_file auth_jwt auth_jwt_key_file
	auth_jwt_key_request auth_request auth_request_set auth_gss auth_gss_realm auth_gss_keytab auth_gss_service_name auth_ldap
	auth_ldap_servers auth_pam auth_pam_service_name autoindex chunked_transfer_encoding client_body_buffer_size
	client_header_buffer_size client_max_body_size default_type error_log error_page expires fastcgi_buffers
	fastcgi_buffer_size fastcgi_cache fastcgi_cache_key fastcgi_cache_valid fastcgi_hide_header fastcgi_index
	fastcgi_intercept_errors fastcgi_no_cache fastcgi_param fastcgi_pass fastcgi_pass_header fastcgi_pass_request_headers
	fastcgi_read_timeout fastcgi_split_path_info geoip_country grpc_pass grpc_set_header gzip_types ignore_invalid_headers
	internal keepalive_timeout large_client_header_buffers limit_conn limit_conn_status limit_conn_zone limit_except
	limit_rate limit_req limit_req_status limit_req_zone log_format log_not_found merge_slashes mirror more_clear_headers
	more_clear_input_headers more_set_headers more_set_input_headers proxy_buffer_size proxy_buffering proxy_buffers
	proxy_busy_buffers_size proxy_cache proxy_cache_bypass proxy_cache_key proxy_cache_methods proxy_cache_path
	proxy_cache_valid proxy_connect_timeout proxy_cookie_domain proxy_cookie_flags proxy_cookie_path proxy_headers_hash_max_size
	proxy_hide_header proxy_http_version proxy_ignore_headers proxy_intercept_errors proxy_method proxy_next_upstream
	proxy_no_cache proxy_pass proxy_pass_header proxy_pass_request_body proxy_pass_request_headers proxy_read_timeout
	proxy_redirect proxy_request_buffering proxy_send_timeout proxy_set_body proxy_set_header proxy_ssl_certificate
	proxy_ssl_certificate_key proxy_ssl_name proxy_ssl_server_name proxy_ssl_session_reuse proxy_ssl_trusted_certificate
	proxy_ssl_verify rewrite_by_lua_block root satisfy scgi_pass secure_link secure_link_md5 secure_link_secret
	send_timeout sendfile server_name server_name_in_redirect server_names_hash_bucket_size server_tokens set_real_ip_from
	real_ip_header real_ip_recursive ssl_certificate ssl_certificate_key ssl_ciphers ssl_client_certificate ssl_crl
	ssl_dhparam ssl_password_file ssl_prefer_server_ciphers ssl_protocols ssl_session_cache ssl_session_tickets
	ssl_session_timeout ssl_stapling ssl_trusted_certificate ssl_verify_client ssl_verify_depth static sub_filter tcp_nodelay
	tcp_nopush try_files types_hash_max_size underscores_in_headers userid uwsgi_param uwsgi_pass uwsgi_pass_header
	valid_referers worker_connections worker_processes worker_rlimit_nofile zone_sync js_content js_import js_set
	proxy_cookie_domain subrequest_output_buffer_size worker_cpu_affinity`)

// nginxDirectives are all that make a line one of nginx: those above, and names that others use as well.
var nginxDirectives = func() map[string]bool {
	m := wordSet(`alias allow break charset daemon deny env etag events geo gzip gzip_vary hash http if include index
		ip_hash least_conn keepalive listen load_module location map match pid port_in_redirect resolver return rewrite
		server set split_clients stream types upstream use user zone`)
	for w := range nginxOwn {
		m[w] = true
	}
	return m
}()
