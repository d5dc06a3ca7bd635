package plan

import (
	"fmt"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// maxPath is the length of the longest path that the systems treaty runs on take, in bytes, with some
// room left for the root.
const maxPath = 4096 - 512

// cannotHold says why the side that c changes cannot hold what it should, and "" where it can.
func (p *policy) cannotHold(d *difference, c change) (Code, string) {
	if c.action != Create && c.action != Update {
		return "", ""
	}
	traits, name := &p.traits[c.side], d.at(c.side).Base()
	e := d.now(c.side.Other())
	where, path := c.side.String(), d.at(c.side.Other())
	switch {
	case e.Type == tree.Symlink && !traits.Symlinks:
		return SymlinkNotSupported, "the filesystem of " + where + " has no symlinks; put the link " +
			intoRules(path) + ", or copy what it points to"
	case e.Type == tree.File && traits.MaxFileSize != nil && e.Size > *traits.MaxFileSize:
		return TooLarge, fmt.Sprintf("the file has %d bytes, and %s takes %d at most; split it, or put it %s",
			e.Size, where, *traits.MaxFileSize, intoRules(path))
	case c.action == Update && e.Type == d.now(c.side).Type:
		return "", ""
	case traits.NameLength(name) > tree.MaxName:
		return PathTooLong, fmt.Sprintf("the name is %d long, and %s takes %d at most; give it a shorter one",
			traits.NameLength(name), where, tree.MaxName)
	case len(d.at(c.side)) > maxPath, d.at(c.side).Depth() > tree.MaxDepth:
		return PathTooLong, fmt.Sprintf("the path is %d bytes long and %d folders deep; %d and %d are the most; move it "+
			"further up",
			len(d.at(c.side)), d.at(c.side).Depth(), maxPath, tree.MaxDepth)
	case d.collides[c.side]:
		return NameCollision, where + " cannot hold it beside another name that differs only in case or accents; " +
			"rename one of them, or put one in .treatyignore"
	case d.rare.all().alias[c.side] != "":
		return NameCollision, fmt.Sprintf("on %s it may be the short name of %q; rename it, or put it %s",
			where, d.rare.all().alias[c.side], intoRules(path))
	}
	if why := traits.NameProblem(name); why != "" {
		return NameNotAllowed, "on " + where + ": " + why + "; rename it, or put it " + intoRules(path)
	}
	if d.fate == doomed {
		return cannotMake(traits, where, d.at(c.side).Parent())
	}
	return "", ""
}

// cannotMake says why a volume cannot get a directory again that was deleted, by a name in its path; "" where it can.
func cannotMake(traits *tree.Traits, where string, dir tree.Path) (Code, string) {
	for ; dir != tree.Root; dir = dir.Parent() {
		if why := traits.NameProblem(dir.Base()); why != "" {
			return NameNotAllowed, fmt.Sprintf("on %s: %s; rename %q", where, why, dir)
		}
	}
	return "", ""
}

// intoRules is where to put a path that is to be left out: as the line to write, where that is not just its name.
func intoRules(path tree.Path) string {
	if ignore.Plain(string(path)) {
		return "in .treatyignore"
	}
	return "in .treatyignore as " + ignore.Literal(string(path))
}

// maxName tells whether both sides can hold a name of that length.
func (p *policy) maxName(name string) bool {
	for _, side := range BothSides {
		if p.traits[side].NameLength(name) > tree.MaxName {
			return false
		}
	}
	return true
}
