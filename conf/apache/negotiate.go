package apache

import (
	"path"
	"strings"

	"github.com/why401/why401/conf"
)

// negotiate is MultiViews (mod_negotiation): where nothing stands at the path, one of the files answers whose names go on
// behind it with extensions. httpd looks at each of them as at a request of its own, with the sections and access rules of
// that file, and passes over those that these refuse: what the client gets for a refused file is 404. done says that the phase
// ends here, with the status or 0.
func (v *visit) negotiate() (done bool, status int) {
	if v.kind != noFile || v.proxied || v.assumed || !v.d.options.has("M") || !v.w.has("negotiation_module") {
		return false, 0
	}
	place := v.d.options.place
	dir, base := path.Split(v.filename)
	names, err := v.w.src.ReadDir(strings.TrimSuffix(dir, "/"))
	if err != nil {
		return true, v.refuse(403, place, "negotiation", "MultiViews: the folder %s cannot be read", dir)
	}
	var list []*variant
	passedOver, kept := "", v.out2.Refusing
	met := false
	for _, name := range names {
		if !strings.HasPrefix(name, base+".") {
			continue
		}
		if k, err := v.w.stat(dir + name); err != nil || k == folder {
			continue
		}
		met = true
		a, why := v.variant(dir, name, base)
		if a != nil {
			list = append(list, a)
		} else if why != "" {
			passedOver = why
		}
	}
	v.out2.Refusing = kept // what a look refused was not the answer
	if v.w.mimes.failed != "" {
		v.open(v.w.mimes.failed)
	}
	switch {
	case !met:
		return false, 0
	case len(list) == 0:
		if passedOver == "" {
			passedOver = "nothing tells their type"
		}
		return true, v.refuse(404, place, "negotiation", "MultiViews: the files %s.* are passed over, %s", base, passedOver)
	}
	best := v.best(list)
	if best == nil {
		return true, v.refuse(406, place, "negotiation", "MultiViews: the client accepts none of the files %s.*", base)
	}
	script := v.script // a ScriptAlias that led here still counts
	if !best.sub.hasArgs {
		best.sub.args, best.sub.hasArgs = v.args, v.hasArgs
	}
	v.become(best.sub)
	v.script, v.typed = script, true
	v.step(place, "negotiation", conf.Chooses, "MultiViews: the file %s answers, under its own rules", best.name)
	return true, 0
}

// variant looks at a file of the folder as at a request of its own (ap_sub_req_lookup_dirent). It is nil for one that cannot
// be chosen; why is said when something refused it.
func (v *visit) variant(dir, name, base string) (a *variant, why string) {
	sub := v.lookup(name)
	uri := v.uri
	if v.pathInfo != "" {
		uri = uri[:pathInfoStart(uri, v.pathInfo)]
	}
	sub.uri = uri[:strings.LastIndexByte(uri, '/')+1] + name + v.pathInfo
	sub.filename, sub.pathInfo = dir+name, v.pathInfo
	sub.args, sub.hasArgs = v.args, v.hasArgs
	if status := sub.limit(); status != 0 {
		return nil, "too many files are looked at inside each other"
	}
	if status := sub.atStorage(); status != 0 {
		return nil, "the rules for " + name + " answer " + itoa(status)
	}
	m := sub.meta
	if !m.known || sub.kind != regular || !follows(m.unknown, base) {
		return nil, ""
	}
	if sub.handler == "type-map" || m.mime == "application/x-type-map" {
		v.open("which file the type map " + dir + name + " chooses")
	}
	if m.mime == "" && sub.handler != "" {
		m.mime = programType
	}
	if f := sub.d.forcedType; f != nil && !f.is("none") {
		m.mime = f.value
	}
	if m.mime == "" {
		return nil, ""
	}
	a = &variant{sub: sub, name: name, metadata: m, langIndex: -1}
	a.kind, _ = acceptItem(m.mime)
	if a.charset == "" {
		a.charset = a.kind.charset
	}
	if info, err := v.w.src.Stat(dir + name); err == nil {
		a.size = info.Size
	}
	return a, ""
}

// follows reports that the parts of a file's name that say nothing of it stand in the name that was asked for, in this order.
func follows(parts []string, asked string) bool {
	for seg := range strings.SplitSeq(asked, ".") {
		if len(parts) > 0 && seg == parts[0] {
			parts = parts[1:]
		}
	}
	return len(parts) == 0
}
