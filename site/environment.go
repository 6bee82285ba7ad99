package site

import (
	"errors"
	"io/fs"
	"path"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site/dotenv"
	"github.com/why401/why401/site/php"
)

// readers are the folders of the libraries that put a .env file into a program's environment. A .env that none of them lies
// beside is Docker's, or nobody's.
var readers = []string{"vendor/vlucas/phpdotenv", "vendor/symfony/dotenv", "vendor/oscarotero/env"}

// environment gives the variables of the .env files of a project: those that lie in folder, or in one of the two above it, as
// projects have them whose web folder is below their root. It is nil where there are none. Files are read in the order in which
// symfony/dotenv and Bedrock do: .env, .env.local, and those of the environment that they name; a later one wins.
func (in *Installation) environment(src conf.Source, folder string) func(string) (php.Value, bool) {
	root := ""
	for dir, n := path.Clean(folder), 0; n < 3; dir, n = path.Dir(dir), n+1 {
		for _, r := range readers {
			if root == "" && exists(src, path.Join(dir, ".env")) && exists(src, path.Join(dir, r)) {
				root = dir
			}
		}
	}
	if root == "" {
		return nil
	}
	values, texts := map[string]php.Value{}, map[string]string{}
	read := func(name string) {
		file := path.Join(root, name)
		b, err := src.ReadFile(file)
		if errors.Is(err, fs.ErrNotExist) {
			return
		}
		if err != nil {
			in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "the environment variables that it sets")
			return
		}
		entries, bad := dotenv.Parse(string(b), texts)
		if len(bad) > 0 { // the libraries refuse such a file as a whole
			in.gap(conf.Place{File: file, Line: bad[0].Line}, "cannot be read as a .env file: "+bad[0].What, "the environment variables that it sets; the program would end here with an error")
			return
		}
		in.Files = append(in.Files, file)
		for _, e := range entries {
			v := php.Value{Kind: php.Unknown}
			delete(texts, e.Name)
			if e.Known {
				v = php.Text(e.Value)
				texts[e.Name] = e.Value
			}
			v.At = conf.Place{File: file, Line: e.Line}
			values[e.Name] = v
		}
	}
	read(".env")
	read(".env.local")
	for _, n := range []string{"APP_ENV", "WP_ENV"} {
		if e := texts[n]; e != "" && path.Base(e) == e {
			read(".env." + e)
			read(".env." + e + ".local")
		}
	}
	return func(name string) (php.Value, bool) {
		v, ok := values[name]
		return v, ok
	}
}
