package client

import (
	"github.com/why401/why401/cause"
	"github.com/why401/why401/internal/lazyregexp"
)

// foreignForm is, by the file in which a credential stands, a variable in a form that its reader does not fill in. npm
// and Yarn know ${NAME} (docs.npmjs.com, npmrc, Environment variables); curl's .netrc, a .pypirc and docker's config.json
// know none.
var foreignForm = map[string]*lazyregexp.Regexp{
	"npmrc":  lazyregexp.New(`^["']?(?:\$[A-Za-z_]\w*|%[A-Za-z_]\w*%|\$\(\w+\)|\{\{.{1,80}\}\}|<[A-Za-z][^>]{0,60}>)["']?$`),
	"netrc":  anyVariable,
	"pypirc": anyVariable,
	"docker": anyVariable,
}

var anyVariable = lazyregexp.New(`^["']?(?:\$[A-Za-z_]\w*|\$\{[A-Za-z_]\w*\}|%[A-Za-z_]\w*%|\{\{.{1,80}\}\})["']?$`)

// unexpandedSetting finds a credential that a file gives as a variable which its reader takes letter by letter.
func unexpandedSetting(v *cause.View) *cause.Suspicion {
	for _, set := range v.Settings {
		form, known := foreignForm[set.System]
		if !known || len(set.Args) == 0 || !credentialName.MatchString(tail(set.Name)) || !set.Args[len(set.Args)-1].Match(form) {
			continue
		}
		return cause.SuspectAt(cause.Strong, 0.9, set.From,
			"The "+set.System+" file gives the credential as a variable in a form that its reader does not fill in.")
	}
	return nil
}
