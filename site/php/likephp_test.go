package php

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/why401/why401/conf"
)

// programs are files that PHP runs as well: what the reader is sure of must be what PHP has afterwards.
var programs = map[string]string{
	"strings": `<?php
$a = 'it\'s \\ \n'; $b = "tab\tnl\n q\" d\$ \x41\101\u{e9} \z {$a} ${a} $a"; $c = "a" . 1 . 2.50 . true . null . false;
$arr = ['k' => ['l' => 'deep'], 3 => 'three']; $d = "x $arr[3] {$arr['k']['l']} end"; $m = ['key' => 'v']; $k2 = "a$m[key]b$m[key]";
$e = <<<EOT
  first $a
    second {$arr['k']['l']} \x42
  EOT;
$f = <<<'EOT'
raw $a \n
EOT;
$g = <<<"X"

X;
$h = 'multi
line'; $i = "\400 \8 \u{1F600}"; $j = ''; $k = "$";
`,
	"numbers": `<?php
$a = 0x1F; $b = 017; $c = 0b101; $d = 1_000; $e = 1.5e3; $f = .5; $g = 9223372036854775807; $h = 9223372036854775808; $i = -7; $j = 6 * 7 - 2 | 1; $k = 0o17; $l = 1e25; $m = 10 + 5; $n = +3;
$o = 7 <=> 7; $p = !0; $q = (int) "12abc"; $r = (bool) "0"; $s = (string) 1.0; $t = (array) 'x'; $u = 3 > 2; $v = "1" == "01"; $w = null == false; $x = "abc" == "ABC"; $y = 1 === 1.0; $z = [] == false;
`,
	"arrays": `<?php
$a = array(1, 'k' => 2, 3, '5' => 4, 6, -9 => 1, '08' => 2, true => 'one', 1.7 => 'f', null => 'n');
$b = ['x' => ['y' => [1, 2]], ...[7, 8]]; $b['x']['y'][] = 3; $b['new']['deep']['er'] = 'v'; $c = $b; $c['x']['y'][0] = 'changed';
unset($c['x']['y'][1]); $c[] = 'end'; $d = $b + ['x' => 'no', 'z' => 1]; $e = array_merge(['a' => 1, 5], ['a' => 2, 6]); $f = []; $f[] = 1; $f[10] = 2; $f[] = 3; unset($f[11]); $f[] = 4;
$g = ['a' => ['b' => 1]]; $h = &$z; $i = $g['a']['b'] ?? 'no'; $j = $g['a']['c'] ?? 'dflt'; $k = isset($g['a']['b']); $l = empty($g['none']); $m = $g['a']; $m['b'] = 2; $n[-5] = 'a'; $n[] = 'b'; $GLOBALS['glob']['x'] = 'y';
`,
	"branches": `<?php
define('A', 'first'); define('B', A . '-b'); const C = B . '!', D = ['k' => 1]; if (!defined('A')) { define('A', 'second'); $p = 1; } else { $p = 2; }
if (defined('NOPE')): $q = 'yes'; elseif (A === 'first'): $q = 'elseif'; else: $q = 'no'; endif;
if (A == 'x') $r = 1; else if (A == 'first') $r = 2; else $r = 3;
$s = A === 'first' ? 'then' : 'else'; $t = '' ?: 'short'; $u = !isset($undefined) && true; $v = $missing ?? 'coalesced'; $w['a'] ??= 'set'; $w['a'] ??= 'not again'; $x = 'a'; $x .= 'b'; $y = 5; $y += 2;
if ($u): define('E', 1); endif; defined('E') or define('E', 2); defined('F') || define('F', 'or'); true and define('G', 'and'); if (constant('A') === 'first') { $z = constant('D')['k']; }
function helper($x) { return $x; } class K { const V = 'w'; public $p = "}"; function f() { return '{'; } } $after = 'class';
`,
	"paths": `<?php
$a = __DIR__ . '/x'; $b = dirname(__FILE__); $c = dirname(__DIR__, 2); $d = basename('/a/b.php'); $e = rtrim('/a/b//', '/'); $f = trim("  x \n"); $g = strtolower('ABC'); $h = str_replace('a', 'bb', 'banana'); $i = dirname('/a'); $j = dirname('a'); $k = dirname('/'); $l = ltrim('0012', '0');
$m = file_exists(__FILE__); $n = is_dir(__DIR__); $o = is_file(__DIR__ . '/none'); $p = (include __DIR__ . '/part.inc')['k']; include_once 'part2.inc'; $q = __LINE__; $r = intval('42x'); $s = boolval('a'); $t = strtoupper('é'); $u = DIRECTORY_SEPARATOR . PHP_EOL;
?>
inline html with <?xml version="1.0"?> and <?php $v = 'again' ?>
more <?= $v ?>
<?php /* comment ?> */ $w = 'x'; // line comment ?>
<?php # hash
$y = 1; return ['k' => 'v', 'l' => [A2, 2]];
`,
	"returned": `<?php
declare(strict_types=1);
namespace Foo\Bar;
use Some\Thing as Other;
#[Attribute]
function f(int $a = 5, string ...$b): ?array { if ($a) { return [1]; } return null; }
\define('N', 'name'); $x = \dirname('/a/b/c'); $y = static fn($q) => $q + 1; $z = function () use ($x) { return ';}'; }; unset($y, $z);
return array('db' => array('host' => 'h', 'opt' => array()), 'n' => N, 'list' => [1, [2, [3]]], 'neg' => -1, 'f' => 0.1, 't' => true, 'nul' => null);
`,
}

