package bisect

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// hunt is one search with one request.
type hunt struct {
	q       *questions
	l       listing
	res     *Result
	refused reply // with every plugin on; empty text when it was not asked
	without reply // with every plugin off
	s       *search
}

// differs is the error for a question that had two answers.
type differs struct{ what, first, second string }

func (d *differs) Error() string {
	return fmt.Sprintf("%s: first %s, then %s", d.what, d.first, d.second)
}

// ask sends a question and notes it as a step.
func (h *hunt) ask(ctx context.Context, off []bool, theme, repeat bool) (reply, answer, error) {
	n := 0
	for _, o := range off {
		if o {
			n++
		}
	}
	what := h.named(off, n)
	if theme {
		what += ", and the theme"
	}
	set := key(off) + map[bool]string{false: "0", true: "1"}[theme]
	r, err := h.q.with(ctx, h.l.Digest, set, what)
	if err != nil {
		return r, there, err
	}
	a, meant := there, "refused otherwise"
	switch {
	case h.refused.text != "" && r.text == h.refused.text:
		meant = "as before"
	case h.without.text != "" && r.text == h.without.text, h.without.in && r.in:
		a, meant = gone, "as without any plugin"
	case r.fails:
		a, meant = broken, "fails"
	case r.in:
		a, meant = gone, "let in"
	}
	if r.in && a == gone {
		meant = "let in"
	}
	if h.refused.text == "" && h.without.text != "" && a != gone {
		h.refused = r // a password is not sent only to see it refused: here it was
	}
	h.res.Steps = append(h.res.Steps, Step{What: what, Answer: r.text, Meant: meant, Repeat: repeat})
	return r, a, nil
}

func (h *hunt) named(off []bool, n int) string {
	all := len(off)
	switch {
	case n == 0:
		return fmt.Sprintf("all %d plugins on", all)
	case n == all:
		return fmt.Sprintf("all %d plugins off", all)
	}
	var names []string
	if n <= 2 || all-n <= 2 {
		for i, o := range off {
			if o == (n <= 2) {
				names = append(names, h.res.Active[i].Name)
			}
		}
		if n <= 2 {
			return "off: " + strings.Join(names, ", ")
		}
		return "on alone: " + strings.Join(names, ", ")
	}
	return fmt.Sprintf("%d of %d plugins off", n, all)
}

// begin asks with every plugin on, twice, and with every one off. refusals is what may be spent; with a password the first
// question is left out.
func (h *hunt) begin(ctx context.Context, refusals int) error {
	n := len(h.res.Active)
	h.s = newSearch(order(h.res.Active), refusals, func(ctx context.Context, off []bool) (answer, error) {
		_, a, err := h.ask(ctx, off, false, false)
		return a, err
	})
	none, all := make([]bool, n), make([]bool, n)
	for i := range all {
		all[i] = true
	}
	var err error
	if refusals != 1 {
		if h.refused, _, err = h.ask(ctx, none, false, false); err != nil {
			return err
		}
		if !h.refused.in && h.s.refusals > 0 {
			h.s.refusals--
		}
		if refusals < 0 {
			again, _, err := h.ask(ctx, none, false, true)
			if err != nil {
				return err
			}
			if again.text != h.refused.text {
				return &differs{"all plugins on", h.refused.text, again.text}
			}
		}
		if h.refused.in {
			return nil
		}
		h.s.memo[key(none)] = there
	}
	if h.without, _, err = h.ask(ctx, all, false, false); err != nil {
		return err
	}
	if h.without.text == h.refused.text || h.refused.text == "" && !h.without.in {
		if h.s.refusals > 0 {
			h.s.refusals--
		}
		return nil
	}
	h.s.memo[key(all)] = gone
	return nil
}

// changes reports that the answer depends on the plugins.
func (h *hunt) changes() bool {
	if h.refused.text == "" {
		return h.without.in
	}
	return !h.refused.in && h.without.text != h.refused.text && !(h.without.fails && !h.refused.fails)
}

// theme asks with every plugin and the theme off, when plugins alone make no difference.
func (h *hunt) theme(ctx context.Context) (bool, error) {
	all := slices.Repeat([]bool{true}, len(h.res.Active))
	r, _, err := h.ask(ctx, all, true, false)
	if err != nil || r.text == h.refused.text || r.fails && !h.refused.fails {
		return false, err
	}
	h.without = r
	again, _, err := h.ask(ctx, make([]bool, len(all)), true, false) // the theme alone
	return err == nil && again.text == r.text, err
}

