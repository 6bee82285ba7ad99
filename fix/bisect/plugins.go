package bisect

import (
	"cmp"
	"io"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/why401/why401/internal/lazyregexp"
)

// folder is the name by which other plugins require this one (wp-includes/class-wp-plugin-dependencies.php).
func (p Plugin) folder() string {
	if d := path.Dir(p.File); d != "." {
		return d
	}
	return strings.TrimSuffix(p.File, ".php")
}

// headSize is how much of a plugin's file WordPress reads for its head (get_file_data).
const headSize = 8 << 10

var pluginName = lazyregexp.New(`(?mi)^(?:[ \t]*<\?php)?[ \t/*#@]*Plugin Name:(.*)$`)
var pluginNeeds = lazyregexp.New(`(?mi)^(?:[ \t]*<\?php)?[ \t/*#@]*Requires Plugins:(.*)$`)

// readPlugin reads a plugin's head. A file that cannot be read is named by its path.
func readPlugin(plugins *os.Root, file string) Plugin {
	p := Plugin{File: file, Name: file}
	if plugins == nil {
		return p
	}
	f, err := plugins.Open(file)
	if err != nil {
		return p
	}
	defer f.Close()
	head, err := io.ReadAll(io.LimitReader(f, headSize))
	if err == nil {
		p.fill(head)
	}
	return p
}

// fill takes name and needs out of the head of a plugin's file.
func (p *Plugin) fill(head []byte) {
	value := func(re *lazyregexp.Regexp) string {
		m := re.FindSubmatch(head)
		if m == nil {
			return ""
		}
		v, _, _ := strings.Cut(string(m[1]), "*/")
		v, _, _ = strings.Cut(v, "?>")
		return strings.TrimSpace(v)
	}
	p.Name = cmp.Or(value(pluginName), p.File)
	for need := range strings.SplitSeq(value(pluginNeeds), ",") {
		if need = strings.TrimSpace(need); need != "" {
			p.Requires = append(p.Requires, need)
		}
	}
}

// order is the order in which plugins go off: as they are listed, but those that require another in front of it.
func order(plugins []Plugin) []int {
	var out []int
	var put func(i int, above []int)
	put = func(i int, above []int) {
		if slices.Contains(out, i) || slices.Contains(above, i) {
			return
		}
		for j, p := range plugins {
			if j != i && slices.Contains(p.Requires, plugins[i].folder()) {
				put(j, append(above, i))
			}
		}
		if !slices.Contains(out, i) {
			out = append(out, i)
		}
	}
	for i := range plugins {
		put(i, nil)
	}
	return out
}
