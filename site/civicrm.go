package site

import (
	"encoding/xml"
	"path"
	"strings"

	"github.com/why401/why401/conf"
	"github.com/why401/why401/site/php"
)

var civicrmNames = []string{"CIVICRM_UF", "CIVICRM_UF_BASEURL", "CIVICRM_TEMPLATE_COMPILEDIR", "CIVICRM_ENVIRONMENT", "CIVICRM_LOG_DIR"}

var civicrmKeys = []string{"CIVICRM_SITE_KEY", "CIVICRM_SIGN_KEYS", "CIVICRM_CRED_KEYS"}

// civicrm reads a CiviCRM: its settings file ("" when it was not found) and its code. before is what the system around it set.
func civicrm(src conf.Source, code, file string, before *php.Script) *Installation {
	in := &Installation{Platform: CiviCRM, Root: code}
	var s *php.Script
	var err error
	if file != "" {
		if s, err = php.Read(src, file, php.Options{Env: in.environment(src, path.Dir(file)), Skip: program, Before: before}); err == nil && code == "" {
			// The settings name the code themselves.
			if root := path.Clean(text(s.Var("civicrm_root"))); path.IsAbs(root) && exists(src, path.Join(root, "xml/version.xml")) {
				in.Root, code = root, root
			}
		}
	}
	if code == "" {
		in.Root = path.Dir(file)
		in.gap(conf.Place{File: file}, "the code of CiviCRM was not found beside its settings", "the version is not known, and with it which fix applies")
	} else {
		in.Version = civicrmVersion(src, in, code)
	}
	switch {
	case file == "":
		in.gap(conf.Place{File: code}, "there is no civicrm.settings.php", "the database, the address and mandatory settings are not known")
		return in
	case err != nil:
		in.gap(conf.Place{File: file}, "cannot be read: "+plain(err), "the database, the address and mandatory settings are not known")
		return in
	}
	in.gapsOf(s, "settings that are made there are not seen")
	in.UF = text(s.Const("CIVICRM_UF"))
	in.Settings = constants(s, civicrmNames...)
	if v := setting(s, "CIVICRM_UF_BASEURL"); v.Set() {
		in.URLs = append(in.URLs, v)
	}
	in.Environment = setting(s, "CIVICRM_ENVIRONMENT")
	in.Keys = keys(s, []string{"%%siteKey%%", "%%signKeys%%", "%%credKeys%%"}, civicrmKeys...)
	if v := s.Const("CIVICRM_DSN"); v.Set() {
		if in.Database = dsn(v); in.Database == nil {
			in.gap(v.At, "CIVICRM_DSN cannot be known: it depends on "+Setting{"CIVICRM_DSN", v}.Depends(), "the settings in the database cannot be read with the site's own login")
		}
	}
	in.mandatory(s)
	return in
}

// mandatory reads $civicrm_setting['domain'][<name>]. Only the groups "contact" and "Personal Preferences" are not the domain's;
// any other name of a group is an older one for it (Civi/Core/SettingsManager.php, parseMandatorySettingsGlobalVar).
func (in *Installation) mandatory(s *php.Script) {
	all := s.Var("civicrm_setting")
	if all.Kind == php.Unknown || all.Kind == php.List && len(all.Needs) > 0 {
		in.gap(all.At, "$civicrm_setting is not known as a whole", "a mandatory setting may exist that is not seen here")
	}
	for _, group := range all.Array().Items() {
		if g := group.Key.String(); group.Value.Kind != php.List || g == "contact" || g == "Personal Preferences" {
			continue
		}
		for _, it := range group.Value.Array().Items() {
			in.rule(Setting{it.Key.String(), all.Get(group.Key.String(), it.Key.String())})
		}
	}
	if v, ok := in.MandatorySetting("environment"); ok && !in.Environment.Set() {
		in.Environment = v
	}
}

// civicrmVersion reads xml/version.xml, which the code itself reads, else civicrm-version.php.
func civicrmVersion(src conf.Source, in *Installation, code string) Version {
	file := path.Join(code, "xml/version.xml")
	b, err := src.ReadFile(file)
	if err == nil {
		var doc struct {
			No string `xml:"version_no"`
		}
		d := xml.NewDecoder(strings.NewReader(strings.Replace(string(b), `encoding="iso-8859-1"`, "", 1)))
		if err = d.Decode(&doc); err == nil && strings.TrimSpace(doc.No) != "" {
			line := 1 + strings.Count(string(b[:max(strings.Index(string(b), "<version_no"), 0)]), "\n")
			return Version{strings.TrimSpace(doc.No), conf.Place{File: file, Line: line}}
		}
	}
	in.gap(conf.Place{File: file}, "does not tell the version", "the version is not known, and with it which fix applies")
	return Version{}
}
