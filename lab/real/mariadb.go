package real

import (
	"bytes"
	"context"
	"crypto/x509"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// mariadb is the one database server of this process. It starts when the first world asks for a database, in a directory
// of its own, and ends with the process (see watcher): a server for each world would cost two seconds each.
var mariadb struct {
	sync.Once
	err    error
	dir    string
	port   int
	ca     string // of its certificate, which is for 127.0.0.1 and db.test
	server *process
	count  atomic.Int64
}

// Database is a database of its own in the process's MariaDB server, with a user that may see nothing else. It is dropped
// with the world.
type Database struct {
	Name, User, Password string
	Socket               string // of the server
	Host                 string // 127.0.0.1:port of the same server
	world                *World
}

// Database makes an empty database.
func (w *World) Database() *Database {
	w.Helper()
	mariadb.Do(func() { mariadb.err = startMariaDB(w, w.Port("mariadb")) })
	if mariadb.err != nil {
		w.Fatalf("MariaDB: %v", mariadb.err)
	}
	n := mariadb.count.Add(1)
	d := &Database{Name: fmt.Sprintf("site%d", n), User: fmt.Sprintf("site%d", n), Password: fmt.Sprintf("db-password-%d", n),
		Socket: filepath.Join(mariadb.dir, "s.sock"), Host: fmt.Sprintf("127.0.0.1:%d", mariadb.port), world: w}
	w.administer(fmt.Sprintf("CREATE DATABASE %[1]s CHARACTER SET utf8mb4; CREATE USER %[1]s@localhost IDENTIFIED BY '%[2]s'; CREATE USER %[1]s@'127.0.0.1' IDENTIFIED BY '%[2]s';"+
		"GRANT ALL ON %[1]s.* TO %[1]s@localhost; GRANT ALL ON %[1]s.* TO %[1]s@'127.0.0.1';", d.Name, d.Password))
	w.Cleanup(func() {
		_, _ = mariadbClient("root", "", "", fmt.Sprintf("DROP DATABASE %[1]s; DROP USER %[1]s@localhost; DROP USER %[1]s@'127.0.0.1'", d.Name))
	})
	return d
}

// SQL runs statements as the database's own user and gives what they print: a line for each row, with tabs between.
func (d *Database) SQL(statements string) string {
	d.world.Helper()
	out, err := mariadbClient(d.User, d.Password, d.Name, statements)
	if err != nil {
		d.world.Fatalf("SQL: %v", err)
	}
	return strings.TrimRight(out, "\n")
}

// Copy fills d with the tables of another database of this process.
func (d *Database) Copy(from string) {
	d.world.Helper()
	tables, err := mariadbClient("root", "", from, "SHOW TABLES")
	if err != nil {
		d.world.Fatalf("listing a prepared database's tables: %v", err)
	}
	var b strings.Builder
	for _, t := range strings.Fields(tables) {
		fmt.Fprintf(&b, "CREATE TABLE `%[1]s` LIKE %[2]s.`%[1]s`; INSERT INTO `%[1]s` SELECT * FROM %[2]s.`%[1]s`;", t, from)
	}
	if _, err := mariadbClient("root", "", d.Name, b.String()); err != nil {
		d.world.Fatalf("copying a prepared database: %v", err)
	}
}

// administer runs statements as the server's administrator.
func (w *World) administer(statements string) {
	w.Helper()
	if _, err := mariadbClient("root", "", "", statements); err != nil {
		w.Fatalf("SQL: %v", err)
	}
}

// mariadbClient runs the command line client, with nothing of the user's own configuration.
func mariadbClient(user, password, database, statements string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	path, err := findProgram("mariadb")
	if err != nil {
		return "", err
	}
	args := []string{"--no-defaults", "--skip-ssl", "-S", filepath.Join(mariadb.dir, "s.sock"), "-u", user, "--default-character-set=utf8mb4", "-N", "-B", "--raw"}
	if database != "" {
		args = append(args, database)
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "MYSQL_PWD=" + password, "LC_ALL=C", "HOME=" + mariadb.dir}
	cmd.Stdin = strings.NewReader(statements)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, complaint.String())
	}
	return out.String(), nil
}

// startMariaDB makes the system tables and starts the server, on loopback and a socket. Nothing is kept, so nothing is
// flushed.
func startMariaDB(w *World, port int) error {
	dir, err := os.MkdirTemp("", dirPrefix)
	if err != nil {
		return err
	}
	guard("d", dir)
	if err := os.Chmod(dir, 0o755); err != nil { // PHP's user reaches the socket
		return err
	}
	mariadb.dir, mariadb.port = dir, port
	// Whoever asks for TLS gets it; nobody has to.
	crt, key := w.CertLike("database-ca", "database", func(c *x509.Certificate) { c.DNSNames = []string{"db.test"} })
	for from, to := range map[string]string{crt: "server.crt", key: "server.key", filepath.Join(filepath.Dir(crt), "database-ca.crt"): "ca.crt"} {
		b, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, to), b, 0o600)
		}
		if err != nil {
			return err
		}
	}
	mariadb.ca = filepath.Join(dir, "ca.crt")
	env := []string{"PATH=" + os.Getenv("PATH") + ":/usr/sbin", "LC_ALL=C", "HOME=" + dir, "TMPDIR=" + dir}
	install, err := findProgram("mariadb-install-db")
	if err != nil {
		return err
	}
	user := []string{}
	if asRoot() {
		user = []string{"--user=root"}
	}
	cmd := exec.Command(install, append([]string{"--no-defaults", "--datadir=" + dir + "/data", "--auth-root-authentication-method=normal",
		"--skip-test-db", "--innodb-log-file-size=4M"}, user...)...)
	cmd.Env = env
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("making the system tables: %w: %s", err, out)
	}
	argv := append([]string{"mariadbd", "--no-defaults", "--datadir=" + dir + "/data", "--socket=" + dir + "/s.sock", "--pid-file=" + dir + "/pid",
		"--bind-address=127.0.0.1", fmt.Sprintf("--port=%d", port), "--skip-name-resolve", "--skip-log-bin", "--innodb-flush-log-at-trx-commit=0",
		"--innodb-buffer-pool-size=32M", "--innodb-log-file-size=4M", "--innodb-use-native-aio=0", "--max-connections=60", "--ssl-cert=" + dir + "/server.crt", "--ssl-key=" + dir + "/server.key"}, user...)
	log := filepath.Join(dir, "log")
	if mariadb.server, err = startProcess(dir, env, argv, log, log); err != nil {
		return err
	}
	for begin := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, err := mariadbClient("root", "", "", "SELECT 1")
		if err == nil {
			return nil
		}
		if mariadb.server.exited() || time.Since(begin) > startLimit {
			text, _ := os.ReadFile(log)
			return fmt.Errorf("mariadbd does not answer: %w: %s", err, text)
		}
	}
}
