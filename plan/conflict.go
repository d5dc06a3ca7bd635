package plan

import (
	"fmt"

	"treaty/plan/tree"
)

// conflictOf states a conflict with all that a person needs to choose.
func conflictOf(p *policy, d *difference) Conflict {
	c := Conflict{Kind: d.verdict.kind, Path: d.at(Local),
		Local: d.state(Local), Remote: d.state(Remote), Base: d.base.State()}
	if c.Local == nil {
		c.Path = d.at(Remote)
	}
	if c.Kind == RenamedDifferently {
		c.RemotePath = d.at(Remote)
	}
	c.Choices = choicesOf(p, d, &c)
	if c.Choices.Allows(KeepBoth) && c.Kind != RenamedDifferently {
		name := keepBothName(d.at(Local).Base(), d.now(Remote).Type, max(d.rare.all().keepBoth, 1), p.fits)
		c.KeepBothAs = d.at(Local).Parent().Join(name)
	}
	c.reword()
	return c
}

// reword says of each choice what it does, by what the states say. Whatever a plan says of them is only words; what
// the states allow no choice is none.
func (c *Conflict) reword() {
	for r := range c.Choices {
		if c.lacks(r) != "" {
			delete(c.Choices, r)
			continue
		}
		c.Choices[r] = c.Says(r, ownWords)
	}
}

// choicesOf has exactly the resolutions that the conflict allows, yet without words.
func choicesOf(p *policy, d *difference, c *Conflict) Choices {
	choices := Choices{SkipPath: ""}
	var can Sides[bool]
	for _, side := range BothSides {
		code, _ := p.capacity(side.Other()).forbids(Create, d)
		can[side] = code == "" || c.State(side) == nil
		if can[side] {
			choices[Take(side)] = ""
		}
	}
	if c.Local == nil || c.Remote == nil {
		return choices
	}
	if can[Local] && can[Remote] && lacksBoth(c) == "" {
		if !d.rare.all().bound && d.rare.all().twin == (Sides[tree.Path]{}) {
			choices[KeepBoth] = ""
		}
		if newer, ok := c.Newer(); ok && !p.near(c.Local.Mtime, c.Remote.Mtime) &&
			newer == p.newer(c.Local.Mtime, c.Remote.Mtime) {
			choices[TakeNewer] = ""
		}
	}
	return choices
}

// Newer is the side whose file is the newer one; false where there are not two files of different
// times.
func (c *Conflict) Newer() (Side, bool) {
	if c.Local.Of() != tree.File || c.Remote.Of() != tree.File || c.Local.Mtime == c.Remote.Mtime {
		return 0, false
	}
	if c.Remote.Mtime.Before(c.Local.Mtime) {
		return Local, true
	}
	return Remote, true
}

func describe(s *tree.State) string {
	switch s.Type {
	case tree.Directory:
		if all := s.Subtree(); all != nil {
			if all.Entries == 1 {
				return "the directory with 1 entry"
			}
			return fmt.Sprintf("the directory with %d entries", all.Entries)
		}
		return "the directory"
	case tree.Symlink:
		return fmt.Sprintf("the link to %q", s.Target())
	}
	if s.Size == 1 {
		return "the file of 1 byte"
	}
	return fmt.Sprintf("the file of %d bytes", s.Size)
}
