package apache

import (
	_ "embed"
	"strings"
	"sync"
)

//go:embed commands.txt
var commandsText string

// command is where a directive may stand.
type command struct {
	name     string
	module   string // without mod_: "core", "authz_core"
	where    byte   // 'S' outside of sections for folders, files and URLs, 'D' inside only, 'B' both
	override string // what AllowOverride must include: some of "AFILO", "*" for anything but None, "" for no .htaccess
}

// commands has every directive that is known, by its name in lower case; sections begin with "<". The program makes it once,
// when the first configuration of httpd is read.
var commands = sync.OnceValue(func() map[string]command { return readCommands(commandsText) })

func readCommands(text string) map[string]command {
	out := make(map[string]command, 900)
	for l := range strings.Lines(text) {
		f := strings.Fields(l)
		if len(f) < 3 || f[0] == "#" {
			continue
		}
		for _, name := range f[2:] {
			key := strings.ToLower(name)
			if _, known := out[key]; !known {
				out[key] = command{name, f[0], f[1][0], strings.Trim(f[1][1:], "-")}
			}
		}
	}
	return out
}

// overrideNames are the words of AllowOverride and the letters they stand for here.
var overrideNames = map[string]string{
	"authconfig": "A", "fileinfo": "F", "indexes": "I", "limit": "L", "options": "O", "all": "AFILO",
}

// allowed reports a directive that an .htaccess may hold where o is in force.
func (c command) allowed(o *override) bool {
	if c.override == "" {
		return false
	}
	if o.lists(c.name) {
		return true
	}
	if c.override == "*" {
		return o.classes != ""
	}
	return strings.ContainsAny(c.override, o.classes)
}

// override is AllowOverride and AllowOverrideList.
type override struct {
	classes  string   // letters of overrideNames; "" for None
	nonfatal string   // letters, or "*" for all and "?" for unknown directives: mistakes of these are passed over
	list     []string // of AllowOverrideList, lower case; nil when not set or None
	// classesSet says that AllowOverride itself was set.
	classesSet bool
	options    []string // that Options and Options= allow, nil for all
}

// optionLetters are the letters of the options that may be set.
func (o *override) optionLetters() string {
	out := ""
	for _, name := range o.options {
		out += optionLetters[strings.ToLower(name)]
	}
	return out
}

func (o *override) lists(name string) bool {
	for _, l := range o.list {
		if strings.EqualFold(l, name) {
			return true
		}
	}
	return false
}

// reads reports that an .htaccess is looked for at all. Where no AllowOverride is in force at all, httpd reads it too, allows
// nothing in it, and answers 500 to what stands there: AllowOverride None is what every distribution sets for the root folder.
func (o *override) reads() bool { return !o.classesSet || o.classes != "" || len(o.list) > 0 }
