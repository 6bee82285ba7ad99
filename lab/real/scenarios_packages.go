package real

import "github.com/why401/why401/exchange"

// npmView is a scenario that npm view plays: files are those of .npmrc, with @token@ for a good token.
func npmView(sc Scenario, pkg string, files map[string]string) Scenario {
	write := func(w *World, files map[string]string) {
		for name, text := range files {
			w.File(name, replaceAll(text, "TOKEN", w.npmToken))
		}
	}
	sc.Servers = func(w *World) {
		w.npmToken = w.Verdaccio("front")
		write(w, map[string]string{"project/package.json": "{}\n"})
		write(w, files)
	}
	sc.Program = func(w *World) Reply { return w.npm("view", pkg, "version") }
	sc.Input = func(w *World) []string {
		args := []string{"--as-client", "npm"}
		for _, f := range []string{"project/.npmrc", "home/.npmrc"} {
			if _, ok := files[f]; ok {
				args = append(args, "--client-config", w.Dir+"/"+f)
			}
		}
		return append(args, w.URL("front", replaceAll(pkg, "/", "%2f")))
	}
	if sc.Want.Cause != "" {
		sc.Mend = func(w *World) []string {
			write(w, map[string]string{"project/.npmrc": "", "home/.npmrc": "registry=http://@front@/\n//@front@/:_authToken=TOKEN\n"})
			return nil
		}
	}
	return sc
}

func npmUnbound(grade string) Want {
	return Want{Cause: "npm-auth-not-scoped-to-registry", RefusedBy: exchange.Application, FaultAt: exchange.Client, Grade: grade, Product: "Verdaccio"}
}

// pipDownload is a scenario that pip download plays.
func pipDownload(sc Scenario, files, mended map[string]string) Scenario {
	sc.Servers = func(w *World) {
		w.Passwords("htpasswd", "-B", user, password)
		w.simpleIndex()
		w.Nginx("front", "server {\n\tlisten @front@;\n\troot @dir@/www;\n\tauth_basic \"index\";\n\tauth_basic_user_file @dir@/htpasswd;\n}\n")
		for n, t := range files {
			w.home(n, t)
		}
	}
	sc.Program = (*World).pip
	if mended != nil {
		sc.Status = 1 // pip says "no matching distribution", whatever the status was
	}
	sc.Input = func(w *World) []string { return clientArgs(w, "pip", files, "simple/labpkg/") }
	if mended != nil {
		sc.Mend = mendHome(mended)
	}
	return sc
}

// gitRemote is a scenario that git ls-remote plays.
func gitRemote(sc Scenario, files, mended map[string]string) Scenario {
	sc.Servers = func(w *World) {
		w.GitServer("front")
		for n, t := range files {
			w.home(n, t)
		}
	}
	sc.Program = (*World).git
	sc.Input = func(w *World) []string {
		return clientArgs(w, "git", files, "app.git/info/refs?service=git-upload-pack")
	}
	if mended != nil {
		sc.Mend = mendHome(mended)
	}
	return sc
}

func mendHome(files map[string]string) func(*World) []string {
	return func(w *World) []string {
		for n, t := range files {
			w.home(n, t)
		}
		return nil
	}
}

func clientArgs(w *World, client string, files map[string]string, path string) []string {
	args := []string{"--as-client", client}
	for _, f := range []string{"pip.conf", ".pypirc", ".gitconfig", ".git-credentials", ".netrc"} {
		if _, ok := files[f]; ok {
			args = append(args, "--client-config", w.Dir+"/home/"+f)
		}
	}
	return append(args, w.URL("front", path))
}

func keyMismatch(by exchange.Layer, grade, product string) Want {
	return Want{Cause: "client-config-credential-key-mismatch", RefusedBy: by, FaultAt: exchange.Client, Grade: grade, Product: product}
}

func shadowed(by exchange.Layer, product string) Want {
	return Want{Cause: "credential-source-precedence", RefusedBy: by, FaultAt: exchange.Client, Grade: "proved", Product: product}
}

type texts = map[string]string

const (
	storeHelper = "[credential]\n\thelper = store\n"
	goodIndex   = "[global]\nindex-url = http://alice:wonderland@@front@/simple/\n"
	plainIndex  = "[global]\nindex-url = http://@front@/simple/\n"
)

