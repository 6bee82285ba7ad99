package db

import (
	"context"
	"time"
)

// Magento is what its tables say.
type Magento struct {
	Prefix       string
	Config       []MagentoConfig
	Integrations []Integration
	Tokens       []TokenCount
	Locked       []Locked // names that the token endpoint counts failures of
	Admins       []Admin
	Roles        []Role
	Now          time.Time // the server's clock, by which locks end
}

// MagentoConfig is a row of core_config_data.
type MagentoConfig struct {
	Scope, ScopeID string // "default" "0", "websites" "1", "stores" "2"
	Path           string
	Value          Value
	Row            Row
}

// Integration is a row of integration. It is Active when somebody switched it on.
type Integration struct {
	ID, Name string
	Active   bool
	Tokens   int // access tokens that are not revoked
}

// TokenCount counts rows of oauth_token of one kind.
type TokenCount struct {
	User    string // user_type: 1 integration, 2 admin, 3 customer
	Revoked bool
	Count   string
	Newest  string // created_at, UTC
}

// Locked is a row of oauth_token_request_log.
type Locked struct {
	Name     string
	Admin    bool // else a customer
	Failures string
	Until    time.Time // when a lock that these failures make would end
}

// Admin is a row of admin_user.
type Admin struct {
	ID, Name string
	Active   bool
	Until    time.Time // when the panel's lock ends; zero for none
	Second   string    // the second factors that the account has set up, as Magento keeps them
}

// Role is a row of authorization_role with what its rules say.
type Role struct {
	ID, Parent, Name string
	Type             string // "G" of a group, "U" of a user
	UserType, User   string // 1 integration, 2 admin
	Allow, Deny      int
	Resources        []string // that are allowed, the first hundred
}

// magentoPaths are the settings that decide who is let in. Others hold secrets, and are not read.
const magentoPaths = `path IN ('web/unsecure/base_url', 'web/secure/base_url', 'web/unsecure/base_link_url', 'web/secure/base_link_url', 'web/secure/use_in_frontend', 'web/secure/use_in_adminhtml', ` +
	`'web/secure/offloader_header', 'web/url/redirect_to_base', 'web/url/use_store', 'web/cookie/cookie_domain', 'web/cookie/cookie_path', 'web/cookie/cookie_lifetime', 'web/cookie/cookie_httponly', ` +
	`'admin/url/use_custom', 'admin/url/custom', 'admin/url/use_custom_path', 'admin/url/custom_path', 'admin/security/lockout_failures', 'admin/security/lockout_threshold', 'admin/security/session_lifetime', ` +
	`'oauth/consumer/enable_integration_as_bearer', 'oauth/consumer/expiration_period', 'oauth/access_token_lifetime/admin', 'oauth/access_token_lifetime/customer', ` +
	`'oauth/authentication_lock/max_failures_count', 'oauth/authentication_lock/timeout', 'webapi/webapisecurity/allow_insecure', 'webapi/jwtauth/admin_expiration', 'webapi/jwtauth/customer_expiration', ` +
	`'twofactorauth/general/force_providers')`

// Get gives the value that holds for the default scope, and whether a row says so.
func (m *Magento) Get(path string) (string, bool) {
	for _, c := range m.Config {
		if c.Path == path && c.Scope == "default" && !c.Value.Null() {
			return c.Value.Text(), true
		}
	}
	return "", false
}

// ReadMagento reads Magento's tables. Of tokens it reads kinds, counts and dates.
func ReadMagento(ctx context.Context, c *Conn, prefix string) (*Magento, []Gap) {
	r := &reader{ctx: ctx, c: c, prefix: prefix}
	m := &Magento{Prefix: prefix}
	rows, _ := r.whole("addresses, cookies, and whether an integration's token counts as Bearer", "core_config_data", magentoPaths+" ORDER BY path, scope, scope_id")
	for _, row := range rows {
		m.Config = append(m.Config, MagentoConfig{row.Get("scope").Text(), row.Get("scope_id").Text(), row.Get("path").Text(), row.Get("value"), row})
	}
	m.readTokens(r)
	m.readPeople(r)
	return m, r.gaps
}

