// Package ingress reads Kubernetes manifests for ingress-nginx: Ingress objects with its annotations, the Secrets that hold
// htpasswd files, and the ConfigMap of its controller, from YAML or JSON with several documents in a file.
//
// Source: kubernetes.github.io/ingress-nginx, "Annotations" and "ConfigMap", and the controller's nginx template.
package ingress

import (
	"encoding/base64"
	"fmt"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/internal/tree"
	"github.com/why401/why401/cred/htpasswd"
	"github.com/why401/why401/secret"
)

// Program is the name under which the configuration is reported.
const Program = "ingress-nginx"

// Prefix is what its annotations begin with when the controller was not told another prefix.
const Prefix = "nginx.ingress.kubernetes.io/"

type reader struct {
	conf    *conf.Config
	secrets map[string]*tree.Node // by namespace/name
	config  *tree.Node            // data of the controller's ConfigMap
	all     []*tree.Node          // Ingress objects
	routes  []*route
}

// Read reads manifests; of a folder its .yaml, .yml and .json files. The error is that of paths when none of them could be read.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	r := &reader{conf: &conf.Config{Program: Program, Worker: "www-data"}, secrets: map[string]*tree.Node{}}
	files := &tree.Files{Src: src, Conf: r.conf, Endings: []string{".yaml", ".yml", ".json"}}
	read := func(path string) error { return files.Read(path, func(_ string, d *tree.Node) { r.object(d) }) }
	if err := r.conf.ReadEach(paths, "manifests", read); err != nil {
		return nil, err
	}
	for _, i := range r.all {
		r.ingress(i)
	}
	r.sort()
	r.conf.Tracer = &tracer{r}
	return r.conf, nil
}

// object sorts one object by its kind.
func (r *reader) object(d *tree.Node) {
	switch d.Get("kind").String() {
	case "List":
		for _, item := range d.Get("items").Each() {
			r.object(item)
		}
	case "Ingress":
		r.all = append(r.all, d)
	case "Secret":
		r.secrets[nameOf(d)] = d
	case "ConfigMap":
		// The controller's own has settings that no application's has.
		data := d.Get("data")
		for _, k := range settings {
			if data.Get(k) != nil || strings.Contains(d.Get("metadata", "name").String(), "ingress-nginx-controller") {
				r.config = data
				return
			}
		}
	}
}

// settings are keys of the controller's ConfigMap that change what is read here.
var settings = []string{"use-forwarded-headers", "allow-snippet-annotations", "annotations-risk-level", "global-auth-url",
	"whitelist-source-range", "proxy-set-headers", "ssl-redirect", "force-ssl-redirect"}

func nameOf(d *tree.Node) string {
	ns := d.Get("metadata", "namespace").String()
	if ns == "" {
		ns = "default"
	}
	return ns + "/" + d.Get("metadata", "name").String()
}

// users reads the htpasswd text of a Secret: the key "auth" (auth-file), or a key for each user (auth-map). The problem is
// the controller's own when it cannot use the Secret; it then answers 503.
func (r *reader) users(name, form string) (f *conf.CredFile, problem string) {
	s := r.secrets[name]
	f = &conf.CredFile{Path: "Secret " + name, Kind: conf.Htpasswd}
	if s == nil {
		return f, ""
	}
	f.Place = s.Place
	values := map[string]*tree.Node{}
	var keys []string
	for _, part := range []string{"data", "stringData"} {
		for _, v := range s.Get(part).Each() {
			values[v.Key] = v
			keys = append(keys, v.Key)
		}
	}
	text := func(v *tree.Node) (string, bool) {
		if s.Get("stringData").Get(v.Key) == v {
			return v.Text, true
		}
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(v.Text), ""))
		return string(b), err == nil
	}
	seen := &conf.Seen{UID: -1, GID: -1, Reads: "yes"}
	if form == "auth-map" {
		for _, k := range keys {
			hash, ok := text(values[k])
			if !ok {
				return f, fmt.Sprintf("the key %q is not base64", k)
			}
			line := htpasswd.Parse("x:" + hash + "\n").Lines
			for i := range line {
				line[i].User, line[i].N = secret.Public(k), values[k].Line
			}
			seen.Users.Lines = append(seen.Users.Lines, line...)
		}
		f.Seen = seen
		return f, ""
	}
	auth := values["auth"]
	if auth == nil {
		return f, `the Secret has no key "auth"`
	}
	f.Place = auth.Place
	content, ok := text(auth)
	if !ok {
		return f, `the key "auth" is not base64`
	}
	seen.Users = htpasswd.Parse(content)
	seen.BOM = seen.Users.BOM
	f.Seen = seen
	return f, ""
}
