package report

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/why401/why401/secret"
	"mvdan.cc/sh/v3/syntax"
	"pgregory.net/rapid"
)

// payloads are what a hostile server, token or log may write where a report quotes it.
func payloads() []string {
	out := []string{
		"\x1b[2J\x1b[1;1H", "\x1b]0;title\x07", "\x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\", "\x1b]52;c;cm0gLXJmIC8=\x07",
		"\x1bP1$r0m\x1b\\", "\u009b31mred", "\u009d0;t\u009c", "\r\noverwritten", "a\rb", "a\bb", "a\x00b", "tab\tbed", "\v\f",
		"\u202eevil\u202c", "\u2066\u2069", "\u061c", "\u200b\u200c\u200d\u2060\ufeff", "\u2028line\u2029para", "\u00ad", "\U000e0041\U000e007f", "\u3164\u115f\uffa0", "\u00a0\u2003\u3000",
		"\xff\xfe\x80", "\xc0\xaf", "\xed\xa0\x80", "\ufffd", "\ue000", "a\ufe0fb",
		"::error file=x,line=1::pwned", "  ::set-output name=a::b", "##[command]x", "##vso[task.setvariable variable=a]b", "##teamcity[buildStop]", "%0A::add-mask::x",
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "&lt;b&gt;", "```\n# heading\n```", "``````", "`code`", "[link](javascript:alert(1))", "![i](https://evil.example/x.png)",
		"https://evil.example www.evil.example", "@everyone", "#123", "| a | b |\n|---|---|", "1. list", "- list", "> quote", "---", "\\", "*bold* _it_ ~~s~~", "$x^2$", "<!-- -->",
		"$(id)", "`id`", "'; rm -rf / #", "\"; id; \"", "a' 'b", "a\nb", "${HOME}", "!!", "~root", "*", "\\\\", "-rf", "%s%n", "^\"", "&& id", "| sh", "",
	}
	for c := range 0x20 {
		out = append(out, "c"+string(rune(c))+"c")
	}
	for c := rune(0x7f); c < 0xa1; c++ {
		out = append(out, "c"+string(c)+"c")
	}
	return out
}

// outputs renders r for every medium.
func outputs(t testing.TB, r *Report) map[string]string {
	out := map[string]string{}
	for _, f := range forms {
		if !f.o.Color {
			out[f.name] = render(t, r, f.o)
		}
	}
	var b bytes.Buffer
	if err := Markdown(&b, r); err != nil {
		t.Fatal(err)
	}
	out["markdown"] = b.String()
	b.Reset()
	if err := JSON(&b, r); err != nil {
		t.Fatal(err)
	}
	out["json"] = b.String()
	return out
}

// TestForeignTextDrivesNothing: payload x place x medium, not one foreign control, format or invisible character, no
// workflow command (P17, P18).
func TestForeignTextDrivesNothing(t *testing.T) {
	for _, p := range payloads() {
		for medium, text := range outputs(t, hostile(p)) {
			if !utf8.ValidString(text) {
				t.Errorf("%q in %s: not UTF-8", p, medium)
			}
			for _, r := range text {
				if r != '\n' && !shown(r) {
					t.Errorf("%q in %s: %U on the output", p, medium, r)
					break
				}
			}
			for line := range strings.SplitSeq(text, "\n") {
				if strings.HasPrefix(strings.TrimLeftFunc(line, unicode.IsSpace), "::") {
					t.Errorf("%q in %s: workflow command %q", p, medium, line)
				}
			}
			for _, m := range []string{"##[", "##vso[", "##teamcity["} {
				if strings.Contains(text, m) {
					t.Errorf("%q in %s: %s", p, medium, m)
				}
			}
		}
	}
}

// TestNoLinesAreForged: a payload adds no line to the linear form.
func TestNoLinesAreForged(t *testing.T) {
	want := strings.Count(render(t, hostile("harmless"), TextOptions{Plain: true}), "\n")
	for _, p := range payloads() {
		if p == "" {
			continue // an absent field may well have no line
		}
		if got := strings.Count(render(t, hostile(p), TextOptions{Plain: true}), "\n"); got != want {
			t.Errorf("%q: %d lines, want %d", p, got, want)
		}
	}
}

