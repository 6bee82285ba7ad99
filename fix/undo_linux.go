package fix

import (
	"context"
	"fmt"
	"slices"
)

// Undo puts back what the plan id changed: bytes, owner, mode, attributes. It needs neither a network nor a running server:
// these are told afterwards, if they are there. The error is a *Refused when a file was changed by somebody else since, a
// *NeedsPerson when the files are back and the server does not take them.
func (s *Store) Undo(ctx context.Context, id string, o Options) (*Result, error) {
	if err := s.begin(); err != nil {
		return nil, err
	}
	defer s.end()
	p, err := s.Plan(id)
	if err != nil {
		return nil, err
	}
	said, err := s.recoverOne(id)
	if err != nil {
		return nil, err
	}
	for _, line := range said {
		o.say(line, "ok")
	}
	steps, err := s.steps(id)
	if err != nil {
		return nil, err
	}
	state, err := p.state(steps)
	if err != nil {
		return nil, err
	}
	switch state {
	case Planned, Back, Undone:
		return nil, refuse("the fix %s is not in force (%s): there is nothing to undo", id, state)
	case Unseen:
		return nil, refuse("how the fix %s stands cannot be seen: %v", id, p.unseen)
	case Changed:
		return nil, refuse("a file or row of the fix %s was changed by somebody else since: look at it, and put back by hand what you want back; what was there before is in %s, with a README", id, s.UndoFolder(id))
	}
	for i := range p.Files {
		if f := &p.Files[i]; !slices.Equal(linksTo(f.Path), f.Links) {
			return nil, refuse("%s is linked otherwise than before the fix: put %s back by hand; %s says how", f.Path, f.Real, s.UndoFolder(id))
		}
	}
	unlock, err := p.lock()
	if err != nil {
		return nil, err
	}
	defer unlock()
	var before checks
	if r := o.Controls.look(ctx); r != nil {
		before = r
	}
	return s.takeBack(ctx, p, o, before)
}

// look asks the other request before an undo. nil when it cannot be asked: the server need not run for an undo.
func (c *Controls) look(ctx context.Context) *run {
	if c == nil {
		return nil
	}
	r, err := c.begin()
	if err != nil {
		return nil
	}
	if r.before, err = ask(ctx, r.otherSender, c.habits(), r.other, "another request, before the undo"); err != nil || r.before.Response == nil {
		return nil
	}
	return r
}

func (s *Store) takeBack(ctx context.Context, p *Plan, o Options, run checks) (*Result, error) {
	res := &Result{ID: p.ID}
	stuck := func(format string, args ...any) (*Result, error) {
		why := fmt.Sprintf(format, args...)
		s.note(p.ID, stepStuck, why)
		return res, &NeedsPerson{ID: p.ID, Why: why, Dir: s.UndoFolder(p.ID)}
	}
	if ctx.Err() != nil {
		return nil, refuse("interrupted before anything was put back")
	}
	ctx = context.WithoutCancel(ctx) // an undo that has begun is carried out
	if err := s.note(p.ID, stepUndoing, ""); err != nil {
		return nil, err
	}
	if err := s.putBack(p); err != nil {
		c := &change{s: s, p: p}
		if again := s.putBack(p); again != nil || c.still() {
			return stuck("what was there could not be put back: %v", err)
		}
	}
	o.say("put back "+p.things(), "ok")
	if err := p.clean(ctx); err != nil {
		return stuck("the old rows are back, but %v", err)
	}
	if o.Server != nil {
		// The files are what they were: a test that fails now failed before the fix, too. It is said, and changes nothing.
		if err := o.Server.test(ctx); err != nil {
			return stuck("the old files are back, but the server's own test fails with them: %v", err)
		}
		if o.Server.Reload != nil {
			if err := o.Server.reload(ctx); err != nil {
				return stuck("the old files are back, but the server did not take them: %v", err)
			}
			o.say("reloaded: "+o.Server.Reload.String(), "ok")
		}
	}
	if err := s.note(p.ID, stepUndone, ""); err != nil {
		res.Notes = append(res.Notes, err.Error())
	}
	if run == nil {
		return res, nil
	}
	other, _ := run.again(ctx, "another request, after the undo")
	res.Controls = append(res.Controls, other)
	(&change{o: o}).show(res.Controls)
	if !other.Held {
		return stuck("the old files are back, but another request is answered with %s and no longer %s", other.Got, other.Want)
	}
	return res, nil
}
