package db

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/go-sql-driver/mysql"

	"github.com/why401/why401/secret"
)

// Login is how a database is reached. It comes out of the site's own configuration, or from the user.
type Login struct {
	// Host is written as PHP programs write it: "db.example.com", "127.0.0.1:3307", "[::1]:3306", "localhost:/run/mysqld.sock",
	// "/run/mysqld.sock", "unix(/run/mysqld.sock)". "localhost", or nothing, means the usual socket, as it does to PHP.
	Host     string
	User     string
	Password secret.Text
	Name     string // of the database
	// TLS says how the way is closed: "" closes it where the server can and the server is not this machine, "off" never does,
	// "on" insists and checks the certificate, "unchecked" insists and takes any.
	TLS string
	CA  string // a PEM file with the authorities for "on"; the system's own when ""
}

// The limits of a session. A site's database is shared with its visitors.
const (
	dialTime  = 5 * time.Second
	queryTime = 10 * time.Second
)

// sockets are where servers put their socket: PHP's own default, then those of the distributions.
var sockets = []string{"/run/mysqld/mysqld.sock", "/var/run/mysqld/mysqld.sock", "/var/lib/mysql/mysql.sock", "/tmp/mysql.sock"}

// Address reads l.Host. network is "unix" or "tcp", as net.Dial takes it.
func (l Login) Address() (network, address string, err error) {
	h := strings.TrimSpace(l.Host)
	if path, ok := strings.CutPrefix(h, "unix("); ok {
		h = strings.TrimSuffix(path, ")")
	}
	if inner, ok := strings.CutPrefix(h, "tcp("); ok {
		h = strings.TrimSuffix(inner, ")")
	}
	if strings.ContainsAny(h, "\x00\r\n") {
		return "", "", errors.New("the database's host has a line break in it: expected host, host:port or host:/path/of/socket")
	}
	if i := strings.IndexByte(h, '/'); i == 0 || i > 0 && h[i-1] == ':' {
		return "unix", h[i:], nil
	}
	// A name with several colons and no brackets is an IPv6 address without a port.
	host, port := h, "3306"
	switch {
	case strings.HasPrefix(h, "["):
		end := strings.IndexByte(h, ']')
		if end < 0 {
			return "", "", fmt.Errorf("the database's host %q has a [ without a ]", l.Host)
		}
		host = h[1:end]
		if p, ok := strings.CutPrefix(h[end+1:], ":"); ok && p != "" {
			port = p
		}
	case strings.Count(h, ":") == 1:
		var p string
		if host, p, _ = strings.Cut(h, ":"); p != "" {
			port = p
		}
	}
	if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
		return "", "", fmt.Errorf("the database's port %q is no number from 1 to 65535", port)
	}
	if (host == "" || strings.EqualFold(host, "localhost")) && port == "3306" {
		for _, s := range sockets {
			if fi, err := os.Stat(s); err == nil && fi.Mode()&os.ModeSocket != 0 {
				return "unix", s, nil
			}
		}
		host = "127.0.0.1"
	}
	return "tcp", net.JoinHostPort(host, port), nil
}

// String names the database without its password: "shop at 127.0.0.1:3306 as shopuser".
func (l Login) String() string {
	_, a, err := l.Address()
	if err != nil {
		a = l.Host
	}
	return fmt.Sprintf("%s at %s as %s", l.Name, a, l.User)
}

// config is what the driver is told.
func (l Login) config() (*mysql.Config, error) {
	network, address, err := l.Address()
	if err != nil {
		return nil, err
	}
	c := mysql.NewConfig()
	c.User, c.Passwd, c.DBName, c.Net, c.Addr = l.User, l.Password.Reveal(), l.Name, network, address
	c.Timeout, c.ReadTimeout, c.WriteTimeout = dialTime, queryTime+dialTime, queryTime
	c.Logger = quiet{}
	// Values are put into the statement as _binary'...', so that they are compared and stored byte for byte, whatever the
	// column's own character set is. Names of tables stay readable as UTF-8.
	c.InterpolateParams = true
	c.CheckConnLiveness = true
	switch l.TLS {
	case "":
		if network == "tcp" && !loopback(address) {
			c.TLS, c.AllowFallbackToPlaintext = &tls.Config{InsecureSkipVerify: true}, true
		}
	case "off":
	case "unchecked":
		c.TLS = &tls.Config{InsecureSkipVerify: true}
	case "on":
		host, _, _ := net.SplitHostPort(address)
		c.TLS = &tls.Config{ServerName: host}
		if l.CA != "" {
			pem, err := os.ReadFile(l.CA)
			if err != nil {
				return nil, fmt.Errorf("the database's certificate authority: %w", err)
			}
			c.TLS.RootCAs = x509.NewCertPool()
			if !c.TLS.RootCAs.AppendCertsFromPEM(pem) {
				return nil, fmt.Errorf("%s holds no certificate in PEM form", l.CA)
			}
		}
	default:
		return nil, fmt.Errorf("TLS %q: expected on, off or unchecked", l.TLS)
	}
	return c, nil
}