// find runs the search and fills in what was found.
func (h *hunt) find(ctx context.Context) error {
	if h.s.refusals == 0 {
		h.res.Left = h.res.Active
		return errSpent
	}
	var found []int
	for hi := len(h.res.Active); ; {
		k, from, err := h.s.first(ctx, 0, hi, found, nil)
		if err != nil {
			h.res.Left = h.plugins(h.s.order[from:k])
			h.res.Guards = h.plugins(found)
			return err
		}
		found = append(found, h.s.order[k-1])
		a, err := h.s.question(ctx, h.s.set(0, found, nil))
		if errors.Is(err, errSpent) {
			h.res.Notes = append(h.res.Notes, "the request may not be refused once more, so it was not seen whether a second plugin refuses it, too")
			break
		}
		if err != nil {
			return err
		}
		if a == gone {
			break
		}
		if hi = k - 1; hi == 0 {
			return &differs{h.named(h.s.set(0, found, nil), len(found)), "as without any plugin", "refused or failing"}
		}
	}
	return h.verify(ctx, found)
}

// verify asks the deciding questions again, and what each of the plugins does by itself.
func (h *hunt) verify(ctx context.Context, found []int) error {
	if h.s.refusals >= 0 {
		h.res.Guards = h.plugins(found)
		return h.confirm(ctx, found)
	}
	var guards, needing []int
	for i, p := range found {
		if len(found) == 1 {
			guards = found
			break
		}
		others := slices.Delete(slices.Clone(found), i, i+1)
		a, err := h.s.question(ctx, h.s.set(0, others, nil))
		switch {
		case err != nil:
			return err
		case a == broken:
			needing = append(needing, p)
		case a == there:
			guards = append(guards, p)
		default:
			return &differs{h.named(h.s.set(0, others, nil), len(others)), "refused on the way", "let in"}
		}
	}
	h.res.Guards, h.res.Needing = h.plugins(guards), h.plugins(needing)
	for _, again := range []struct {
		off  []int
		want answer
	}{{nil, there}, {found, gone}, {nil, there}} {
		off := h.s.set(0, again.off, nil)
		r, a, err := h.ask(ctx, off, false, true)
		if err != nil {
			return err
		}
		if a != again.want {
			was := h.refused.text
			if again.want == gone {
				was = h.without.text
			}
			return &differs{h.named(off, len(again.off)), was, r.text}
		}
	}
	h.res.Repeated = true
	return h.alone(ctx, guards)
}

// confirm repeats what a credential allows: that the request is let in, and, where a refusal is left, that it is refused.
func (h *hunt) confirm(ctx context.Context, found []int) error {
	if h.s.refusals == 0 {
		return nil
	}
	off := h.s.set(0, nil, nil)
	r, a, err := h.ask(ctx, off, false, true)
	if err != nil {
		return err
	}
	if a == gone {
		return &differs{"all plugins on", "refused, as was told", r.text}
	}
	if h.refused.text == "" {
		h.refused = r
	}
	return nil
}

// alone sees whether each guard refuses when every other plugin is off, and if the one does not, what it needs to refuse.
func (h *hunt) alone(ctx context.Context, guards []int) error {
	n := len(h.res.Active)
	h.res.Alone = len(guards) > 0
	for _, g := range guards {
		keep := append([]int{g}, h.requires(g)...)
		a, err := h.s.question(ctx, h.s.set(n, nil, keep))
		if err != nil {
			return err
		}
		if a == there {
			continue
		}
		h.res.Alone = false
		if a == broken || len(guards) > 1 {
			continue
		}
		for a == gone && len(keep) < 6 {
			k, _, err := h.s.first(ctx, 0, n, nil, keep)
			if err != nil {
				return err
			}
			keep = append(keep, h.s.order[k-1])
			h.res.Partners = append(h.res.Partners, h.res.Active[h.s.order[k-1]])
			if a, err = h.s.question(ctx, h.s.set(n, nil, keep)); err != nil {
				return err
			}
		}
	}
	return nil
}

// requires gives what p says that it needs, and what those need.
func (h *hunt) requires(p int) []int {
	var out []int
	todo := []int{p}
	for len(todo) > 0 {
		at := todo[0]
		todo = todo[1:]
		for i, o := range h.res.Active {
			if slices.Contains(h.res.Active[at].Requires, o.folder()) && i != p && !slices.Contains(out, i) {
				out, todo = append(out, i), append(todo, i)
			}
		}
	}
	return out
}

func (h *hunt) plugins(numbers []int) []Plugin {
	var out []Plugin
	for _, i := range numbers {
		out = append(out, h.res.Active[i])
	}
	return out
}
