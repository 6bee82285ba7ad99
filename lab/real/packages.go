package real

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Verdaccio starts verdaccio, npm's registry for one's own use, with one package in it that only users may read, and the
// user alice. It gives her token.
func (w *World) Verdaccio(name string) (token string) {
	w.Helper()
	dir, err := nodeDir()
	if err != nil {
		w.Fatalf("verdaccio: %v", err)
	}
	s := w.begin(name, "verdaccio")
	s.configure("config.yaml", `storage: @dir:`+name+`@/storage
auth:
  htpasswd: {file: "@dir:`+name+`@/users", algorithm: bcrypt, rounds: 4}
packages:
  '@*/*': {access: $authenticated, publish: $authenticated}
  '**': {access: $authenticated, publish: $authenticated}
web: {enable: false}
log: {type: stdout, format: json, level: warn}
`)
	s.start("node", filepath.Join(dir, "node_modules", "verdaccio", "bin", "verdaccio"), "--config", s.Conf, "--listen", w.Addr(name))
	var user struct{ Token string }
	w.call("PUT", w.URL(name, "-/user/org.couchdb.user:alice"), "", map[string]any{"name": "alice", "password": password}, &user)
	for _, p := range []string{"labpkg", "@team/lab"} {
		data := []byte("not unpacked by npm view")
		w.call("PUT", w.URL(name, strings.ReplaceAll(p, "/", "%2f")), "Bearer "+user.Token, map[string]any{
			"_id": p, "name": p, "dist-tags": map[string]string{"latest": "1.0.0"},
			"versions":     map[string]any{"1.0.0": map[string]any{"name": p, "version": "1.0.0", "dist": map[string]string{"tarball": w.URL(name, p+"/-/lab-1.0.0.tgz")}}},
			"_attachments": map[string]any{"lab-1.0.0.tgz": map[string]any{"content_type": "application/octet-stream", "data": base64.StdEncoding.EncodeToString(data), "length": len(data)}},
		}, nil)
	}
	return user.Token
}

// call sends body as JSON and reads the answer into out; anything but a 2xx is fatal.
func (w *World) call(method, url, authorization string, body, out any) {
	w.Helper()
	b, err := json.Marshal(body)
	if err != nil {
		w.Fatalf("%s %s: %v", method, url, err)
	}
	r, err := http.NewRequest(method, url, bytes.NewReader(b))
	if err != nil {
		w.Fatalf("%s %s: %v", method, url, err)
	}
	r.Header.Set("Content-Type", "application/json")
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		w.Fatalf("%s %s: %v", method, url, err)
	}
	defer resp.Body.Close()
	got, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode/100 != 2 {
		w.Fatalf("%s %s: %s %s", method, url, resp.Status, got)
	}
	if out != nil {
		if err := json.Unmarshal(got, out); err != nil {
			w.Fatalf("%s %s: %v", method, url, err)
		}
	}
}

// npm runs npm with the user's .npmrc in home/.npmrc and a project's in project/.npmrc.
func (w *World) npm(args ...string) Reply {
	w.Helper()
	w.mkdir(filepath.Join(w.Dir, "home"))
	w.mkdir(filepath.Join(w.Dir, "project"))
	argv := append([]string{"npm", "--cache", w.Dir + "/cache", "--no-update-notifier", "--fetch-retries=0"}, args...)
	home := filepath.Join(w.Dir, "home")
	r := w.programIn(filepath.Join(w.Dir, "project"), home, nil, argv...)
	return r
}

// simpleIndex writes a PEP 503 index with one wheel below www/simple.
func (w *World) simpleIndex() {
	w.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"labpkg/__init__.py":            "",
		"labpkg-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: labpkg\nVersion: 1.0\n",
		"labpkg-1.0.dist-info/WHEEL":    "Wheel-Version: 1.0\nGenerator: lab\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
		"labpkg-1.0.dist-info/RECORD":   "",
	} {
		f, err := z.Create(name)
		if err != nil {
			w.Fatalf("making a wheel: %v", err)
		}
		_, _ = f.Write([]byte(text))
	}
	z.Close()
	wheel := "labpkg-1.0-py3-none-any.whl"
	w.File("www/simple/labpkg/"+wheel, "")
	if err := os.WriteFile(filepath.Join(w.Dir, "www/simple/labpkg", wheel), b.Bytes(), 0o644); err != nil {
		w.Fatalf("making a wheel: %v", err)
	}
	w.File("www/simple/labpkg/index.html", `<!DOCTYPE html><a href="`+wheel+`">`+wheel+"</a>\n")
}

// pip downloads the package with Debian's pip, which reads home/pip.conf and home/.netrc.
func (w *World) pip() Reply {
	w.Helper()
	home := filepath.Join(w.Dir, "home")
	w.mkdir(home)
	return w.programIn(home, home, []string{"PIP_CONFIG_FILE=" + home + "/pip.conf", "PIP_NO_INPUT=1", "PIP_DISABLE_PIP_VERSION_CHECK=1"},
		"/usr/bin/python3", "-m", "pip", "download", "--no-deps", "--no-cache-dir", "--retries", "0", "--dest", home+"/got", "labpkg")
}

// GitServer serves the empty repository git/app.git over HTTP: nginx asks for the password, git-http-backend answers.
func (w *World) GitServer(name string) {
	w.Helper()
	w.Passwords("htpasswd", "-B", user, password)
	root := filepath.Join(w.Dir, "repos")
	w.mkdir(root)
	cmd := exec.Command("git", "init", "-q", "--bare", filepath.Join(root, "app.git"))
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + w.Dir}
	if out, err := cmd.CombinedOutput(); err != nil {
		w.Fatalf("git init: %v: %s", err, out)
	}
	if asRoot() {
		if out, err := exec.Command("chown", "-R", webUser, root).CombinedOutput(); err != nil {
			w.Fatalf("chown: %v: %s", err, out)
		}
	}
	cgi := w.begin("cgi", "fcgiwrap")
	cgi.env = append(cgi.env, "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=safe.directory", "GIT_CONFIG_VALUE_0=*")
	cgi.start("fcgiwrap", "-s", "tcp:"+w.Addr("cgi"))
	w.Nginx(name, `server {
	listen @`+name+`@;
	auth_basic "git";
	auth_basic_user_file @dir@/htpasswd;
	location / {
		fastcgi_pass @cgi@;
		include /etc/nginx/fastcgi_params;
		fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
		fastcgi_param GIT_PROJECT_ROOT `+root+`;
		fastcgi_param GIT_HTTP_EXPORT_ALL "";
		fastcgi_param PATH_INFO $uri;
		fastcgi_param REMOTE_USER $remote_user;
	}
}
`)
}

// git runs git ls-remote with home/.gitconfig, home/.git-credentials and home/.netrc.
func (w *World) git() Reply {
	w.Helper()
	home := filepath.Join(w.Dir, "home")
	w.mkdir(home)
	r := w.programIn(home, home, []string{"GIT_TERMINAL_PROMPT=0", "GIT_CONFIG_NOSYSTEM=1", "GIT_ASKPASS="}, "git", "ls-remote", w.URL("front", "app.git"))
	if r.Status != 200 && (strings.Contains(r.Body, "terminal prompts disabled") || strings.Contains(r.Body, "Authentication failed")) {
		r.Status = 401 // git names the status only for what it does not ask a login for
	}
	return r
}

// home writes a file of the user's home directory.
func (w *World) home(name, content string) string {
	w.Helper()
	return w.File("home/"+name, content)
}
