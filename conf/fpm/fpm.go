// Package fpm reads PHP-FPM's configuration: its pools, who they run as, who may speak to their socket, what of the
// environment a script sees, and which files are run.
//
// Source: www.php.net/manual/en/install.fpm.configuration.php.
package fpm

import (
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/exchange"
)

// Program is the name under which the configuration is reported.
const Program = "PHP-FPM"

// Setting is one line of a section: a key and its value, the last one when a key stands there twice.
type Setting struct {
	conf.Place
	Key, Value string
}

// Pool is one pool with what an audit asks of it. The zero Place of a setting says that it is not set.
type Pool struct {
	conf.Place
	Name     string
	Settings []Setting // in the order of the file

	User, Group string
	Listen      string // an address, a port, or the path of a socket
	// Owner, Group and Mode of the socket; Mode is "0660" when it is not set.
	SocketOwner, SocketGroup, SocketMode string
	Clients                              []string // listen.allowed_clients; nil for everybody
	ClearEnv                             bool     // scripts see none of the master's environment (the default)
	Extensions                           []string // security.limit_extensions; .php and .phar when it is not set
	AccessLog, AccessFormat              string
}

// Get is the setting called key.
func (p *Pool) Get(key string) (Setting, bool) {
	for _, s := range slices.Backward(p.Settings) {
		if strings.EqualFold(s.Key, key) {
			return s, true
		}
	}
	return Setting{}, false
}

func (p *Pool) text(key, usual string) string {
	if s, ok := p.Get(key); ok {
		return strings.ReplaceAll(s.Value, "$pool", p.Name)
	}
	return usual
}

type reader struct {
	src      conf.Source
	conf     *conf.Config
	pools    []*Pool
	global   *Pool
	includes int
}

// maxIncludes bounds the files that includes lead to.
const maxIncludes = 1000

// Read reads php-fpm.conf with what it includes, or pool files. Each pool is a scope, and Config.Worker is the user of the
// first. The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	c, _, err := ReadPools(src, paths...)
	return c, err
}

// ReadPools is Read with the pools themselves.
func ReadPools(src conf.Source, paths ...string) (*conf.Config, []*Pool, error) {
	r := &reader{src: src, conf: &conf.Config{Program: Program}, global: &Pool{Name: "global"}}
	if err := r.conf.ReadEach(paths, "PHP-FPM's configuration", func(p string) error { return r.file(p, r.global) }); err != nil {
		return nil, nil, err
	}
	for _, p := range r.pools {
		p.read()
		r.conf.Scopes = append(r.conf.Scopes, p.scope())
	}
	if len(r.pools) > 0 {
		r.conf.Worker = r.pools[0].User
	}
	return r.conf, r.pools, nil
}

// file reads one file; an include continues in the section that it stands in.
func (r *reader) file(name string, now *Pool) error {
	if r.includes++; r.includes > maxIncludes {
		return fmt.Errorf("too many files, or files that include each other")
	}
	b, err := r.src.ReadFile(name)
	if err != nil {
		return err
	}
	if !slices.Contains(r.conf.Files, name) {
		r.conf.Files = append(r.conf.Files, name)
	}
	offset, n := 0, 0
	for raw := range strings.Lines(string(b)) {
		n++
		text := strings.TrimSpace(raw)
		from := offset + strings.Index(raw, text)
		at := conf.Place{File: name, Line: n, Start: from, End: from + len(text)}
		offset += len(raw)
		switch {
		case text == "" || text[0] == ';' || text[0] == '#':
			continue
		case text[0] == '[':
			section, _, _ := strings.Cut(text[1:], "]")
			if now = r.global; section != "global" {
				now = r.pool(section, at)
			}
			continue
		}
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			r.conf.Leave(at, "neither a section nor a setting")
			continue
		}
		s := Setting{at, strings.TrimSpace(key), unquote(strings.TrimSpace(value))}
		if s.Key == "include" {
			r.include(s, now)
			continue
		}
		now.Settings = append(now.Settings, s)
	}
	return nil
}

func (r *reader) pool(name string, at conf.Place) *Pool {
	for _, p := range r.pools {
		if p.Name == name {
			return p
		}
	}
	p := &Pool{Place: at, Name: name}
	r.pools = append(r.pools, p)
	return p
}

