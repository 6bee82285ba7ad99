package php

import (
	"encoding/hex"
	"testing"

	"github.com/why401/why401/conf"
)

func follow(t *testing.T, text string) *Script {
	t.Helper()
	s, err := Read(conf.Texts{"/site/config.php": text}, "/site/config.php", Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBranches(t *testing.T) {
	s := follow(t, `<?php
if (!defined('B')) { if (getenv('B')) { define('B', getenv('B')); } else { define('B', 'dflt'); } }
$a['k']['l'] = "q{$x}w" . __DIR__;
`)
	if got, _ := s.Const("B").Text(); got != "dflt" || s.Const("B").Sure() {
		t.Errorf("B: %q, sure %v", got, s.Const("B").Sure())
	}
	if got, _ := s.Var("a", "k", "l").Text(); got != "qw/site" {
		t.Errorf("a.k.l: %q", got)
	}
}

func fromHex(t *testing.T, s string) string {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
