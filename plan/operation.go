package plan

import (
	"fmt"
	"path"
	"strings"

	"treaty/plan/tree"
)

// state is what a side has, with all that is known of it.
func (d *difference) state(side Side) *tree.State {
	if !d.has(side) {
		return nil
	}
	it := d.now(side)
	s := (&tree.Entry{Type: it.Type, Size: it.Size, Mtime: it.Mtime, Mode: it.Mode, Target: it.Target()}).State()
	if s.Type == tree.File {
		s.SHA256 = d.sum(side)
	}
	if sum := tree.SumOf(d.rare.all().subtree[side]); sum != nil {
		s.Rare = sum
	}
	return s
}

// operationOf states what a change comes to.
func operationOf(p *policy, d *difference, c change) Operation {
	name := c.renamed.all()
	op := Operation{Side: c.side, Action: c.action, Path: d.at(c.side), Rare: Rare{From: name.from}.orNone(),
		Reason: c.reason, Before: d.state(c.side), Decision: Apply}
	if name.to != tree.Root {
		op.Path = name.to
	}
	switch c.action {
	case Create, Update:
		op.After = d.state(c.side.Other())
		op.After.LeaveSubtree()
		if op.After.Type == tree.File {
			op.Take(&Source{Tree: c.side.Other(), Path: d.at(c.side.Other())})
		}
	case Move, Chmod, Touch:
		after := *op.Before
		op.After = &after
	}
	if op.After != nil && op.After.Type != tree.Symlink {
		op.After.Mode = c.mode
		if c.inferMode {
			op.After.Mode = inferMode(p, d, c.side)
		}
		if op.After.Type == tree.File {
			op.After.Mtime = c.mtime
		}
	}
	if op.Before != nil {
		op.Before.LeaveSubtree()
	}
	if p.options.Hash == HashConflicts && c.action != Move {
		for _, s := range []*tree.State{op.Before, op.After} {
			if s != nil {
				s.SHA256 = tree.Hash{}
			}
		}
	}
	return op
}

// warnOfLosses reports what operations lose or what a person should look at, each kind of loss once.
func warnOfLosses(dr *draft) {
	var extras, links, modes Sides[int]
	for _, d := range dr.differences {
		for _, c := range d.verdict.changes {
			from := c.side.Other()
			if c.action != Create && c.action != Update {
				continue
			}
			if losesMode(dr.policy, d, from) {
				modes[from]++
			}
			if d.read(from).Extras {
				extras[from]++
			}
			if d.now(from).Links > 1 {
				links[from]++
			}
			if e := d.now(from); e.Type == tree.Symlink && escapes(d.at(from), e.Target()) {
				path := d.at(from)
				dr.warn(SymlinkEscapes, &from, &path,
					"the link's target "+fmt.Sprintf("%q", e.Target())+" lies outside the tree")
			}
		}
	}
	for _, side := range BothSides {
		var lost []string
		if extras[side] > 0 {
			lost = append(lost, "extended attributes or access control lists of "+numberOf(extras[side], "file"))
		}
		if links[side] > 0 {
			lost = append(lost, "the hard links of "+numberOf(links[side], "file"))
		}
		if modes[side] > 0 {
			dr.warn(ModeLost, &side, nil, fmt.Sprintf("%s has no modes, and neither name nor first bytes tell the executable "+
				"bit of %s; whoever takes them from there needs executable.overrides in the config",
				side.Other(), numberOf(modes[side], "new file")))
		}
		if len(lost) > 0 {
			dr.warn(MetadataLost, &side, nil, "not carried over: "+strings.Join(lost, " and "))
		}
	}
}

func numberOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// escapes tells whether a link at p points out of its tree: any absolute target does, and a relative
// one that climbs above the root, wherever it comes back in.
func escapes(p tree.Path, target string) bool {
	if path.IsAbs(target) {
		return true
	}
	depth := p.Depth() - 1
	for component := range strings.SplitSeq(target, "/") {
		switch component {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return true
			}
		default:
			depth++
		}
	}
	return false
}
