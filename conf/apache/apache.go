package apache

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/internal/lazyregexp"
)

// Program is the name that a Config of this package carries.
const Program = "Apache httpd"

// Read reads a configuration: its main file, the folder that holds it (/etc/apache2, /etc/httpd), a part of one (a file of
// sites-available), or a lone .htaccess. Several paths are read one after another, as if they were one file. What could not be
// read is in Config.Unread; the error is for a path that gives nothing at all.
func Read(src conf.Source, paths ...string) (*conf.Config, error) {
	var files []string
	for _, p := range paths {
		f, err := entry(src, p)
		if err != nil {
			return nil, err
		}
		files = append(files, f...)
	}
	if len(files) == 0 {
		return nil, errors.New("no configuration of Apache httpd was named")
	}
	w, tree := readWorld(src, files, false)
	if len(w.loaded) == 0 {
		w, tree = readWorld(src, files, true)
	}
	w.build(tree)
	if len(files) == 1 && strings.HasPrefix(path.Base(files[0]), ".ht") {
		w.lone(files[0])
	}
	out := &conf.Config{Program: Program, Worker: w.user, Files: w.files}
	out.Scopes = w.scopes()
	out.Unheeded = w.unheededFiles(tree)
	out.Handovers = w.handovers()
	out.ByAgent = w.noticed.byAgent
	for _, t := range w.trusts {
		t.Heeded = w.noticed.heeded
	}
	w.noticed, w.kinds = nil, nil // what a trace reads is not gathered, and looked at anew
	out.Unread = w.unread
	out.Tracer = &tracer{w}
	return out, nil
}

// entry gives the files that a path means.
func entry(src conf.Source, p string) ([]string, error) {
	info, err := src.Stat(p)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", p, because(err))
	}
	if !info.Mode.IsDir() {
		return []string{p}, nil
	}
	for _, name := range []string{"apache2.conf", "conf/httpd.conf", "httpd.conf", "conf/apache2.conf"} {
		f := path.Join(p, name)
		if _, err := src.Stat(f); err == nil {
			return []string{f}, nil
		}
	}
	found, err := conf.Glob(src, path.Join(p, "*.conf"))
	if len(found) == 0 {
		if f := path.Join(p, ".htaccess"); readable(src, f) {
			return []string{f}, nil
		}
		if err == nil {
			err = errors.New("neither apache2.conf, httpd.conf, *.conf nor .htaccess is in this folder")
		}
		return nil, fmt.Errorf("%s: %s", p, because(err))
	}
	return found, nil
}

func readable(src conf.Source, f string) bool {
	_, err := src.Stat(f)
	return err == nil
}

func readWorld(src conf.Source, files []string, part bool) (*world, []*node) {
	rd := &reader{
		src: src, root: serverRoot(src, files[0]), part: part,
		defines: map[string]string{}, loaded: map[string]bool{}, macros: map[string]*macro{}, open: map[string]bool{},
	}
	rd.envvars(path.Join(path.Dir(files[0]), "envvars"))
	var tree []*node
	for _, f := range files {
		if strings.HasPrefix(path.Base(f), ".ht") {
			continue
		}
		tree = append(tree, rd.file(f, conf.Place{}, 0)...)
	}
	return &world{
		builder:  &builder{reader: rd, aliases: map[string]*dirConf{}, authz: map[string]*requires{}, noticed: &noticed{}, mimes: &mimeTypes{}},
		htaccess: map[string]*section{}, kinds: map[string]fileKind{}, looked: map[string]bool{}, trusts: map[trustKey]*conf.Trust{},
	}, tree
}

// serverRoot is what relative paths begin at until ServerRoot says otherwise: the folder of the main file, found upwards from
// a part of it.
func serverRoot(src conf.Source, file string) string {
	dir := path.Dir(file)
	for d := dir; ; d = path.Dir(d) {
		if readable(src, path.Join(d, "apache2.conf")) || readable(src, path.Join(d, "httpd.conf")) {
			return strings.TrimSuffix(d, "/conf")
		}
		if d == "/" || d == "." {
			return dir
		}
	}
}

var export = lazyregexp.New(`(?m)^[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z_0-9]*)=("[^"\n]*"|'[^'\n]*'|[^ \t\n#;]*)`)

// envvars reads Debian's file of variables, which apachectl's shell reads before httpd starts. Only plain assignments are
// understood; $SUFFIX is empty unless the folder is called apache2-NAME.
func (rd *reader) envvars(file string) {
	b, err := rd.src.ReadFile(file)
	if err != nil {
		return
	}
	suffix := ""
	if _, s, ok := strings.Cut(path.Base(path.Dir(file)), "apache2-"); ok {
		suffix = "-" + s
	}
	for _, m := range export.FindAllStringSubmatch(string(b), -1) {
		v := strings.Trim(m[2], `"'`)
		v = strings.NewReplacer("$SUFFIX", suffix, "${SUFFIX}", suffix).Replace(v)
		if m[1] != "SUFFIX" && !strings.Contains(v, "$") {
			rd.defines[m[1]] = v
		}
	}
}

// lone makes a server around one .htaccess: its folder is the document root and may override everything, because nothing is
// known of the server that reads it.
func (w *world) lone(file string) {
	dir := cleanDir(path.Dir(file))
	w.main.docRoot = &setting{strings.TrimSuffix(dir, "/"), conf.Place{File: file}}
	w.main.access = []string{path.Base(file)}
	d := &dirConf{allow: &override{classes: "AFILO", classesSet: true}}
	w.main.dirs = append(w.main.dirs, &section{kind: kDirectory, path: dir, parts: strings.Count(dir, "/"), conf: d})
	w.files = append(w.files, file)
}
