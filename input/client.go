package input

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/why401/why401/cred/basic"
	"github.com/why401/why401/cred/store"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
	"github.com/why401/why401/input/form"
	"github.com/why401/why401/input/settings"
	"github.com/why401/why401/secret"
)

// clientFile is a file that a client reads, and the kind it is read as.
type clientFile struct{ kind, path string }

// clientFiles are the usual places of a client's own files, in the order that package store expects: what comes first
// counts first, but for git, which reads them the other way round.
func clientFiles(client string, env func(string) string, home, dir string) []clientFile {
	in := func(kind string, parts ...string) clientFile { return clientFile{kind, filepath.Join(parts...)} }
	netrc := in("netrc", home, ".netrc")
	if f := env("NETRC"); f != "" && client == "pip" {
		netrc.path = f // Python requests obeys it; curl and git do not
	}
	switch client {
	case "docker":
		if d := env("DOCKER_CONFIG"); d != "" {
			return []clientFile{in("docker-config", d, "config.json")}
		}
		return []clientFile{in("docker-config", home, ".docker", "config.json")}
	case "npm":
		user := in("npmrc", home, ".npmrc")
		if f, ok := firstSet(env, "npm_config_userconfig", "NPM_CONFIG_USERCONFIG"); ok {
			user.path = f
		}
		return []clientFile{in("npmrc", project(dir, "package.json"), ".npmrc"), user, {"npmrc", "/etc/npmrc"}, {"npmrc", "/usr/etc/npmrc"}, {"npmrc", "/usr/local/etc/npmrc"}}
	case "pip":
		var out []clientFile
		if f := env("PIP_CONFIG_FILE"); f != "" {
			out = append(out, clientFile{"pip-conf", f})
		}
		if v := env("VIRTUAL_ENV"); v != "" {
			out = append(out, in("pip-conf", v, "pip.conf"))
		}
		return append(out, in("pip-conf", home, ".config", "pip", "pip.conf"), in("pip-conf", home, ".pip", "pip.conf"),
			in("pip-conf", home, "Library", "Application Support", "pip", "pip.conf"), clientFile{"pip-conf", "/etc/pip.conf"},
			in("pip-conf", home, ".pypirc"), netrc)
	case "maven":
		out := []clientFile{in("maven-settings", home, ".m2", "settings.xml"), in("maven-settings", dir, "pom.xml")}
		if m := env("MAVEN_HOME"); m != "" {
			out = append(out, in("maven-settings", m, "conf", "settings.xml"))
		}
		return out
	case "git":
		config := filepath.Join(home, ".config")
		if x := env("XDG_CONFIG_HOME"); x != "" {
			config = x
		}
		return []clientFile{{"gitconfig", "/etc/gitconfig"}, in("gitconfig", config, "git", "config"), in("gitconfig", home, ".gitconfig"),
			in("gitconfig", project(dir, ".git"), ".git", "config"), in("git-credentials", home, ".git-credentials"),
			in("git-credentials", config, "git", "credentials"), netrc}
	case "curl":
		return []clientFile{netrc}
	}
	return nil
}

func firstSet(env func(string) string, names ...string) (string, bool) {
	_, v := first(env, names...)
	return v, v != ""
}

// project is the nearest folder from dir upwards that holds mark, or dir.
func project(dir, mark string) string {
	for d := dir; ; d = filepath.Dir(d) {
		if _, err := os.Stat(filepath.Join(d, mark)); err == nil {
			return d
		}
		if d == filepath.Dir(d) {
			return dir
		}
	}
}

// ClientSource says where a client's own files lie.
type ClientSource struct {
	Env       func(string) string
	Home, Dir string
	Files     []string // read these in place of the usual places
}

// ClientConfig reads what the client called name has in its own files. It is called only when the user named the client.
// Files that are not there are passed over; one that was named, or that cannot be understood, is an error.
func ClientConfig(name string, from ClientSource) ([]exchange.Setting, []fact.Fact, error) {
	if !store.Knows(name) {
		return nil, nil, misuse("--as-client "+name, "no such client; expected one of %s", strings.Join(store.Clients(), ", "))
	}
	var e exchange.Evidence
	files := clientFiles(name, from.Env, from.Home, from.Dir)
	if len(from.Files) > 0 {
		files = nil
		for _, f := range from.Files {
			files = append(files, clientFile{kindOfFile(name, f), f})
		}
	}
	seen := map[string]bool{}
	for _, f := range files {
		if seen[f.path] {
			continue
		}
		seen[f.path] = true
		b, err := os.ReadFile(f.path)
		if err != nil {
			if len(from.Files) > 0 {
				return nil, nil, unreadable(f.path, err, "%v", reason(err))
			}
			continue
		}
		shown := f.path
		if rest, ok := strings.CutPrefix(f.path, from.Home+string(filepath.Separator)); ok && from.Home != "" {
			shown = "~/" + filepath.ToSlash(rest)
		}
		got, err := readClientFile(b, f.kind, shown)
		if err != nil {
			e.Facts = append(e.Facts, fact.In(shown, 0, "%v", err))
			continue
		}
		e.Add(got)
	}
	if len(from.Files) == 0 {
		e.Settings = append(e.Settings, clientEnv(name, from.Env, e.Settings)...)
	}
	return e.Settings, e.Facts, nil
}