func TestMarkdownTextIsText(t *testing.T) {
	for in, want := range map[string]string{
		"<script>":               "&lt;script&gt;",
		"[a](b)":                 `\[a\]\(b\)`,
		"`x`":                    "\\`x\\`",
		"1. x":                   `1\. x`,
		"- x":                    `\- x`,
		"https://e.example":      `https\://e.example`,
		"www.e.example":          `www\.e.example`,
		"@all":                   "&#64;all",
		"a|b":                    `a\|b`,
		"line\n# two":            `line\\n\# two`,
		"plain words stay plain": "plain words stay plain",
	} {
		if got := MarkdownText(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

func TestMarkdownFence(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringOfN(rapid.SampledFrom([]rune("`a \n~#")), 0, 30, -1).Draw(t, "line")
		block := strings.Split(strings.TrimSuffix(MarkdownFence("sh", line), "\n"), "\n")
		fence := strings.TrimRight(block[0], "sh")
		if len(block) != 3 || block[2] != fence || strings.Contains(block[1], fence) {
			t.Fatalf("%q: %q", line, block)
		}
		span := MarkdownCode(line)
		ticks := span[:len(span)-len(strings.TrimLeft(span, "`"))]
		if inner := strings.TrimSuffix(strings.TrimPrefix(span, ticks), ticks); strings.Contains(inner, ticks) {
			t.Fatalf("%q: code span %q can be closed from inside", line, span)
		}
	})
}

func TestWorkflow(t *testing.T) {
	if got, want := WorkflowData("100%\r\n::error::x"), `100%25\r\n::error::x`; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := WorkflowProperty("a:b,c"), "a%3Ab%2Cc"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestShellQuoteIsOneWord: a shell reads back exactly what was quoted (P19).
func TestShellQuoteIsOneWord(t *testing.T) {
	check := func(t rapid.TB, s string) {
		if got := shellFields(t, "curl "+ShellQuote(s)); len(got) != 2 || got[1] != s {
			t.Fatalf("%q: the shell reads %q", s, got)
		}
	}
	for _, p := range payloads() {
		if !strings.Contains(p, "\x00") { // no argument can hold it
			check(t, p)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		check(t, rapid.StringOf(rapid.Rune().Filter(func(r rune) bool { return r != 0 })).Draw(t, "s"))
	})
}

// TestWrappedCommandIsTheSame: a shell reads a wrapped command as the words of the unwrapped one (P19).
func TestWrappedCommandIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var words []string
		for range rapid.IntRange(1, 12).Draw(t, "words") {
			w := Terminal(rapid.StringN(0, 90, -1).Draw(t, "word"))
			switch rapid.IntRange(0, 2).Draw(t, "form") {
			case 0:
				words = append(words, ShellQuote(w))
			case 1:
				words = append(words, `"`+strings.NewReplacer(`"`, `\"`, "`", "\\`", "$", `\$`, `\`, `\\`).Replace(w)+`"`)
			default:
				words = append(words, rapid.StringMatching(`[a-z0-9/.-]{1,60}`).Draw(t, "plain"))
			}
		}
		cmd := "curl " + strings.Join(words, " ")
		width := rapid.IntRange(30, 100).Draw(t, "width")
		lines := wrapCommand(cmd, "    ", width)
		for _, l := range lines {
			if columns(l) > width {
				t.Fatalf("%d columns: %q", columns(l), l)
			}
		}
		want, got := shellFields(t, cmd), shellFields(t, strings.Join(lines, "\n"))
		if !slices.Equal(want, got) {
			t.Fatalf("%s\nbecame\n%s\n%q\n%q", cmd, strings.Join(lines, "\n"), want, got)
		}
	})
}

// TestWrappedCommentStaysAComment: what stands behind # must not become a command by wrapping.
func TestWrappedCommentStaysAComment(t *testing.T) {
	cmd := "curl https://example.com/a/long/path # " + strings.Repeat("rm -rf / ; ", 12)
	lines := wrapCommand(cmd, "    ", 50)
	if len(lines) < 4 {
		t.Fatalf("not wrapped: %q", lines)
	}
	f, err := syntax.NewParser().Parse(strings.NewReader(strings.Join(lines, "\n")), "")
	if err != nil || len(f.Stmts) != 1 {
		t.Errorf("%d statements, %v\n%s", len(f.Stmts), err, strings.Join(lines, "\n"))
	}
}

// shellFields runs cmd in a real shell, with a stub in place of curl, and gives the words it received.
func shellFields(t rapid.TB, cmd string) []string {
	stub := `curl() { printf '%s\000' curl "$@"; }` + "\n"
	out, err := exec.Command("sh", "-c", stub+cmd).CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v: %s", cmd, err, out)
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

// TestSecretsAreScrubbed: a known secret in any spelling and any place of a report reaches no medium, and the places
// are counted.
func TestSecretsAreScrubbed(t *testing.T) {
	const password = "hunter2-Über&co"
	secret.New(password)
	t.Cleanup(secret.Forget)
	for _, s := range secret.Spellings(password) {
		for medium, text := range outputs(t, hostile("before "+s+" after")) {
			for _, bad := range secret.Spellings(password) {
				if strings.Contains(text, bad) {
					t.Errorf("%s holds %q", medium, bad)
				}
			}
		}
	}
	var b bytes.Buffer
	if err := JSON(&b, &Report{Notes: []string{password, "twice: " + password + password}}); err != nil {
		t.Fatal(err)
	}
	var back Report
	if err := json.Unmarshal(b.Bytes(), &back); err != nil || back.Redacted != 3 {
		t.Errorf("redactions: %d, want 3 (%v)", back.Redacted, err)
	}
}

// TestOwnWordsStayWhole: a password that is a part of one of our words breaks no id, and is not given away by a gap.
func TestOwnWordsStayWhole(t *testing.T) {
	secret.New("wrong-pass")
	t.Cleanup(secret.Forget)
	for medium, text := range outputs(t, wrongPassword()) {
		if !strings.Contains(text, "wrong-password") || strings.Contains(text, "secret#1") {
			t.Errorf("%s: %s", medium, text)
		}
	}
	var b bytes.Buffer
	if err := JSON(&b, &Report{Verdict: Verdict{Cause: "x wrong-pass"}}); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "wrong-pass") {
		t.Error("a field of our words let foreign text through")
	}
}

func TestVisible(t *testing.T) {
	for in, want := range map[string]string{
		"\x1b[0m": `\x1b[0m`, "a\nb": `a\nb`, "\u202e": `\u202e`, "\U000e0041": `\U000e0041`, "\xff": `\xff`, "ü 日": "ü 日",
	} {
		if got := Terminal(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
	if got := ASCII("ü"); got != `\u00fc` {
		t.Errorf("got %q", got)
	}
}