const dumper = `$__r = include $argv[1]; unset($argv, $argc); $__v = get_defined_vars(); foreach (['__r', '__v', '_GET', '_POST', '_COOKIE', '_FILES', '_SERVER', '_ENV', '_REQUEST', 'GLOBALS'] as $__k) unset($__v[$__k]);
$__s = fn($a) => array_map(function ($x) { try { return bin2hex(serialize($x)); } catch (Throwable $e) { return ''; } }, $a);
echo "\n@@", json_encode(['const' => $__s(get_defined_constants(true)['user'] ?? []) ?: null, 'var' => $__s($__v) ?: null, 'ret' => bin2hex(serialize($__r))]);`

func TestLikePHP(t *testing.T) {
	for name, text := range programs {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "config.php")
			for f, s := range map[string]string{file: text, filepath.Join(dir, "part.inc"): "<?php define('A2', 'a2'); $inner = 'i'; return ['k' => $inner];", filepath.Join(dir, "part2.inc"): "<?php $two = 2;"} {
				if err := os.WriteFile(f, []byte(s), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			cmd := exec.Command("php8.2", "-n", "-d", "display_errors=0", "-d", "short_open_tag=0", "-d", "include_path=.", "-r", dumper, file)
			cmd.Dir = dir
			out, err := cmd.CombinedOutput()
			_, doc, ok := cutLast(string(out), "\n@@")
			if err != nil || !ok {
				t.Fatalf("php8.2 (run tools/install-servers.sh): %v: %s", err, out)
			}
			var want struct {
				Const, Var map[string]string
				Ret        string
			}
			if err := json.Unmarshal([]byte(doc), &want); err != nil {
				t.Fatal(err)
			}
			s, err := Read(conf.Disk(), file, Options{})
			if err != nil {
				t.Fatal(err)
			}
			for _, u := range s.Unread {
				t.Errorf("not read: %v", u)
			}
			compared := 0
			hold := func(what string, v Value, hex string) {
				if !v.Sure() {
					t.Errorf("%s: not sure (%v), and PHP knows it: needs %v", what, v, v.Needs)
					return
				}
				if got, err := Serialize(v); err != nil || got != fromHex(t, hex) {
					t.Errorf("%s: %s, %v; PHP has %s", what, got, err, fromHex(t, hex))
				}
				compared++
			}
			for n, hex := range want.Const {
				hold(n, s.Const(n), hex)
			}
			for n, hex := range want.Var {
				if name == "arrays" && (n == "h" || n == "z") {
					continue // a reference
				}
				hold("$"+n, s.Var(n), hex)
			}
			if s.Return.Set() {
				hold("return", s.Return, want.Ret)
			}
			if compared < 3 {
				t.Errorf("only %d values were compared", compared)
			}
		})
	}
}

func cutLast(s, sep string) (before, after string, ok bool) {
	for i := len(s) - len(sep); i >= 0; i-- {
		if s[i:i+len(sep)] == sep {
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}
