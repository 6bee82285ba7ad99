package php

import (
	"strings"
	"testing"
	"time"

	"github.com/why401/why401/conf"
)

func FuzzRead(f *testing.F) {
	for _, s := range programs {
		f.Add(s)
	}
	f.Add("<?php if (!defined('X')) { if (getenv('X')) { define('X', getenv('X')); } else { define('X', 'y'); } } $a['b'][] = [1, 'k' => X];")
	f.Add("<?php include $x . '/a.php'; foreach ($a as $k => &$v) { $c[$k] = $v; } switch ($x) { case 1: $y = 2; break; default: return; } try { f(); } catch (E $e) { } finally { }")
	f.Add("<?php $a = <<<X\n {$b['c']}\n X; match(true) { 1 => 2, default => 3 }; new class { }; $x?->y::z(...); list($a, [$b]) = [1, [2]];")
	f.Add("<?php $a = \"{$b[\"c\"]}\"; `ls`; ?>html<?= 1 ?> <?php namespace A { const B = 1; }")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := Read(conf.Texts{"/a/config.php": text, "/a/x.php": "<?php include 'config.php'; $q = 1;"}, "/a/config.php", Options{})
		if err != nil {
			return
		}
		for _, n := range s.Consts() {
			check(t, s.Const(n), 0)
		}
		for n := range s.vars {
			check(t, s.Var(n), 0)
		}
		check(t, s.Return, 0)
	})
}

// check walks a value: nothing that is sure may hold something that depends, and no place may be outside the file.
func check(t *testing.T, v Value, depth int) {
	if depth > maxDepth+10 {
		t.Fatal("nested deeper than the limit")
	}
	if v.Kind == Unknown && len(v.Needs) == 0 {
		t.Fatal("unknown, and it says not why")
	}
	if v.At.Start > v.At.End {
		t.Fatalf("a place of %d to %d", v.At.Start, v.At.End)
	}
	if _, w := v.measure(); w > maxEntries {
		t.Fatal("an array that is endless to walk")
	}
	for _, it := range v.Array().Items() {
		check(t, it.Value, depth+1)
	}
}

// Input that is made to take long does not.
func TestLimits(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"brackets":          {"<?php $a = " + strings.Repeat("[", 100_000), "nested deeper than 200"},
		"blocks":            {"<?php " + strings.Repeat("if (1) {", 100_000), "nested deeper than 200"},
		"concatenations":    {"<?php $a = 'x'" + strings.Repeat(" . 'x'", 100_000) + ";", "more than 2000 operators"},
		"doubling":          {"<?php $a = 'xxxxxxxx'; " + strings.Repeat("$a = $a . $a; ", 100), ""},
		"copies":            {"<?php $a = []; " + strings.Repeat("$a[] = 1; $b = $a; ", 10_000), "too large to be followed"},
		"appending":         {"<?php $a = ''; " + strings.Repeat("$a .= 'xxxxxxxx'; ", 50_000), "too large to be followed"},
		"array doubling":    {"<?php $a = [1]; " + strings.Repeat("$a = [$a, $a]; ", 100), ""},
		"nested by writes":  {"<?php $a = [1]; " + strings.Repeat("$a = [$a]; ", 1000), ""},
		"quotes":            {"<?php " + strings.Repeat(`"{$a["`, 50_000), "cannot be read as PHP"},
		"heredocs":          {"<?php " + strings.Repeat("<<<X\n", 50_000), "cannot be read as PHP"},
		"statements":        {"<?php " + strings.Repeat("$a = 1;", 50_000), ""},
		"bad statements":    {"<?php " + strings.Repeat("$a = ;", 20_000), "cannot be read as PHP"},
		"unary":             {"<?php $a = " + strings.Repeat("!", 100_000) + "1;", "nested deeper than 200"},
		"postfix":           {"<?php $a" + strings.Repeat("['k']", 100_000) + " = 1;", "more than 2000 brackets"},
		"ternary":           {"<?php $a = " + strings.Repeat("1 ? 2 : ", 50_000) + "3;", "more than 2000 operators"},
		"comment":           {"<?php /* never", "cannot be read as PHP"},
		"include of itself": {"<?php include __FILE__; include __FILE__;", "too many files include each other"},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			s, err := Read(conf.Texts{"/a/config.php": c.text}, "/a/config.php", Options{})
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > 60*time.Second { // a bound against exponents; a busy machine stays below it
				t.Errorf("took %v", took)
			}
			said := ""
			for _, u := range s.Unread {
				said += u.What + "\n"
			}
			if c.says == "" && said != "" || !strings.Contains(said, c.says) {
				t.Errorf("said %.300q, want %q", said, c.says)
			}
			if _, w := s.Var("a").measure(); w < 10_000 {
				check(t, s.Var("a"), 0)
			}
		})
	}
	if _, err := Read(conf.Texts{"/a.php": strings.Repeat(" ", maxFile+1)}, "/a.php", Options{}); err == nil || !strings.Contains(err.Error(), "/a.php: larger than 4 MB") {
		t.Error(err)
	}
}