var packageScenarios = []Scenario{
	npmView(Scenario{Name: "npm-key-of-another-path", Want: npmUnbound("proved")}, "labpkg",
		texts{"home/.npmrc": "registry=http://@front@/\n//@front@/repository/npm/:_authToken=TOKEN\n"}),
	npmView(Scenario{Name: "npm-key-without-port", Want: npmUnbound("strong")}, "labpkg",
		texts{"home/.npmrc": "registry=http://@front@/\n//127.0.0.1/:_authToken=TOKEN\n"}),
	npmView(Scenario{Name: "npm-key-with-a-scheme", Want: npmUnbound("proved")}, "labpkg",
		texts{"home/.npmrc": "registry=http://@front@/\nhttp://@front@/:_authToken=TOKEN\n"}),
	npmView(Scenario{Name: "npm-key-in-other-letters", Want: npmUnbound("proved")}, "@team/lab",
		texts{"home/.npmrc": "@team:registry=http://@front@/\n//@front@/:_authtoken=TOKEN\n"}),
	npmView(Scenario{Name: "npm-project-shadows-user", Want: shadowed(exchange.Application, "Verdaccio")}, "labpkg",
		texts{"project/.npmrc": "registry=http://@front@/\n//@front@/:_authToken=stale-0123456789abcdef\n", "home/.npmrc": "//@front@/:_authToken=TOKEN\n"}),
	pipDownload(Scenario{Name: "pip-login-in-pypirc", Want: keyMismatch(exchange.WebServer, "proved", "nginx")},
		texts{"pip.conf": plainIndex, ".pypirc": "[distutils]\nindex-servers = lab\n[lab]\nrepository = http://@front@/\nusername = alice\npassword = wonderland\n"},
		texts{"pip.conf": goodIndex}),
	pipDownload(Scenario{Name: "pip-netrc-with-port", Want: keyMismatch(exchange.WebServer, "proved", "nginx")},
		texts{"pip.conf": plainIndex, ".netrc": "machine @front@ login alice password wonderland\n"},
		texts{".netrc": "machine 127.0.0.1 login alice password wonderland\n"}),
	pipDownload(Scenario{Name: "pip-address-shadows-netrc", Want: shadowed(exchange.WebServer, "nginx")},
		texts{"pip.conf": "[global]\nindex-url = http://bob:old-word-77@@front@/simple/\n", ".netrc": "machine 127.0.0.1 login alice password wonderland\n"},
		texts{"pip.conf": plainIndex}),
	gitRemote(Scenario{Name: "git-store-other-port", Want: keyMismatch(exchange.WebServer, "strong", "nginx")},
		texts{".gitconfig": storeHelper, ".git-credentials": "http://alice:wonderland@127.0.0.1\n"},
		texts{".git-credentials": "http://alice:wonderland@@front@\n"}),
	gitRemote(Scenario{Name: "git-extraheader-shadows-netrc", Want: shadowed(exchange.WebServer, "nginx")},
		texts{".gitconfig": "[http]\n\textraheader = Authorization: Basic Ym9iOm9sZC13b3JkLTc3\n", ".netrc": "machine 127.0.0.1 login alice password wonderland\n"},
		texts{".gitconfig": "[user]\n\tname = alice\n"}),
	gitRemote(Scenario{Name: "git-no-helper", Want: keyMismatch(exchange.WebServer, "proved", "nginx")},
		texts{".gitconfig": "[user]\n\tname = alice\n", ".git-credentials": "http://alice:wonderland@@front@\n"},
		texts{".gitconfig": storeHelper}),
	gitRemote(Scenario{Name: "git-extraheader-of-another-path", Want: keyMismatch(exchange.WebServer, "proved", "nginx")},
		texts{".gitconfig": "[http \"http://@front@/team/\"]\n\textraheader = Authorization: Basic YWxpY2U6d29uZGVybGFuZA==\n"},
		texts{".gitconfig": "[http \"http://@front@/\"]\n\textraheader = Authorization: Basic YWxpY2U6d29uZGVybGFuZA==\n"}),
	npmView(Scenario{Name: "healthy-npm-without-slash"}, "labpkg",
		texts{"home/.npmrc": "registry=http://@front@/\n//@front@:_authToken=TOKEN\n"}),
	pipDownload(Scenario{Name: "healthy-pip"}, texts{"pip.conf": goodIndex, ".netrc": "machine 127.0.0.1 login bob password old-word-77\n"}, nil),
	gitRemote(Scenario{Name: "healthy-git-with-a-wrong-netrc"}, texts{".gitconfig": storeHelper, ".git-credentials": "http://alice:wonderland@@front@\n",
		".netrc": "machine 127.0.0.1 login bob password old-word-77\n"}, nil),
	gitRemote(Scenario{Name: "healthy-git"}, texts{".gitconfig": storeHelper, ".git-credentials": "http://alice:wonderland@@front@\nhttp://bob:old-word-77@localhost\n"}, nil),
}
