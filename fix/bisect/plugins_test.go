package bisect

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func TestFillReadsHeads(t *testing.T) {
	for _, c := range []struct{ head, name, needs string }{
		{"<?php\n/*\nPlugin Name: Shop\nVersion: 2\n*/\n", "Shop", ""},
		{"<?php /* Plugin Name: One line */", "One line", ""},
		{"<?php\n/**\n * Plugin Name: Vouchers */\n", "Vouchers", ""},
		{"<?php\n/*\n * plugin name:  Spaces  \n * Requires Plugins: shop, cart ,\n */", "Spaces", "shop cart"},
		{"", "a/a.php", ""},
	} {
		p := Plugin{File: "a/a.php", Name: "a/a.php"}
		p.fill([]byte(c.head))
		if p.Name != c.name || strings.Join(p.Requires, " ") != c.needs {
			t.Errorf("%q: got %q, needs %q", c.head, p.Name, p.Requires)
		}
	}
}

func FuzzFill(f *testing.F) {
	f.Add([]byte("<?php\n/*\nPlugin Name: Shop\nRequires Plugins: a, b\n*/\n"))
	f.Add([]byte("Plugin Name:\xff*/?>"))
	f.Fuzz(func(t *testing.T, head []byte) {
		p := Plugin{File: "a/a.php"}
		p.fill(head)
		if p.Name == "" || strings.ContainsAny(p.Name, "\n") {
			t.Errorf("the name %q", p.Name)
		}
	})
}

// What needs another goes off first, round trips of needs included.
func TestOrder(t *testing.T) {
	for _, c := range []struct {
		needs map[string]string
		want  string
	}{
		{nil, "a b c d"},
		{map[string]string{"c": "a"}, "c a b d"},
		{map[string]string{"d": "c", "c": "a"}, "d c a b"},
		{map[string]string{"a": "b", "b": "a"}, "b a c d"},
		{map[string]string{"a": "a", "b": "gone"}, "a b c d"},
	} {
		var ps []Plugin
		for _, n := range []string{"a", "b", "c", "d"} {
			p := Plugin{File: n + "/" + n + ".php"}
			if need := c.needs[n]; need != "" {
				p.Requires = []string{need}
			}
			ps = append(ps, p)
		}
		var got []string
		for _, i := range order(ps) {
			got = append(got, ps[i].folder())
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%v: %v, want %s", c.needs, got, c.want)
		}
	}
}

func TestHtaccessBlocks(t *testing.T) {
	dir := t.TempDir()
	if got := htaccessBlocks(dir); got != nil {
		t.Errorf("no file: %v", got)
	}
	text := "# BEGIN Lock\nDeny from all\n# END Lock\n\n# BEGIN WordPress\n# END WordPress\n"
	if err := os.WriteFile(filepath.Join(dir, ".htaccess"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	got := htaccessBlocks(dir)
	if len(got) != 1 || !strings.Contains(got[0], `:1: rules that "Lock" wrote`) {
		t.Errorf("got %v", got)
	}
}

// A file outside of the plugins' folder is not opened, whatever a site says is active.
func TestReadPluginStaysInside(t *testing.T) {
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "plugins/shop"), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"secret.php": "<?php\n// Plugin Name: Outside\n", "plugins/shop/shop.php": "<?php\n// Plugin Name: Inside\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	root, err := os.OpenRoot(filepath.Join(dir, "plugins"))
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	var got []string
	for _, f := range []string{"shop/shop.php", "../secret.php", "/etc/passwd", "gone.php"} {
		got = append(got, readPlugin(root, f).Name)
	}
	if want := []string{"Inside", "../secret.php", "/etc/passwd", "gone.php"}; !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