func (m *Magento) readTokens(r *reader) {
	got, _ := r.rows("which integrations there are", "integration", "SELECT i.integration_id, i.name, i.status, (SELECT COUNT(*) FROM "+r.table("oauth_token")+
		" t WHERE t.consumer_id = i.consumer_id AND t.type = 'access' AND t.revoked = 0) FROM "+r.table("integration")+" i ORDER BY i.integration_id LIMIT 500")
	for _, v := range got {
		m.Integrations = append(m.Integrations, Integration{v[0].Text(), v[1].Text(), v[2].Text() == "1", atoi(v[3])})
	}
	got, _ = r.rows("which tokens were given out", "oauth_token", "SELECT user_type, revoked, COUNT(*), MAX(created_at) FROM "+r.table("oauth_token")+" WHERE type = 'access' GROUP BY user_type, revoked")
	for _, v := range got {
		m.Tokens = append(m.Tokens, TokenCount{v[0].Text(), v[1].Text() != "0", v[2].Text(), v[3].Text()})
	}
	got, _ = r.rows("whom the token endpoint has locked", "oauth_token_request_log",
		"SELECT user_name, user_type, failures_count, UNIX_TIMESTAMP(lock_expires_at), UNIX_TIMESTAMP() FROM "+r.table("oauth_token_request_log")+" ORDER BY log_id DESC LIMIT 500")
	for _, v := range got {
		m.Locked = append(m.Locked, Locked{v[0].Text(), v[1].Text() == "3", v[2].Text(), at(v[3])})
		m.Now = at(v[4])
	}
}

func (m *Magento) readPeople(r *reader) {
	second := map[string]string{}
	for _, v := range r.optional("who has set up a second factor", "tfa_user_config", "SELECT user_id, providers FROM "+r.table("tfa_user_config")+" LIMIT 500") {
		second[v[0].Text()] = v[1].Text()
	}
	got, _ := r.rows("which administrators are inactive or locked", "admin_user", "SELECT user_id, username, is_active, UNIX_TIMESTAMP(lock_expires), UNIX_TIMESTAMP() FROM "+r.table("admin_user")+" ORDER BY user_id LIMIT 500")
	for _, v := range got {
		m.Admins = append(m.Admins, Admin{v[0].Text(), v[1].Text(), v[2].Text() == "1", at(v[3]), second[v[0].Text()]})
		m.Now = at(v[4])
	}
	allowed := map[string][]string{}
	got, _ = r.rows("which resources the roles may use", "authorization_rule", "SELECT role_id, resource_id FROM "+r.table("authorization_rule")+" WHERE permission = 'allow' ORDER BY role_id, resource_id LIMIT 2000")
	for _, v := range got {
		if id := v[0].Text(); len(allowed[id]) < 100 {
			allowed[id] = append(allowed[id], v[1].Text())
		}
	}
	rules := map[string][2]int{}
	got, _ = r.rows("what the roles may do", "authorization_rule", "SELECT role_id, permission, COUNT(*) FROM "+r.table("authorization_rule")+" GROUP BY role_id, permission")
	for _, v := range got {
		n := rules[v[0].Text()]
		if v[1].Text() == "allow" {
			n[0] = atoi(v[2])
		} else {
			n[1] += atoi(v[2])
		}
		rules[v[0].Text()] = n
	}
	got, _ = r.rows("which roles there are", "authorization_role", "SELECT role_id, parent_id, role_name, role_type, user_type, user_id FROM "+r.table("authorization_role")+" ORDER BY role_id LIMIT 1000")
	for _, v := range got {
		n := rules[v[0].Text()]
		m.Roles = append(m.Roles, Role{v[0].Text(), v[1].Text(), v[2].Text(), v[3].Text(), v[4].Text(), v[5].Text(), n[0], n[1], allowed[v[0].Text()]})
	}
}

// Change makes the change of a setting in the default scope. The row need not be there.
func (m *Magento) Change(path string, to Value) Change {
	return m.ChangeIn("default", "0", path, to)
}

// ChangeIn makes the change of a setting in a scope.
func (m *Magento) ChangeIn(scope, id, path string, to Value) Change {
	ch := Change{Table: m.Prefix + "core_config_data", Column: "value", To: to, Says: path,
		Key: []Cell{{"scope", Bytes(scope)}, {"scope_id", Bytes(id)}, {"path", Bytes(path)}}}
	if scope != "default" {
		ch.Says += " of " + scope + " " + id
	}
	for _, c := range m.Config {
		if c.Path == path && c.Scope == scope && c.ScopeID == id {
			ch.Seen, ch.Key = c.Row, []Cell{{"config_id", c.Row.Get("config_id")}}
		}
	}
	return ch
}

// at reads a Unix time; zero for NULL.
func at(v Value) time.Time {
	n := atoi(v)
	if n == 0 {
		return time.Time{}
	}
	return time.Unix(int64(n), 0).UTC()
}

func atoi(v Value) int {
	n := 0
	for _, c := range v.Text() {
		if c < '0' || c > '9' || n > 1<<40 {
			return n
		}
		n = n*10 + int(c-'0')
	}
	return n
}