func loopback(address string) bool {
	host, _, _ := net.SplitHostPort(address)
	ip := net.ParseIP(host)
	return ip != nil && ip.IsLoopback() || strings.EqualFold(host, "localhost")
}

// quiet takes what the driver would write to standard error.
type quiet struct{}

func (quiet) Print(...any) {}

// Conn is one session of a database.
type Conn struct {
	*sql.Conn
	pool   *sql.DB
	Server string // "10.11.6-MariaDB"
	Login  Login
}

// Close ends the session; what was not committed is gone.
func (c *Conn) Close() error { return errors.Join(c.Conn.Close(), c.pool.Close()) }

// Open begins a session that can only read.
func Open(ctx context.Context, l Login) (*Conn, error) {
	c, err := connect(ctx, l)
	if err != nil {
		return nil, err
	}
	if _, err := c.ExecContext(ctx, "SET SESSION TRANSACTION READ ONLY"); err != nil {
		return nil, errors.Join(fmt.Errorf("the session could not be made read only: %w", err), c.Close())
	}
	return c, nil
}

// OpenToChange begins a session that can write, for package fix.
func OpenToChange(ctx context.Context, l Login) (*Conn, error) { return connect(ctx, l) }

func connect(ctx context.Context, l Login) (*Conn, error) {
	config, err := l.config()
	if err != nil {
		return nil, err
	}
	connector, err := mysql.NewConnector(config)
	if err != nil {
		return nil, err
	}
	pool := sql.OpenDB(connector)
	pool.SetMaxOpenConns(1)
	c := &Conn{pool: pool, Login: l}
	if c.Conn, err = pool.Conn(ctx); err != nil {
		return nil, errors.Join(unreachable(l, err), pool.Close())
	}
	if err := c.settle(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

// settle sets what every session has: times in UTC, answers in the bytes that are stored, limits.
func (c *Conn) settle(ctx context.Context) error {
	if err := c.QueryRowContext(ctx, "SELECT VERSION()").Scan(&c.Server); err != nil {
		return unreachable(c.Login, err)
	}
	limit := fmt.Sprintf("SET SESSION max_execution_time = %d", queryTime.Milliseconds()) // MySQL, of SELECT alone
	if strings.Contains(strings.ToLower(c.Server), "mariadb") {
		limit = fmt.Sprintf("SET SESSION max_statement_time = %d", int(queryTime.Seconds()))
	}
	for _, s := range []string{"SET SESSION time_zone = '+00:00'", "SET SESSION character_set_results = NULL", "SET SESSION innodb_lock_wait_timeout = 5"} {
		if _, err := c.ExecContext(ctx, s); err != nil {
			return fmt.Errorf("setting up the session: %w", err)
		}
	}
	// MySQL before 5.7 and MariaDB before 10.1 have no such limit; the driver's own ends the wait there.
	_, _ = c.ExecContext(ctx, limit)
	return nil
}

// Identity tells this database from every other: what the server was given when it was set up, where it keeps its data, and
// the database's name.
func (c *Conn) Identity(ctx context.Context) string {
	var parts []string
	for _, v := range []string{"@@server_uuid", "@@server_uid", "@@hostname", "@@port", "@@datadir", "DATABASE()"} {
		var s sql.NullString
		if c.QueryRowContext(ctx, "SELECT "+v).Scan(&s) == nil && s.Valid {
			parts = append(parts, v+"="+s.String)
		}
	}
	return strings.Join(parts, "\n")
}

// unreachable says why there is no session, and how the database was meant.
func unreachable(l Login, err error) error {
	var m *mysql.MySQLError
	var untrusted *tls.CertificateVerificationError
	switch {
	case errors.As(err, &untrusted):
		return fmt.Errorf("the certificate of the database %s is not trusted: %w (--db-ca names its authority, --db-tls unchecked takes any)", l, untrusted.Err)
	case errors.Is(err, mysql.ErrNoTLS):
		return fmt.Errorf("the database %s offers no TLS: %w", l, err)
	case errors.As(err, &m):
		switch m.Number {
		case 1045, 1698:
			if l.TLS == "" || l.TLS == "off" { // a user of whom TLS is required gets the very same answer
				return fmt.Errorf("the database does not take the login of %s, or takes it over TLS alone (--db-tls on): %w", l, err)
			}
			return fmt.Errorf("the database does not take the login of %s: %w", l, err)
		case 3159:
			return fmt.Errorf("the database %s wants TLS (--db-tls on): %w", l, err)
		case 1044, 1049:
			return fmt.Errorf("%s may not be used or is not there: %w", l, err)
		}
	}
	return fmt.Errorf("no answer from the database %s: %w", l, err)
}