// kindOfFile is the kind of a client's file that was named: by its name, else the client's own.
func kindOfFile(client, name string) string {
	base := filepath.Base(name)
	switch {
	case strings.Contains(base, "netrc"):
		return "netrc"
	case strings.Contains(base, "git-credentials"):
		return "git-credentials"
	}
	return map[string]string{"docker": "docker-config", "npm": "npmrc", "pip": "pip-conf", "maven": "maven-settings", "git": "gitconfig", "curl": "netrc"}[client]
}

func readClientFile(b []byte, kind, shown string) (exchange.Evidence, error) {
	if len(b) > maxText {
		return exchange.Evidence{}, fmt.Errorf("larger than 8 MiB")
	}
	if len(bytes.TrimSpace(b)) == 0 {
		return exchange.Evidence{}, nil // a client takes an empty file for one without logins
	}
	text, _ := form.Decode(string(b))
	if err := readable([]byte(text)); err != nil {
		return exchange.Evidence{}, err
	}
	for _, f := range settings.Forms {
		if f.Kind == kind {
			return f.Read(text, form.Options{Source: fact.Source{File: shown}, Sure: true})
		}
	}
	return exchange.Evidence{}, fmt.Errorf("no reader for %s", kind)
}

// clientEnv are the environment variables that a client reads for its login, and those that its files speak of.
func clientEnv(client string, env func(string) string, read []exchange.Setting) []exchange.Setting {
	var names []string
	switch client {
	case "pip":
		names = []string{"PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL"}
	case "npm":
		names = []string{"npm_config_registry", "NPM_CONFIG_REGISTRY"}
		for _, s := range read {
			for _, a := range s.Args {
				if n := store.Variable(a); n != "" {
					names = append(names, n)
				}
			}
			if strings.HasPrefix(s.Name, "//") {
				names = append(names, "npm_config_"+s.Name)
			}
		}
	}
	var out []exchange.Setting
	for _, n := range names {
		if v := env(n); v != "" {
			arg := secret.New(v)
			if strings.HasSuffix(strings.ToLower(n), "registry") && !strings.Contains(v, "@") {
				arg = secret.Public(v)
			}
			out = append(out, exchange.Setting{System: "env", Name: n, Args: []secret.Text{arg}, From: fact.Source{Input: "environment"}})
		}
	}
	return out
}

// manifests are the media types that docker asks for.
const manifests = "application/vnd.oci.image.index.v1+json, application/vnd.oci.image.manifest.v1+json, " +
	"application/vnd.docker.distribution.manifest.list.v2+json, application/vnd.docker.distribution.manifest.v2+json, */*"

// AsClient makes in the request of the client called name, with what config stores for its URL. A login that in has
// already, from -u or the URL, stays; it is then used as the client uses one.
func AsClient(in *exchange.Intent, name string, config []exchange.Setting) {
	in.Agent, in.Config = exchange.Agent{Name: name}, config
	u := in.Request.URL
	if !in.Login.Empty() {
		u.User = secret.Join(in.Login.User, secret.Public(":"), in.Login.Password)
	}
	got, _ := store.Look(name, u, config)
	if name == "docker" {
		in.Auth = exchange.AuthRegistry
		in.Request.Header = in.Request.Header.With(exchange.RequestField("Accept", manifests))
	}
	in.Notes = append(in.Notes, storedFacts(got)...)
	if !in.Login.Empty() || in.Request.Header.Has("Authorization") {
		if got.Asked && in.Auth == exchange.AuthBasic {
			in.Auth = exchange.AuthAny
		}
		if in.Auth != exchange.AuthBasic {
			in.Request.Header = in.Request.Header.Without("Authorization")
		}
		return
	}
	if got.Sent == nil || got.Sent.Value.Empty() || got.URL.Origin() != in.Request.URL.Origin() {
		return
	}
	scheme, rest, _ := got.Sent.Value.Cut(" ")
	if p, err := basic.Decode(rest); err == nil && scheme.EqualFold("basic") {
		in.Login = exchange.Login{User: p.User, Password: p.Password, From: got.Sent.From.String()}
		switch {
		case name == "docker":
			return
		case got.Asked:
			in.Auth = exchange.AuthAny
			return
		}
		in.Auth = exchange.AuthBasic
	}
	in.Request.Header = append(in.Request.Header, exchange.Field{Name: "Authorization", Value: got.Sent.Value})
}

// storedFacts tells what a client's files say about the URL.
func storedFacts(a store.Answer) []fact.Fact {
	var out []fact.Fact
	tell := func(e store.Entry, format string, args ...any) {
		text := fmt.Sprintf(format, args...)
		if !e.User.Empty() && !e.User.Closed() {
			text += fmt.Sprintf(" (user %s)", e.User)
		}
		out = append(out, fact.Fact{Text: fmt.Sprintf("%s: %s", e.From, text), From: e.From})
	}
	switch s := a.Sent; {
	case s == nil:
		out = append(out, fact.Given(a.Client, "%s looks up %s and finds no login", a.Client, a.Looked))
	case s.Kept != "":
		tell(*s, "%s is what %s takes; %s", s.Key, a.Client, s.Kept)
	default:
		tell(*s, "%s is the login that %s sends", s.Key, a.Client)
	}
	for _, e := range a.Shadowed {
		tell(e, "%s is not used: %s", e.Key, e.Why)
	}
	for _, e := range a.Near {
		tell(e, "%s is not found: %s", e.Key, e.Why)
	}
	return append(out, a.Notes...)
}

// Clients are the names that --as-client takes.
func Clients() []string { return store.Clients() }
