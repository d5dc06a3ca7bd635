package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"treaty/cmd/treaty/internal/render"
	"treaty/plan"
)

// choiceKey is a key that settles a conflict.
type choiceKey struct {
	key    byte
	choice plan.Resolution
	name   string
}

// choiceKeys are all of them, in the order in which they are offered.
var choiceKeys = []choiceKey{
	{'l', plan.TakeLocal, "[l]ocal"},
	{'r', plan.TakeRemote, "[r]emote"},
	{'n', plan.TakeNewer, "[n]ewer"},
	{'b', plan.KeepBoth, "[b]oth"},
	{'s', plan.SkipPath, "[s]kip"},
}

// resolving asks a person for each conflict of a plan that is not resolved.
type resolving struct {
	*app
	*keyboard
	plan *plan.Plan
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
		c := s.conflict(left[0])
		err := s.one(c, len(left))
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
	all := ""
	if left > 1 {
		all = ", [A]ll"
	}
	question := fmt.Sprintf("#%d %s: %s, [d]iff%s, [q]uit, [?]", c.ID, render.Name(string(c.Path)),
		offered(c.Allowed()), all)
	key, err := s.press(s.app, question)
	if err != nil {
		return err
	}
	switch {
	case key == 'q' || key == keyEnd:
		return errLeft
	case key == '?':
		return s.help(c)
	case key == 'd':
		return s.show(c)
	case key == 'A' && left > 1:
		return s.every(left)
	}
	return s.take(key, c.ID)
}

// offered are the keys of some choices.
func offered(choices []plan.Resolution) string {
	var names []string
	for _, k := range choiceKeys {
		if slices.Contains(choices, k.choice) {
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ", ")
}

// every asks for one choice for all conflicts that are left and allow it.
func (s *resolving) every(left int) error {
	key, err := s.press(s.app, fmt.Sprintf("all %d: %s, or another key for none", left, offered(plan.Resolutions[:])))
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
		return s.lines(s.app, groups(refused, k.choice)...)
	}
	return s.lines(s.app, "this key does nothing here; ? tells which do")
}

// show shows a conflict whole, with its diff.
func (s *resolving) show(c *plan.Conflict) error {
	opts := s.view(s.plan, true)
	opts.Undoes, opts.Only = nil, &render.Selection{IDs: map[int]bool{c.ID: true}}
	return render.Show(s.facing(), s.plan, opts)
}

// help says what the keys do to a conflict.
func (s *resolving) help(c *plan.Conflict) error {
	var lines []string
	for _, k := range choiceKeys {
		if slices.Contains(c.Allowed(), k.choice) {
			lines = append(lines, fmt.Sprintf("%c  %s", k.key, c.Choices[k.choice]))
		}
	}
	return s.lines(s.app, append(lines, "d  show both states, and the diff",
		"A  the next choice is for all that are left and allow it",
		"q  leave; nothing is changed")...)
}