// unquote takes quotes and a comment off a value, as PHP's ini reader does.
func unquote(v string) string {
	if v != "" && (v[0] == '"' || v[0] == '\'') {
		if end := strings.IndexByte(v[1:], v[0]); end >= 0 {
			return v[1 : 1+end]
		}
	}
	v, _, _ = strings.Cut(v, ";")
	return strings.TrimSpace(v)
}

func (r *reader) include(s Setting, now *Pool) {
	pattern := s.Value
	if !path.IsAbs(pattern) { // relative to the prefix that was compiled in, which is mostly the folder of the file
		pattern = path.Join(path.Dir(s.File), pattern)
	}
	names, err := conf.Glob(r.src, pattern)
	if err != nil || len(names) == 0 {
		r.conf.Leave(s.Place, "include %q matches no file", s.Value)
		return
	}
	for _, n := range names {
		if err := r.file(n, now); err != nil {
			r.conf.Leave(s.Place, "include %q cannot be read: %v", n, err)
		}
	}
}

// read fills in what is asked of a pool, defaults included.
func (p *Pool) read() {
	p.User = p.text("user", "")
	p.Group = p.text("group", "")
	p.Listen = p.text("listen", "")
	p.SocketOwner = p.text("listen.owner", "")
	p.SocketGroup = p.text("listen.group", "")
	p.SocketMode = p.text("listen.mode", "0660")
	if v := p.text("listen.allowed_clients", ""); v != "" && v != "any" {
		for _, c := range strings.Split(v, ",") {
			p.Clients = append(p.Clients, strings.TrimSpace(c))
		}
	}
	p.ClearEnv = isOn(p.text("clear_env", "yes"))
	p.Extensions = strings.Fields(p.text("security.limit_extensions", ".php .phar"))
	p.AccessLog = p.text("access.log", "")
	p.AccessFormat = p.text("access.format", "%R - %u %t \"%m %r\" %s")
}

func isOn(v string) bool {
	switch strings.ToLower(v) {
	case "1", "yes", "on", "true":
		return true
	}
	return false
}

// scope is a pool as a place where requests end up: it runs scripts in its own workers, with what the web server gave it.
func (p *Pool) scope() *conf.Scope {
	s := &conf.Scope{Place: p.Place, Path: "pool " + p.Name, Satisfy: conf.SatisfyAll, Server: conf.Server{Place: p.Place, Names: nil}}
	l := conf.Listen{Place: p.Place}
	if at, ok := p.Get("listen"); ok {
		l.Place = at.Place
	}
	if strings.HasPrefix(p.Listen, "/") {
		l.Address = "unix:" + p.Listen
	} else {
		host, port := "", p.Listen
		if i := strings.LastIndexByte(p.Listen, ':'); i >= 0 {
			host, port = p.Listen[:i], p.Listen[i+1:]
		}
		l.Address = strings.Trim(host, "[]")
		l.Port, _ = strconv.Atoi(port)
	}
	s.Server.Listen = []conf.Listen{l}
	// PHP-FPM hands every parameter that it is given to the script; Authorization is dropped before it, or not at all.
	s.Pass = &conf.Pass{Place: p.Place, Way: conf.InProcess, To: strings.Join(p.Extensions, " "), Authorization: conf.Fate{Now: conf.Kept}, Host: conf.Fate{Now: conf.Kept}, Proto: conf.Fate{Now: conf.Kept}}
	for _, x := range p.Settings {
		name, ok := strings.CutPrefix(x.Key, "env[")
		if !ok {
			continue
		}
		name = strings.TrimSuffix(name, "]")
		v := x.Value
		if !strings.HasPrefix(v, "$") {
			v = exchange.RequestField(name, v).Value.String()
		}
		s.Pass.Set = append(s.Pass.Set, conf.Field{Place: x.Place, Name: name, Value: v})
		f := conf.Fate{Place: x.Place, Now: conf.Unsure, Value: v}
		switch name {
		case "HTTP_AUTHORIZATION":
			s.Pass.Authorization = f
		case "HTTPS", "HTTP_X_FORWARDED_PROTO":
			s.Pass.Proto = f
		}
	}
	for _, c := range p.Clients {
		s.Rules = append(s.Rules, conf.Rule{Place: p.Place, Allow: true, What: c})
	}
	return s
}
