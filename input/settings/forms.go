package settings

import "github.com/why401/why401/input/form"

// serverForms are configurations of servers.
var serverForms = []form.Form{ingressForm, nginxForm, apacheForm, haproxyForm, traefikForm, caddyForm, iisForm, phpIniForm}

// clientForms are files that clients take their credentials from.
var clientForms = []form.Form{dockerForm, kubeconfigForm, mavenForm, nugetForm, npmrcForm, netrcForm, pipForm, gitForm, gitCredentialsForm}

// serverAndClient is a function so that a reader may ask the other forms without a circle in the initialisation.
var serverAndClient func() []form.Form

func init() {
	serverAndClient = func() []form.Form { return append(serverForms[:len(serverForms):len(serverForms)], clientForms...) }
}

// generalForms are shapes that many programs share: asked last.
var generalForms = []form.Form{codeForm, propertiesForm, jsonForm, yamlForm, envForm, iniForm}
