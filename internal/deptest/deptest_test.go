// Package deptest holds the tests over the shape of the code: who may import whom, who may open a secret, which
// packages the program must not contain.
package deptest

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/why401/why401/"

// layers, lowest first. A package may import lower layers only, and its own folder's sub-packages; the order inside a
// layer is given by its own list where it matters.
var layers = [][]string{
	{"secret"},
	{"fact"},
	{"exchange"},
	{"challenge"},
	{"cred", "signature"},
	{"conf"},
	{"site"}, // what is installed on a disk and in its database; it reads .htaccess with conf
	{"probe", "input", "browser"},
	{"redact", "compare"}, // they read with input and cred; redact writes text back, so it must see what it replaces
	{"cause"},
	{"report", "fix"},
	{"diagnose"},
	{"causes"},
	{""}, // the root package: the library's front door
	{"logs"},
	{"guard"}, // it reads logs to replay what worked
	{"watch"}, // it runs what guard runs, on a schedule
	{"lab", "web", "mcp", "fleet"},
	{"cmd", "tools"},
}

// free may be imported from anywhere, or import anything: plumbing and test helpers.
var free = []string{"internal", "cause/causetest"}

func layerOf(pkg string) int {
	for i, names := range layers {
		for _, n := range names {
			if pkg == n || n != "" && strings.HasPrefix(pkg, n+"/") {
				return i
			}
		}
	}
	return -1
}

func isFree(pkg string) bool {
	return slices.ContainsFunc(free, func(f string) bool { return pkg == f || strings.HasPrefix(pkg, f+"/") })
}

type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func list(t *testing.T, args ...string) []listed {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Imports,Deps"}, args...)...)
	cmd.Dir = "../.."
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	var all []listed
	for {
		var l listed
		if err := dec.Decode(&l); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
}

func TestImportsPointDownwards(t *testing.T) {
	for _, p := range list(t, "./...") {
		if p.ImportPath+"/" == module {
			p.ImportPath = module
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		if isFree(from) {
			continue
		}
		if layerOf(from) < 0 {
			t.Errorf("%s stands in no layer: add it to the list, with thought", from)
			continue
		}
		for _, imp := range p.Imports {
			if imp+"/" == module {
				imp = module
			}
			to, ok := strings.CutPrefix(imp, module)
			if !ok || isFree(to) {
				continue
			}
			sameTree := strings.Split(from, "/")[0] == strings.Split(to, "/")[0]
			if layerOf(to) >= layerOf(from) && !sameTree {
				t.Errorf("%s imports %s, which is not below it", from, to)
			}
		}
	}
}

// A family never imports another: shared reading lives in cred, challenge, signature and cause.
func TestFamiliesStandAlone(t *testing.T) {
	for _, p := range list(t, "./causes/...") {
		from := strings.TrimPrefix(p.ImportPath, module)
		if from == "causes/all" {
			continue
		}
		for _, imp := range p.Imports {
			if to, ok := strings.CutPrefix(imp, module+"causes/"); ok {
				t.Errorf("%s imports causes/%s", from, to)
			}
		}
	}
}

// revealers are the only folders that may open a secret: the wire, the taking apart of credentials, the reading of
// what the user gave, the tracing of a request through a configuration (conf: what is passed on holds its values), the browser that is given it, the lab, whose secrets are its own, redact, which must find in a text what its reader closed, and watch/alert, which signs messages and logs into the mail server.
var revealers = []string{"secret", "exchange", "challenge", "cred", "conf", "probe", "browser", "input", "lab", "fix", "redact", "watch/alert"}

func TestOnlyAFewOpenSecrets(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		rel := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if slices.ContainsFunc(revealers, func(r string) bool { return strings.HasPrefix(rel, r+"/") }) {
			return nil
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Reveal" {
				t.Errorf("%s: opens a secret; only %s may", fset.Position(sel.Pos()), strings.Join(revealers, ", "))
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// senders are the only packages that may open a connection. watch/alert posts messages to the addresses that the contract
// names, watch/face answers on this machine alone; neither sends a request that is diagnosed.
func TestOnlyProbeSends(t *testing.T) {
	allowed := []string{"probe", "lab", "lab/real", "watch/alert", "watch/face"}
	for _, p := range list(t, "./...") {
		from := strings.TrimPrefix(p.ImportPath, module)
		if slices.Contains(allowed, from) || isFree(from) || strings.HasPrefix(from, "tools") || strings.HasPrefix(from, "lab/") {
			continue
		}
		for _, imp := range p.Imports {
			if imp == "net/http" {
				t.Errorf("%s imports %s: only probe sends", from, imp)
			}
		}
	}
}

// The linker drops unused methods only as long as nothing reachable looks methods up by computed names, as text/template
// does; one such call costs about 6 MB. Packages may import it as long as no reachable code calls it.
func TestTheLinkerMayDropUnusedMethods(t *testing.T) {
	cmd := exec.Command("go", "build", "-ldflags=-dumpdep", "-o", filepath.Join(t.TempDir(), "why401"), "./cmd/why401")
	cmd.Dir = "../.."
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.Contains(line, "<ReflectMethod>") {
			t.Errorf("methods are looked up by name in reachable code: %s", strings.TrimSpace(line))
		}
	}
}

// Test machinery does not belong in the program.
func TestProgramLeavesTestPackagesOut(t *testing.T) {
	for _, p := range list(t, "./cmd/why401") {
		for _, bad := range []string{"net/http/httptest", "testing", module + "lab/real", module + "cause/causetest"} {
			if slices.Contains(p.Deps, bad) {
				t.Errorf("the program links %s", bad)
			}
		}
	}
}

// Patterns of the program wait until they are used (internal/lazyregexp): compiled at the start, some hundred of them
// delay every run, also the one that finds nothing wrong.
func TestPatternsWait(t *testing.T) {
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		rel := strings.TrimPrefix(filepath.ToSlash(path), "../../")
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") ||
			slices.ContainsFunc([]string{"internal", "tools", "lab/real", "cause/causetest"}, func(p string) bool { return strings.HasPrefix(rel, p+"/") }) {
			return err
		}
		fset := token.NewFileSet()
		f, err := parser.ParseFile(fset, path, nil, 0)
		if err != nil {
			return err
		}
		for _, decl := range f.Decls {
			vars, ok := decl.(*ast.GenDecl)
			if !ok {
				continue
			}
			ast.Inspect(vars, func(n ast.Node) bool {
				if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "MustCompile" {
					t.Errorf("%s: compiled at every start: use lazyregexp.New", fset.Position(sel.Pos()))
				}
				_, inside := n.(*ast.FuncLit)
				return !inside
			})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
