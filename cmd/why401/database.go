package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/why401/why401/secret"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/copied"
	"github.com/why401/why401/site/db"
)

// databaseFlags are how the user says how a site's database is reached, where the site's own configuration does not do. The
// password comes from a file or the environment: a command line can be read by everybody on the machine.
type databaseFlags struct {
	host, user, name, passwordFile, tls, ca string
}

// passwordVariable holds a database password for one run.
const passwordVariable = "WHY401_DB_PASSWORD"

func (d *databaseFlags) register(f *pflag.FlagSet) {
	f.StringVar(&d.host, "db-host", "", "the database's `HOST`, host:port or socket; the site's own without it")
	f.StringVar(&d.user, "db-user", "", "the database `USER`; the site's own without it")
	f.StringVar(&d.name, "db-name", "", "the `NAME` of the database; the site's own without it")
	f.StringVar(&d.passwordFile, "db-password-file", "", "a `FILE` with the database password; or "+passwordVariable+" in the environment")
	f.StringVar(&d.tls, "db-tls", "", "`HOW` the way to the database is closed: on, off or unchecked")
	f.StringVar(&d.ca, "db-ca", "", "a PEM `FILE` with the authority of the database's certificate")
}

// given reports that the user said something about the database.
func (d *databaseFlags) given() bool {
	return d.host != "" || d.user != "" || d.name != "" || d.passwordFile != ""
}

// over puts what the user gave over the site's own login.
func (d *databaseFlags) over(l db.Login) (db.Login, error) {
	l.Host, l.Name = cmp.Or(d.host, l.Host), cmp.Or(d.name, l.Name)
	if d.user != "" {
		l.User, l.Password = d.user, secret.Text{} // another user's password is not the site's
	}
	l.TLS, l.CA = cmp.Or(d.tls, l.TLS), cmp.Or(d.ca, l.CA)
	switch {
	case d.passwordFile != "":
		b, err := os.ReadFile(d.passwordFile)
		if err != nil {
			return l, unreadable(fmt.Errorf("the database password: %w", err), "")
		}
		l.Password = secret.New(strings.TrimRight(string(b), "\r\n"))
	case os.Getenv(passwordVariable) != "":
		l.Password = secret.New(os.Getenv(passwordVariable))
	}
	return l, nil
}

// login is how the database of an installation is reached.
func (d *databaseFlags) login(in *site.Installation) (db.Login, error) {
	own, err := in.Login()
	if err != nil && (d.user == "" || d.name == "") {
		return db.Login{}, fmt.Errorf("%w: --db-host, --db-user and --db-name say it", err)
	}
	return d.over(own)
}

// logins finds the login of a plan's database, in the configuration as it is now.
func (d *databaseFlags) logins(s db.Source) (db.Login, error) {
	if s.Site == "" {
		return d.over(db.Login{})
	}
	in, err := site.Open(s.Site)
	if err != nil {
		return db.Login{}, err
	}
	for _, i := range in.All() {
		if i.Source() == s {
			return d.login(i)
		}
	}
	return db.Login{}, fmt.Errorf("%s is no %s any more", s.Site, s.Which)
}

// ask reads the databases of an installation and of what lies in it. What cannot be read becomes gaps of theirs.
func (d *databaseFlags) ask(in *site.Installation) {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for _, i := range in.All() {
		l, err := d.login(i)
		if err != nil {
			i.Unasked(err)
			continue
		}
		i.AskDatabase(ctx, l)
	}
}

// saveLive writes what a live site has, for after-sync elsewhere.
func (a *app) saveLive(in *site.Installation, file string) error {
	l, err := copied.Take(in, time.Now())
	if err != nil {
		return err
	}
	for _, i := range in.All() {
		if i.Stored == nil {
			a.say("%s: its database was not read, so its settings are not in the file", i.Platform)
		}
	}
	b, err := json.MarshalIndent(l, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(file, append(b, '\n'), 0o600); err != nil {
		return unreadable(err, "")
	}
	a.say("saved; on the copy: why401 after-sync DIR --from %s --url URL", file)
	return nil
}

// hosts are the names by which a site knows itself: in its files and in its database.
func hosts(in *site.Installation) []string {
	var out []string
	add := func(address string) {
		if u, err := url.Parse(address); err == nil && u.Host != "" && !slices.Contains(out, u.Hostname()) {
			out = append(out, u.Hostname())
		}
	}
	for _, i := range in.All() {
		for _, a := range i.Addresses() {
			add(a.Value)
		}
	}
	return out
}
