package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/why401/why401/cause"
	"github.com/why401/why401/cause/sign"
	"github.com/why401/why401/causes/all"
	"github.com/why401/why401/report"
)

const causesHelp = `List every cause that why401 knows, by family.

WORDs search: each must stand in the id, the title or the page of a cause.
--platform takes the causes whose page or signs name a product: nginx, Kubernetes, "API Gateway".
--json writes a list of objects, by family and id:

  id          kebab-case; it never changes
  title       one plain line
  family      "client", "token", ...; "own" for a cause of --catalogue
  refused_by  the layer that usually refuses, "" for whichever wrote the reply
  fault_at    the layer that must be mended
  hides       ids of more general causes that say less
  detector    true: Go code looks at the exchange; false: known by its signs alone
  signs       how many signs its page lists`

// selection says which causes are listed.
type selection struct {
	family, platform string
	words            []string
}

func (a *app) causes() *cobra.Command {
	asJSON := false
	var s selection
	c := &cobra.Command{
		Use:   "causes [WORD...]",
		Short: "List every cause that why401 knows, by family, or search them",
		Long:  causesHelp,
		Args:  cobra.ArbitraryArgs,
		RunE: func(_ *cobra.Command, args []string) error {
			known, err := a.catalogue()
			if err != nil {
				return err
			}
			s.words = args
			list, err := s.of(known)
			if err != nil {
				return err
			}
			if asJSON {
				return a.print(causesJSON(known, list))
			}
			return a.print(causesText(list, len(known.Causes), a.options()))
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the list as JSON")
	c.Flags().StringVar(&s.family, "family", "", "only the causes of this `FAMILY`")
	c.Flags().StringVar(&s.platform, "platform", "", "only the causes that name this `PRODUCT`")
	return c
}

// of gives the causes of known that are asked for, by family and id.
func (s selection) of(known *all.Catalogue) ([]*cause.Cause, error) {
	families := []string{all.Own}
	var out []*cause.Cause
	for _, k := range byFamily(known) {
		if !slices.Contains(families, k.Family) {
			families = append(families, k.Family)
		}
		if s.family != "" && !isFamily(s.family, k.Family) {
			continue
		}
		if s.platform != "" || len(s.words) > 0 {
			p, _ := known.Page(k.ID)
			text := k.ID + "\n" + k.Title + "\n" + p.Title + "\n" + p.Text
			if !holdsAll(text, s.words) || s.platform != "" && !names(text, known.Signs.Signs(k.ID), s.platform) {
				continue
			}
		}
		out = append(out, k)
	}
	if s.family != "" && !slices.ContainsFunc(families, func(f string) bool { return isFamily(s.family, f) }) {
		slices.Sort(families)
		return nil, usage("families are "+strings.Join(families, ", "), "there is no family %q", s.family)
	}
	return out, nil
}

// isFamily reports that word is the family's name, or a part of it: "app" is enough for "app/framework".
func isFamily(word, family string) bool {
	return slices.ContainsFunc(append(strings.Split(family, "/"), family), func(f string) bool { return strings.EqualFold(f, word) })
}

// holdsAll reports that text holds each word, in any case.
func holdsAll(text string, words []string) bool {
	text = strings.ToLower(text)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, strings.ToLower(w)) })
}

// names reports that a text, or a sign's who and setting, speaks of a product, as whole words.
func names(text string, signs []sign.Sign, product string) bool {
	for _, s := range signs {
		text += "\n" + strings.Join(s.Who, "\n") + "\n" + strings.Join(s.Setting, "\n")
	}
	want := " " + strings.Join(sign.Words(product), " ") + " "
	return want != "  " && strings.Contains(" "+strings.Join(sign.Words(text), " ")+" ", want)
}

func causesJSON(known *all.Catalogue, list []*cause.Cause) string {
	type one struct {
		ID        string   `json:"id"`
		Title     string   `json:"title"`
		Family    string   `json:"family"`
		RefusedBy string   `json:"refused_by"`
		FaultAt   string   `json:"fault_at"`
		Hides     []string `json:"hides"`
		Detector  bool     `json:"detector"`
		Signs     int      `json:"signs"`
	}
	out := []one{}
	for _, k := range list {
		out = append(out, one{k.ID, k.Title, k.Family, string(k.RefusedBy), string(k.FaultAt), append([]string{}, k.Hides...),
			k.Suspect != nil, len(known.Signs.Signs(k.ID))})
	}
	b, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		panic(err) // strings only
	}
	return string(b) + "\n"
}

// causesText lists the causes; the last line counts them, and all when some were left out. Titles of a user's own pages
// are foreign text.
func causesText(list []*cause.Cause, of int, o report.TextOptions) string {
	escape := escaper(o)
	var b strings.Builder
	longest := 0
	for _, k := range list {
		longest = max(longest, len(k.ID))
	}
	family := ""
	for _, k := range list {
		if o.Plain || o.Quiet {
			fmt.Fprintf(&b, "%s: %s (%s)\n", k.ID, escape(k.Title), k.Family)
			continue
		}
		if k.Family != family {
			if family != "" {
				b.WriteByte('\n')
			}
			family = k.Family
			b.WriteString(family + "\n")
		}
		first := fmt.Sprintf("  %-*s  ", longest, k.ID)
		if o.Width < longest+30 {
			b.WriteString("  " + k.ID + "\n")
			first = "      "
		}
		b.WriteString(strings.Join(report.Wrap(first, escape(k.Title), o.Width), "\n") + "\n")
	}
	if len(list) > 0 {
		b.WriteByte('\n')
	}
	if len(list) < of {
		fmt.Fprintf(&b, "%d of %d causes. One in full: why401 explain ID\n", len(list), of)
	} else {
		fmt.Fprintf(&b, "%d causes. One in full: why401 explain ID\n", of)
	}
	return b.String()
}

// escaper makes foreign text harmless for the screen that o describes.
func escaper(o report.TextOptions) func(string) string {
	if o.ASCII {
		return report.ASCII
	}
	return report.Terminal
}
