// Package programs tells whose configuration a path holds, and has the program's own reader read it. A folder may hold those
// of several programs.
package programs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/conf/look"
	"github.com/why401/why401/internal/lazyregexp"
)

// Program is a program whose configuration is read.
type Program struct {
	Name string // for --as: "nginx", "apache", "htpasswd"
	// Mains are the files by which a folder is the program's, best first; globs, relative to the folder.
	Mains []string
	// Below are such globs for files that lie deeper in a tree that holds several programs: /etc has php/8.2/fpm/php-fpm.conf.
	Below []string
	names *lazyregexp.Regexp // of single files
	text  *lazyregexp.Regexp // that only its files hold
	Read  func(src conf.Source, paths ...string) (*conf.Config, error)
	whole bool // a folder is given to Read as it is
}

// Find gives the program called name.
func Find(name string) (Program, bool) {
	i := slices.IndexFunc(All, func(p Program) bool { return p.Name == strings.ToLower(name) })
	if i < 0 {
		return Program{}, false
	}
	return All[i], true
}

// Names are the names of all programs.
func Names() []string {
	var out []string
	for _, p := range All {
		out = append(out, p.Name)
	}
	return out
}

// Read is a configuration that was found below a path.
type Read struct {
	Path string
	*conf.Config
	Source conf.Source
}

// ReadPaths reads the configurations at paths, which are absolute, and looks at the password files that they name. Single files
// of one program are one configuration. as names the program where it is known, "" otherwise. What could not be read at all
// is in failed, one error for a path.
func ReadPaths(src conf.Source, paths []string, as string) (found []Read, failed []error) {
	type job struct {
		program Program
		paths   []string
	}
	var jobs []job
	add := func(p Program, file string, alone bool) {
		i := slices.IndexFunc(jobs, func(j job) bool { return j.program.Name == p.Name && !alone })
		if i < 0 {
			jobs = append(jobs, job{p, []string{file}})
			return
		}
		jobs[i].paths = append(jobs[i].paths, file)
	}
	for _, p := range paths {
		info, err := src.Stat(p)
		switch {
		case err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", p, plain(err)))
			continue
		case as != "":
			prog, ok := Find(as)
			if !ok {
				failed = append(failed, fmt.Errorf("%s: %q is no program that is known; expected one of %s", p, as, strings.Join(Names(), ", ")))
				continue
			}
			if info.Mode.IsDir() && !prog.whole {
				failed = append(failed, fmt.Errorf("%s: is a folder; expected a file of %s", p, prog.Name))
				continue
			}
			add(prog, p, info.Mode.IsDir())
		case info.Mode.IsDir():
			here := folder(src, p)
			if len(here) == 0 {
				failed = append(failed, fmt.Errorf("%s: no configuration is known in this folder; name the file, or the program with --as", p))
			}
			for _, f := range here {
				add(f.program, f.path, true)
			}
		default:
			prog, err := recognise(src, p)
			if err != nil {
				failed = append(failed, fmt.Errorf("%s: %w", p, plain(err)))
				continue
			}
			add(prog, p, false)
		}
	}
	for _, j := range jobs {
		c, err := j.program.Read(src, j.paths...)
		if err != nil {
			failed = append(failed, err)
			continue
		}
		look.Files(c, src)
		found = append(found, Read{Path: j.paths[0], Config: c, Source: src})
	}
	return found, failed
}

// plain is an error without a path in front, which stands there already.
func plain(err error) error {
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("no such file or folder")
	case errors.As(err, &p):
		return p.Err
	}
	return err
}

type located struct {
	program Program
	path    string
}

func (l located) same(o located) bool { return l.program.Name == o.program.Name && l.path == o.path }

// folder finds the configurations in dir, and in the folders directly below it when there is none.
func folder(src conf.Source, dir string) []located {
	out := mains(src, dir)
	if len(out) > 0 {
		return out
	}
	names, err := src.ReadDir(dir)
	if err != nil || len(names) > 500 {
		return nil
	}
	for _, p := range All {
		for _, g := range p.Below {
			found, _ := conf.Glob(src, dir+"/"+g)
			for _, f := range found {
				if at := (located{p, f}); !slices.ContainsFunc(out, at.same) {
					out = append(out, at)
				}
			}
		}
	}
	var loose []string
	for _, n := range names {
		sub := path.Join(dir, n)
		info, err := src.Stat(sub)
		switch {
		case err != nil:
		case info.Mode.IsDir():
			for _, m := range mains(src, sub) {
				if !slices.ContainsFunc(out, m.same) {
					out = append(out, m)
				}
			}
		case info.Size <= 1<<20:
			loose = append(loose, sub)
		}
	}
	if len(out) > 0 {
		return out
	}
	// A folder of single files: sites of nginx or Apache, manifests.
	by := map[string]bool{}
	for _, f := range loose {
		if p, err := recognise(src, f); err == nil && !by[p.Name] {
			by[p.Name] = p.whole
			at := f
			if p.whole {
				at = dir
			}
			out = append(out, located{p, at})
		}
	}
	return out
}

// mains are the main files that lie in dir. A pattern such as sites-enabled/* tells the program only where no main file does:
// nginx and Apache both have such a folder.
func mains(src conf.Source, dir string) []located {
	if out := named(src, dir, false); len(out) > 0 {
		return out
	}
	return named(src, dir, true)
}

func named(src conf.Source, dir string, patterns bool) []located {
	var out []located
	for _, p := range All {
		for _, g := range p.Mains {
			if conf.HasMeta(g) != patterns {
				continue
			}
			found, _ := conf.Glob(src, dir+"/"+g)
			if len(found) == 0 {
				continue
			}
			if p.whole {
				out = append(out, located{p, dir})
			} else {
				for _, f := range found {
					out = append(out, located{p, f})
				}
			}
			break
		}
	}
	return out
}

// recognise tells whose file it is, by its name and else by its text.
func recognise(src conf.Source, file string) (Program, error) {
	base := path.Base(file)
	for _, p := range All {
		if p.names != nil && p.names.MatchString(base) {
			return p, nil
		}
	}
	b, err := src.ReadFile(file)
	if err != nil {
		return Program{}, err
	}
	text := string(b[:min(len(b), 64<<10)])
	for _, p := range All {
		if p.text != nil && p.text.MatchString(text) {
			return p, nil
		}
	}
	return Program{}, fmt.Errorf("is no configuration that is known; name the program with --as: %s", strings.Join(Names(), ", "))
}
