package plan

import "treaty/plan/tree"

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
