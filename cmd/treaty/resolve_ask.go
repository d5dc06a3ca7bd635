package main

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
)

// choiceKey is a key that settles a conflict.
type choiceKey struct {
	key    byte
	choice plan.Resolution
	name   string // of the key, where the tree that is taken has none
}

// choiceKeys are all of them, in the order in which they are offered.
var choiceKeys = []choiceKey{
	{'l', plan.TakeLocal, "[l]ocal"},
	{'r', plan.TakeRemote, "[r]emote"},
	{'n', plan.TakeNewer, "[n]ewer"},
	{'m', plan.TakeMerged, "[m]erged"},
	{'b', plan.KeepBoth, "[b]oth"},
	{'s', plan.SkipPath, "[s]kip"},
}

// resolving asks a person for each conflict of a plan that is not resolved.
type resolving struct {
	*app
	keys *terminal.Keyboard
	plan *plan.Plan
	look render.Options
	// done are the conflicts that each choice settled, the last one last, and again the one to be asked about next, 0
	// for the first that is left.
	done  [][]int
	again int
}

func newResolving(a *app, keyboard *terminal.Keyboard, p *plan.Plan) *resolving {
	return &resolving{app: a, keys: keyboard, plan: p, look: a.view(p, true)}
}

// errLeft: whoever was asked has left.
var errLeft = errors.New("left")

// ask resolves the conflicts of the plan, one key each. Errors are errLeft, or wrap context.Canceled.
func (s *resolving) ask() error {
	for {
		left := unresolvedIDs(s.plan)
		if len(left) == 0 {
			return nil
		}
		id := left[0]
		if slices.Contains(left, s.again) {
			id = s.again
		}
		err := s.one(s.conflict(id), len(left))
		switch {
		case errors.Is(err, io.EOF):
			return errLeft
		case err != nil:
			return err
		}
	}
}

func (s *resolving) conflict(id int) *plan.Conflict {
	at := slices.IndexFunc(s.plan.Conflicts, func(c plan.Conflict) bool { return c.ID == id })
	return &s.plan.Conflicts[at]
}

// one asks once about a conflict, of so many that are left. It stays open where the key settles nothing.
func (s *resolving) one(c *plan.Conflict, left int) error {
	key, err := s.keys.Press(fmt.Sprintf("#%d %s", c.ID, s.look.Alike.Path(c.Path, false)), s.choices(c, left))
	if err != nil {
		return err
	}
	switch {
	case key == 'q' || key == terminal.KeyEnd:
		return errLeft
	case key == '?':
		return s.help(c)
	case key == 'd':
		return s.show(c)
	case key == 'A' && left > 1:
		return s.every(left)
	case key == 'u' && len(s.done) > 0:
		return s.back()
	case key == 'e' && c.Merge != nil:
		return s.edit(c)
	}
	return s.take(key, c.ID)
}

// edit has the merge of a conflict edited. Where that comes to nothing, that is said, and the conflict stays open.
func (s *resolving) edit(c *plan.Conflict) error {
	words, err := editorWords()
	if err == nil {
		e := editing{app: s.app, plan: s.plan, editor: words}
		err = e.made(c, func(text []byte) error { return plan.MergeAs(s.plan, c.ID, text) })
	}
	if err != nil {
		return s.lines(4, render.Escape(err.Error()))
	}
	s.done = append(s.done, []int{c.ID})
	return nil
}

// lines writes lines for whoever presses keys, each from its second line on to hang at a column.
func (s *resolving) lines(hang int, lines ...string) error {
	for _, line := range lines {
		if err := render.Line(s.Facing(), line, 2, hang, s.Style()); err != nil {
			return err
		}
	}
	return nil
}

// choices are the keys that do something to a conflict, of so many that are left.
func (s *resolving) choices(c *plan.Conflict, left int) []string {
	keys := append(s.offered(c.Allowed()), "[d]iff")
	if c.Merge != nil {
		keys = append(keys, "[e]dit")
	}
	if left > 1 {
		keys = append(keys, "[A]ll")
	}
	if len(s.done) > 0 {
		keys = append(keys, "[u]ndo")
	}
	return append(keys, "[q]uit", "[?]")
}

// offered are the keys of some choices: of a side with what its tree is called, unless that is the side.
func (s *resolving) offered(choices []plan.Resolution) []string {
	var names []string
	for _, k := range choiceKeys {
		if slices.Contains(choices, k.choice) {
			names = append(names, k.in(s.look))
		}
	}
	return names
}

// in is the key by its name, or by that of the tree that is taken.
func (k *choiceKey) in(look render.Options) string {
	for _, side := range plan.BothSides {
		if plan.Take(side) == k.choice && look.Names[side] != "" {
			return fmt.Sprintf("[%c] %s", k.key, look.Tree(side))
		}
	}
	return k.name
}

// every asks for one choice for all conflicts that are left and allow it; any key but a choice goes back.
func (s *resolving) every(left int) error {
	key, err := s.keys.Press(fmt.Sprintf("all %d", left),
		append(s.offered(plan.Resolutions[:]), "esc for none"))
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(choiceKeys, func(k choiceKey) bool { return k.key == key }) {
		return nil
	}
	return s.take(key, unresolvedIDs(s.plan)...)
}

// take settles conflicts by the choice of a key, as far as they allow it, and says of the others why not.
func (s *resolving) take(key byte, ids ...int) error {
	for _, k := range choiceKeys {
		if k.key != key {
			continue
		}
		refused, err := s.plan.Resolve(k.choice, ids...)
		if err != nil {
			return err
		}
		open := unresolvedIDs(s.plan)
		ids = slices.DeleteFunc(ids, func(id int) bool { return slices.Contains(open, id) })
		if len(ids) > 0 {
			s.done = append(s.done, ids)
		}
		return s.lines(4, groups(s.plan, refused, k.choice)...)
	}
	return s.lines(4, "this key does nothing here; ? tells which do")
}

// back opens again what the last choice settled, to be asked about next.
func (s *resolving) back() error {
	last := s.done[len(s.done)-1]
	s.done, s.again = s.done[:len(s.done)-1], last[0]
	_, err := s.plan.Resolve(plan.Unresolved, last...)
	return err
}

// show shows a conflict whole, with its diff.
func (s *resolving) show(c *plan.Conflict) error {
	opts := s.look
	opts.Undoes, opts.Only = nil, &render.Selection{IDs: map[int]bool{c.ID: true}}
	return render.Show(s.Facing(), s.plan, opts)
}

// help says what the keys do to a conflict.
func (s *resolving) help(c *plan.Conflict) error {
	var lines []string
	for _, k := range choiceKeys {
		if slices.Contains(c.Allowed(), k.choice) {
			lines = append(lines, fmt.Sprintf("%c %s", k.key, s.look.Choice(c, k.choice)))
		}
	}
	if c.Merge != nil {
		lines = append(lines, "e edit the merge, and take it")
	}
	return s.lines(len("  k  "), append(lines, "d show both states, and the diff",
		"A the next choice is for all that are left and allow it",
		"u go back: ask again about what was settled last",
		"q leave; nothing is changed")...)
}
