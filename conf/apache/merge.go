package apache

import (
	"cmp"
	"maps"
	"slices"
)

// merge adds an inner section's settings to an outer one's and changes neither. Each group of fields belongs to one module
// and follows that module's own rule.
func merge(base, add *dirConf) *dirConf {
	if base == nil {
		return add
	}
	if add == nil {
		return base
	}
	out := *base
	if add.allow != nil {
		out.allow, out.allowAt = mergeOverride(base.allow, add.allow), add.allowAt
	}
	out.options = mergeOptions(base.options, add.options)
	out.errors = join(base.errors, add.errors)
	out.files = both(base.files, add.files)
	out.ifs = both(base.ifs, add.ifs)

	for _, p := range []struct{ to, from **setting }{
		{&out.handler, &add.handler}, {&out.ignored, &add.ignored}, {&out.passAuth, &add.passAuth}, {&out.pathInfo, &add.pathInfo}, {&out.qualify, &add.qualify},
		{&out.authType, &add.authType}, {&out.authName, &add.authName}, {&out.authoritative, &add.authoritative},
		{&out.digestAlgorithm, &add.digestAlgorithm}, {&out.session, &add.session}, {&out.userFile, &add.userFile}, {&out.groupFile, &add.groupFile},
		{&out.formLogin, &add.formLogin}, {&out.slash, &add.slash}, {&out.fallback, &add.fallback},
		{&out.indexRedirect, &add.indexRedirect}, {&out.checkHandler, &add.checkHandler}, {&out.multiMatch, &add.multiMatch},
		{&out.forcedType, &add.forcedType}, {&out.language, &add.language}, {&out.priority, &add.priority},
		{&out.preserveHost, &add.preserveHost}, {&out.addHeaders, &add.addHeaders}, {&out.overrideErr, &add.overrideErr},
		{&out.sslVerify, &add.sslVerify}, {&out.wsgiAuth, &add.wsgiAuth}, {&out.wsgiAlias, &add.wsgiAlias},
		{&out.remoteUser, &add.remoteUser},
	} {
		if *p.from != nil {
			*p.to = *p.from
		}
	}
	if add.redirect != nil {
		out.redirect = add.redirect
	}
	if add.alias != nil {
		out.alias, out.cgiAlias = add.alias, add.cgiAlias
	}
	if add.providers != nil {
		out.providers = add.providers
	}
	if add.fake != nil {
		out.fake, out.fakePass = add.fake, add.fakePass
	}
	if add.digest != nil { // mod_auth_digest merges nothing: the innermost section that has one of its directives counts
		out.digest = add.digest
	}
	if add.anonymous != nil {
		out.anonymous = add.anonymous
	}
	out.authz = mergeAuthz(base.authz, add.authz)
	if add.compat != nil {
		out.compat = add.compat
	}
	out.requestFields = both(base.requestFields, add.requestFields)
	out.fields = both(base.fields, add.fields)
	out.errorFields = both(base.errorFields, add.errorFields)
	out.vars = mergeEnv(base.vars, add.vars)
	out.varsIf = both(base.varsIf, add.varsIf)
	out.rewrite = mergeRewrite(base.rewrite, add.rewrite)
	out.redirects = both(add.redirects, base.redirects)
	if add.index != nil {
		out.index, out.indexAt = add.index, add.indexAt
	}
	out.types = joinTypes(base.types, add.types)
	out.actions = join(base.actions, add.actions)
	if add.languages != nil {
		out.languages = add.languages
	}
	if add.pass != nil {
		out.pass = add.pass
	}
	if add.methods != nil {
		out.methods, out.methodsAt = add.methods, add.methodsAt
	}
	out.sslRequire = both(base.sslRequire, add.sslRequire)
	out.certificates = mergeCertificates(base.certificates, add.certificates)
	out.cache = both(base.cache, add.cache)
	out.foreign = both(base.foreign, add.foreign)
	out.wrong = both(base.wrong, add.wrong)
	out.denied = both(base.denied, add.denied)
	out.opened = add.opened
	return &out
}

// both is a followed by b; what one of them holds is never written to.
func both[T any](a, b []T) []T {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	return append(slices.Clip(a), b...)
}

func join[K comparable, V any](a, b map[K]V) map[K]V {
	switch {
	case len(a) == 0:
		return b
	case len(b) == 0:
		return a
	}
	out := maps.Clone(a)
	maps.Copy(out, b)
	return out
}

// joinTypes is mod_mime's merge. RemoveHandler takes back what stands in the sections that it is merged with, and is used up
// by that: a handler that the server sets for the whole site is then in force again. Where there is nothing to take back, it
// stays and takes the server's.
func joinTypes(base, add map[string]mimeType) map[string]mimeType {
	if len(base) == 0 || len(add) == 0 {
		return join(base, add)
	}
	out := maps.Clone(base)
	for e, t := range add {
		was := base[e]
		switch {
		case !t.handler.place.Known():
			t.handler = was.handler
		case t.handler.value == "" && was.handler.value != "":
			t.handler = setting{}
		}
		t.mime, t.language = cmp.Or(t.mime, was.mime), cmp.Or(t.language, was.language)
		t.encoding, t.charset = cmp.Or(t.encoding, was.encoding), cmp.Or(t.charset, was.charset)
		out[e] = t
	}
	return out
}

func mergeOverride(base, add *override) *override {
	if base == nil {
		return add
	}
	out := *base
	if add.classesSet {
		out.classes, out.nonfatal, out.classesSet = add.classes, add.nonfatal, true
		if add.options != nil { // AllowOverride without Options leaves them as they are
			out.options = add.options
		}
	}
	if add.list != nil {
		out.list = add.list
	}
	return &out
}

// mergeOptions follows core's rule: a list without signs replaces what was set, one with signs adds to it and takes away.
func mergeOptions(base, add *options) *options {
	if add == nil && base != nil {
		// A section without Options still makes httpd add up what was written with signs, also before a line without.
		out := *base
		out.set = letters(base.set, base.add, base.remove)
		return &out
	}
	if add == nil {
		return nil
	}
	if add.full {
		return add
	}
	if base == nil {
		base = &options{set: "F"}
	}
	out := *base
	out.place = add.place
	out.add = letters(base.add, add.add, add.remove)
	out.remove = letters(base.remove, add.remove, add.add)
	out.set = letters(base.set, out.add, out.remove)
	return &out
}

// letters is set with more and without less.
func letters(set, more, less string) string {
	var out []byte
	for i := range len(set) {
		if !slices.Contains([]byte(less), set[i]) && !slices.Contains(out, set[i]) {
			out = append(out, set[i])
		}
	}
	for i := range len(more) {
		if !slices.Contains(out, more[i]) {
			out = append(out, more[i])
		}
	}
	return string(out)
}

// mergeRewrite is mod_rewrite's: the inner section's rules alone hold, unless inheriting was asked for.
func mergeRewrite(base, add *rewriteDir) *rewriteDir {
	if base == nil || add == nil {
		if add != nil {
			return add
		}
		return base
	}
	out := *add
	if out.engine == nil {
		out.engine = base.engine
	}
	if !add.options.set {
		out.options = base.options
	}
	if out.options.mergeBase && out.base == nil {
		out.base = base.base
	}
	down := base.options.inheritDown && !out.options.ignoreInherit
	switch {
	case out.options.inherit || down && !base.options.downBefore:
		out.rules = both(add.rules, base.rules)
	case out.options.inheritBefore || down:
		out.rules = both(base.rules, add.rules)
	}
	return &out
}
