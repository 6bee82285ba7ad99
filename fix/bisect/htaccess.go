package bisect

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// htaccessBlocks names the blocks in the site's .htaccess that plugins wrote between marks, as insert_with_markers of
// WordPress does (wp-admin/includes/misc.php). They hold for every request, whether their plugin is on or off.
func htaccessBlocks(dir string) []string {
	f, err := os.Open(filepath.Join(dir, ".htaccess"))
	if err != nil {
		return nil
	}
	defer f.Close()
	var out []string
	sc := bufio.NewScanner(f)
	for n := 1; sc.Scan() && n < 5000; n++ {
		name, ok := strings.CutPrefix(strings.TrimSpace(sc.Text()), "# BEGIN ")
		if ok && name != "WordPress" && len(out) < 20 {
			out = append(out, fmt.Sprintf("%s:%d: rules that %q wrote there; they hold whether the plugin is on or off", f.Name(), n, name))
		}
	}
	return out
}
