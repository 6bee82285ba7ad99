package signature

import (
	"flag"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checked is the built-in data with its samples.
var checked = sync.OnceValues(func() (*Set, error) { return Load(os.DirFS("data")) })

func builtinSet(t testing.TB) *Set {
	t.Helper()
	s, err := checked()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestEntriesMatchTheirSamples(t *testing.T) {
	s := builtinSet(t)
	for _, e := range s.entries {
		if len(e.samples.match) == 0 {
			t.Errorf("%s: entry %s has no sample", e.at, e.id)
		}
		if len(e.samples.nomatch) == 0 && e.says == Wrote && e.weight >= 80 {
			t.Errorf("%s: entry %s claims much and has no nomatch sample", e.at, e.id)
		}
		for i, raw := range e.samples.match {
			ms := s.Match(sampleExchange(sampleText(t, raw)))
			k := slices.IndexFunc(ms, func(m Match) bool { return m.ID == e.id })
			if k < 0 {
				t.Errorf("%s: %s does not match its sample %d", e.at, e.id, i+1)
				continue
			}
			if len(ms[k].Because) == 0 {
				t.Errorf("%s: %s matches sample %d without evidence", e.at, e.id, i+1)
			}
		}
		for i, raw := range e.samples.nomatch {
			for _, m := range s.Match(sampleExchange(sampleText(t, raw))) {
				if m.ID == e.id {
					t.Errorf("%s: %s matches its nomatch sample %d: %v", e.at, e.id, i+1, m.Because)
				}
			}
		}
	}
}

// overlaps are products whose firm entries may match another's sample, with the reason.
var overlaps = map[[2]string]string{}

// A product that surely wrote a reply is not the writer of another product's sample.
func TestNoProductClaimsAnothersReply(t *testing.T) {
	s := builtinSet(t)
	used := map[[2]string]bool{}
	for _, owner := range s.entries {
		if owner.says != Wrote {
			continue // the sample of "passed" and "runs" may well be written by another
		}
		for i, raw := range owner.samples.match {
			for _, m := range s.Match(sampleExchange(sampleText(t, raw))) {
				if m.Says != Wrote || m.Weight < 80 || m.Product == owner.product {
					continue
				}
				pair := [2]string{m.Product, owner.product}
				if overlaps[pair] == "" {
					t.Errorf("%s (%d) claims sample %d of %s: %v", m.ID, m.Weight, i+1, owner.id, m.Because)
				}
				used[pair] = true
			}
		}
	}
	for p := range overlaps {
		if !used[p] {
			t.Errorf("overlap %v is no longer needed", p)
		}
	}
}

// The writer of a firm sample is its product.
func TestWriterOfSamples(t *testing.T) {
	s := builtinSet(t)
	for _, e := range s.entries {
		if e.says != Wrote || e.weight < firmWriter {
			continue
		}
		for i, raw := range e.samples.match {
			w, ok := s.Writer(sampleExchange(sampleText(t, raw)))
			if !ok || w.Product != e.product && overlaps[[2]string{w.Product, e.product}] == "" {
				t.Errorf("%s: sample %d: writer is %q (%s, %d)", e.id, i+1, w.Product, w.ID, w.Weight)
			}
		}
	}
}

func TestPhrasesMatchTheirSamples(t *testing.T) {
	s := builtinSet(t)
	for _, p := range s.phrases {
		if len(p.samples.match) == 0 {
			t.Errorf("%s: phrase has no sample", p.at)
		}
		for i, raw := range p.samples.match {
			ms := s.Meanings(sampleExchange(sampleText(t, raw)))
			k := slices.IndexFunc(ms, func(m Meaning) bool { return m.Meaning == p.meaning && m.Product == p.product })
			if k < 0 {
				t.Errorf("%s: sample %d is not understood as %s", p.at, i+1, p.meaning)
				continue
			}
			if ms[k].Because.Text == "" {
				t.Errorf("%s: sample %d has no evidence", p.at, i+1)
			}
			for _, m := range ms {
				if m.Meaning != p.meaning && !slices.Contains(doubleMeanings, [2]string{p.meaning, m.Meaning}) {
					t.Errorf("%s: sample %d of %s is also taken for %s (%s): %s", p.at, i+1, p.meaning, m.Meaning, m.Product, m.Because.Text)
				}
			}
		}
		for i, raw := range p.samples.nomatch {
			for _, m := range s.Meanings(sampleExchange(sampleText(t, raw))) {
				if m.Meaning == p.meaning && m.Product == p.product {
					t.Errorf("%s: matches nomatch sample %d: %s", p.at, i+1, m.Because.Text)
				}
			}
		}
	}
}

// doubleMeanings are pairs (sample's meaning, other meaning) that one reply may truly have.
var doubleMeanings = [][2]string{
	// "invalid_grant" says less than the description beside it.
	{TokenExpired, GrantInvalid}, {SessionExpired, GrantInvalid}, {IssuerMismatch, GrantInvalid}, {TokenRevoked, GrantInvalid},
	// Magento writes one sentence for a bad token and for a role without the resource.
	{TokenInvalid, PermissionDenied}, {PermissionDenied, TokenInvalid},
	// GitLab names both possibilities in one sentence.
	{OTP, CredentialInvalid}, {CredentialInvalid, OTP},
	// API Gateway says "Missing Authentication Token" for an unknown route and for an unsigned request.
	{UnknownRoute, NoCredentials}, {NoCredentials, UnknownRoute},
}

// No word of the vocabulary is idle.
func TestEveryMeaningHasAPhrase(t *testing.T) {
	s := builtinSet(t)
	for _, w := range Vocabulary() {
		if !slices.ContainsFunc(s.phrases, func(p *phrase) bool { return p.meaning == w.Meaning }) {
			t.Errorf("no phrase means %s", w.Meaning)
		}
	}
}

// Every sample file is used.
func TestDataFiles(t *testing.T) {
	s := builtinSet(t)
	used := map[string]bool{}
	note := func(all ...[]string) {
		for _, list := range all {
			for _, f := range list {
				used[strings.TrimPrefix(f, "testdata/")] = true
			}
		}
	}
	for _, e := range s.entries {
		note(e.samples.match, e.samples.nomatch)
	}
	for _, p := range s.phrases {
		note(p.samples.match, p.samples.nomatch)
	}
	files, err := os.ReadDir("testdata")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		if strings.HasSuffix(f.Name(), ".http") && !used[f.Name()] {
			t.Errorf("testdata/%s is used by no entry", f.Name())
		}
	}
}

var update = flag.Bool("update", false, "write packed.json anew")

// The packed data is what data/ says, and gives the same set.
func TestPackedIsCurrent(t *testing.T) {
	want, err := pack(os.DirFS("data"))
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("packed.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if string(want) != packed {
		t.Fatal("packed.json is stale: run go generate ./signature")
	}
	a, b := Default(), builtinSet(t)
	if len(a.entries) != len(b.entries) || len(a.phrases) != len(b.phrases) {
		t.Fatalf("packed: %d entries, %d phrases; data: %d, %d", len(a.entries), len(a.phrases), len(b.entries), len(b.phrases))
	}
	for _, e := range b.entries {
		for _, raw := range e.samples.match {
			x := sampleExchange(sampleText(t, raw))
			if diff := cmp.Diff(b.Match(x), a.Match(x)); diff != "" {
				t.Errorf("%s: packed set differs: %s", e.id, diff)
			}
		}
	}
}
