package tree

import (
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
)

// maxFiles bounds what folders may hold.
const maxFiles = 10_000

// Files reads files and folders of documents into a configuration, each file once.
type Files struct {
	Src     conf.Source
	Conf    *conf.Config
	Endings []string // of the files of a folder that count, in lower case with the dot
	Below   bool     // folders inside a folder are read, too

	seen map[string]bool
}

// Read gives the documents of a file, or of a folder's files, to take. What cannot be read of a folder, and of a file with
// several documents, is noted in the configuration; the error is that of name itself.
func (f *Files) Read(name string, take func(file string, doc *Node)) error {
	if f.seen == nil {
		f.seen = map[string]bool{}
	}
	if f.seen[name] || len(f.seen) > maxFiles {
		return nil
	}
	f.seen[name] = true
	if f.folder(name) {
		return f.readFolder(name, take)
	}
	b, err := f.Src.ReadFile(name)
	if err != nil {
		return err
	}
	docs, err := Read(name, b)
	if err != nil && len(docs) == 0 {
		return err
	} else if err != nil {
		f.Conf.Leave(conf.Place{File: name, Line: 1}, "a document in it cannot be read: %v", err)
	}
	f.Conf.Files = append(f.Conf.Files, name)
	for _, d := range docs {
		take(name, d)
	}
	return nil
}

func (f *Files) folder(name string) bool {
	info, err := f.Src.Stat(name)
	return err == nil && info.Mode.IsDir()
}

func (f *Files) readFolder(name string, take func(file string, doc *Node)) error {
	names, err := f.Src.ReadDir(name)
	if err != nil {
		return err
	}
	for _, n := range names {
		p := path.Join(name, n)
		if f.folder(p) {
			if !f.Below {
				continue
			}
		} else if !slices.Contains(f.Endings, strings.ToLower(path.Ext(n))) {
			continue
		}
		if err := f.Read(p, take); err != nil {
			f.Conf.Leave(conf.Place{File: p}, "cannot be read: %v", err)
		}
	}
	return nil
}
