package platform

import (
	"strconv"
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/conf"
	"github.com/why401/why401/site"
	"github.com/why401/why401/site/db"
	"github.com/why401/why401/site/php"
)

// What the detectors share that look at an installation and its database.

// alsoStored makes the database speak first where it was asked: what it shows has a remedy that can be carried out. Where it
// was not asked, or shows nothing of the cause, the files speak.
func alsoStored(k *cause.Cause, stored func(*site.Installation) []cause.Sighting) {
	files := k.Installed
	k.Installed = func(in *site.Installation) []cause.Sighting {
		if in.Stored != nil {
			if out := stored(in); len(out) > 0 {
				return out
			}
		}
		if files == nil {
			return nil
		}
		return files(in)
	}
}

// rowPlace is the place of a row: its table, and its number in it.
func rowPlace(table string, id db.Value) conf.Place {
	n, _ := strconv.Atoi(id.Text())
	return conf.Place{File: table, Line: n}
}

// words reads a list of words that PHP serialized; ok is false for anything else, which CiviCRM takes for FALSE.
func words(v db.Value) (list []string, ok bool) {
	read, err := php.Unserialize(v.Text())
	if v.Null() || err != nil || read.Kind != php.List {
		return nil, false
	}
	for _, it := range read.Array().Items() {
		if t, ok := it.Value.Text(); ok {
			list = append(list, t)
		}
	}
	return list, true
}

// serialized writes a list of words as PHP does.
func serialized(list []string) db.Value {
	s, err := php.Serialize(php.Strings(list...))
	if err != nil {
		return db.Value{}
	}
	return db.Bytes(s)
}

// jsonList writes a list of words as cv and drush take it.
func jsonList(list []string) string {
	if len(list) == 0 {
		return "[]"
	}
	return `["` + strings.Join(list, `","`) + `"]`
}
