package webserver

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/directive"
	"github.com/why401/why401/cred"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// IISAuthModuleConfig: IIS itself refused, and its substatus says which module did (401.1 to 401.5).
var IISAuthModuleConfig = &cause.Cause{
	ID:        "iis-auth-module-config",
	Title:     "an authentication module of IIS refused, by the way it is set up",
	Family:    family,
	RefusedBy: exchange.WebServer,
	FaultAt:   exchange.WebServer,
	Hides:     []string{"no-credentials-sent", "missing-www-authenticate", "403-means-401", "preemptive-auth-not-sent", "wrong-password"},
	Partial:   true,
	Suspect: directive.Either(iisLines, func(v *cause.View) *cause.Suspicion {
		iis := strings.HasPrefix(v.Answer.Header().Get("Server"), "Microsoft-IIS") || v.Written && v.Writer.Product == "IIS"
		if v.Answer.Status() != 401 || !iis {
			return nil
		}
		s := &cause.Suspicion{Remedies: iisRemedies(v), Raise: []cause.Raise{{
			Command: `powershell -c "Get-Content (Get-ChildItem C:\inetpub\logs\LogFiles -Recurse -Filter *.log | Sort-Object LastWriteTime | Select-Object -Last 1).FullName -Tail 20"`,
			Where:   "on the web server", Would: "show sc-status and sc-substatus of this request: 401 1 is the login, 401 2 the modules, 401 3 the file's rights, 401 4 and 5 a filter or the application",
		}}}
		sent := len(cred.Of(v.Answer.Request)) > 0
		for _, sub := range iisSubstatus {
			f, ok := v.Says(sub.words...)
			if !ok {
				continue
			}
			if sub.code == "401.2" && !sent && len(v.Challenges) > 0 {
				return nil // the ordinary first answer: it offers a scheme and waits for a login
			}
			s.Grade, s.Weight = cause.Strong, 0.85
			if sub.code == "401.2" && len(v.Challenges) > 0 {
				s.Grade, s.Weight = cause.Likely, 0.5 // it offers a scheme: the client may have sent another one
			}
			s.Because = []fact.Fact{f, v.Saw("That is IIS substatus %s: %s.", sub.code, sub.says)}
			if len(v.Challenges) == 0 {
				s.Because = append(s.Because, v.Saw("No WWW-Authenticate: not one authentication module is switched on for this path."))
			}
			return s
		}
		if v.Written && v.Writer.Product == "IIS" && len(v.Challenges) == 0 {
			s.Grade, s.Weight = cause.Likely, 0.6
			s.Because = []fact.Fact{v.Saw("The page is IIS's own, and it offers no scheme: no authentication module is switched on for this path, or a rule refuses everybody.")}
			return s
		}
		return nil
	}),
}

var iisSubstatus = []struct {
	code, says string
	words      []string
}{
	{"401.2", "the modules that are switched on cannot use what was sent", []string{"HTTP Error 401.2", "401.2 - Unauthorized", "due to invalid authentication headers"}},
	{"401.3", "the login is good, and the file's rights (ACL) do not let it in", []string{"HTTP Error 401.3", "401.3 - Unauthorized"}},
	{"401.4", "an ISAPI filter refused", []string{"HTTP Error 401.4", "401.4 - Unauthorized"}},
	{"401.5", "an ISAPI or CGI application refused", []string{"HTTP Error 401.5", "401.5 - Unauthorized"}},
}

func iisRemedies(v *cause.View) []cause.Remedy {
	return []cause.Remedy{{
		ID: "one-module", Title: "switch on exactly the module that clients use", For: "server",
		Effect: "IIS asks for that scheme and reads it",
		Opens:  "nothing for Windows and Basic authentication; anonymousAuthentication hands every request to the application, which must then guard itself",
		Steps: []string{
			"Windows login:          Install-WindowsFeature Web-Windows-Auth;  appcmd set config \"SITE\" -section:windowsAuthentication /enabled:true /commit:apphost",
			"application's own login: appcmd set config \"SITE\" -section:anonymousAuthentication /enabled:true /commit:apphost, with Windows and Basic off",
			"401.3:                  icacls FOLDER      shows who may read; grant the application pool's identity or the users' group read access",
			"only from the server itself by its own name (loopback check): add the name to BackConnectionHostNames",
		},
		Verify: "the login passes; without it the application or IIS still answers 401", Undo: "set the former values with the same commands",
	}, {
		ID: "failed-request-tracing", Title: "let IIS write down which module refuses", For: "server",
		Effect: "a trace for each 401, with module and reason", Opens: "traces hold headers: keep the folder closed",
		Steps: []string{`appcmd configure trace "SITE" /enablesite;  appcmd configure trace "SITE" /enable /statuscodes:401`}, Undo: `appcmd configure trace "SITE" /disablesite`,
	}}
}
