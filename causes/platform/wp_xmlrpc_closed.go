package platform

import (
	"strings"

	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/site"
	"github.com/why401/why401/exchange"
	"github.com/why401/why401/fact"
)

// rpcClosed is XML-RPC that a plugin has switched off, or that the web server keeps from everybody.
func rpcClosed(v *cause.View) *cause.Suspicion {
	if v.Answer.Response == nil || v.Answer.Hop > 0 {
		return nil
	}
	if code, says, fault := site.Fault(v.Answer); fault {
		if code != site.FaultDisabled || !strings.Contains(says, "XML-RPC services are disabled on this site.") {
			return nil
		}
		// WordPress itself writes this sentence, before it looks at any login, when the filter xmlrpc_enabled says no.
		return &cause.Suspicion{Grade: cause.Proved, Weight: 0.96, Title: "XML-RPC is switched off on this WordPress", RefusedBy: exchange.Application,
			Because: []fact.Fact{v.Saw("The fault %d says: %q. WordPress looks at no login then.", code, "XML-RPC services are disabled on this site.")},
			Raise:   rpcRaise(), Remedies: []cause.Remedy{useREST(), letRPC("the plugin, or the line add_filter('xmlrpc_enabled', '__return_false')")}}
	}
	if !site.Live(v) || v.Answer.Status() != 403 || len(v.Challenges) > 0 || !strings.HasPrefix(v.Answer.Header().Get("Content-Type"), "text/html") {
		return nil
	}
	s := beforeWordPress(v, v.Saw("A page, not WordPress's XML, refuses xmlrpc.php: WordPress answers there with 200, or with 405 to a GET."), rpcRaise())
	s.Title = "something before WordPress keeps xmlrpc.php from everybody"
	s.Remedies = []cause.Remedy{useREST(), letRPC("the rule for xmlrpc.php in the web server or firewall")}
	return s
}

func useREST() cause.Remedy {
	return cause.Remedy{ID: "use-rest", Title: "call the REST API instead, with an application password", For: "client", Effect: "the program no longer needs XML-RPC",
		Opens: "nothing", Steps: []string{"wp/v2 has what the wp.* methods have; send the application password as a Basic login"}, Verify: "wp-json/wp/v2/users/me names the account", Undo: "none needed"}
}

func letRPC(what string) cause.Remedy {
	return cause.Remedy{ID: "let-xmlrpc", Title: "let the addresses that need it reach XML-RPC", For: "server", Effect: "calls from there are answered",
		Opens:  "xmlrpc.php to those addresses: each call there may try a password, so name them and nobody else",
		Steps:  []string{"find " + what, `nginx:  location = /xmlrpc.php { allow 192.0.2.7; deny all; ... }`, `Apache: <Files xmlrpc.php> Require ip 192.0.2.7 </Files>`},
		Verify: "the call is answered from there, and refused from elsewhere", Undo: "take the lines out again"}
}

func rpcRaise() []cause.Raise {
	return []cause.Raise{
		{Command: "grep -rn xmlrpc_enabled wp-content/plugins wp-content/mu-plugins wp-content/themes", Where: "in the site's folder", Would: "name the code that switches XML-RPC off"},
		{Command: "sudo nginx -T 2>/dev/null | grep -n xmlrpc; grep -rn xmlrpc /etc/apache2 /etc/httpd .htaccess", Where: "on the web server", Would: "show the rule that closes it"}}
}
