package plan

import (
	"fmt"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// maxPath is the length of the longest path that the systems treaty runs on take, in bytes, with some
// room left for the root.
const maxPath = 4096 - 512

// capacity is what a side can hold: of what it cannot hold it says why, by a code that is "" where it can.
type capacity struct {
	side Side
	*tree.Traits
}

// capacity is that of a side.
func (c *clocks) capacity(side Side) capacity { return capacity{side, &c.traits[side]} }

// forbids says why the side cannot get by an action what the other side has, and what to do about it.
func (c capacity) forbids(action Action, d *difference) (Code, string) {
	if action != Create && action != Update {
		return "", ""
	}
	e := d.now(c.side.Other())
	where, path := c.side.String(), d.at(c.side.Other())
	fresh := action == Create || e.Type != d.now(c.side).Type // what is of another type is made anew
	code, why := c.unfit(d.at(c.side), e.Type, e.Size, fresh)
	switch code {
	case SymlinkNotSupported:
		return code, why + "; put the link " + intoRules(path) + ", or copy what it points to"
	case TooLarge:
		return code, why + "; split it, or put it " + intoRules(path)
	case PathTooLong:
		return code, why
	}
	alias, twin := d.rare.all().alias[c.side], d.rare.all().twin[c.side]
	switch {
	case !fresh:
		return "", ""
	case !d.has(c.side) && twin != tree.Root:
		return NameCollision, fmt.Sprintf("%s holds %q beside another name that differs only in case or accents, and may "+
			"take what is made in either for one; rename one of them, or put one in .treatyignore", where, twin)
	case d.collides[c.side]:
		return NameCollision, where + " cannot hold it beside another name that differs only in case or accents; " +
			"rename one of them, or put one in .treatyignore"
	case alias != "":
		return NameCollision, fmt.Sprintf("on %s it may be the short name of %q; rename it, or put it %s",
			where, alias, intoRules(path))
	case code != "":
		return code, why + "; rename it, or put it " + intoRules(path)
	case d.fate == doomed:
		return c.forbidsAbove(d.at(c.side))
	}
	return "", ""
}

// forbidsAbove says by which name in its path a directory that was deleted, and in which something is to be, cannot be
// made again.
func (c capacity) forbidsAbove(path tree.Path) (Code, string) {
	for dir := path.Parent(); dir != tree.Root; dir = dir.Parent() {
		if why := c.NameProblem(dir.Base()); why != "" {
			return NameNotAllowed, fmt.Sprintf("on %s: %s; rename %q", c.side, why, dir)
		}
	}
	return "", ""
}

// forbidsAnew tells whether the side could not make again what it has.
func (c capacity) forbidsAnew(d *difference) bool {
	code, _ := c.unfit(d.at(c.side), d.now(c.side).Type, d.now(c.side).Size, true)
	return code != ""
}

// unfit says why the side cannot have an entry at a path. A name that is there already, one that is not fresh, is none
// of its reasons.
func (c capacity) unfit(path tree.Path, kind tree.Type, size int64, fresh bool) (Code, string) {
	name := path.Base()
	switch {
	case kind == tree.Symlink && !c.Symlinks:
		return SymlinkNotSupported, "the filesystem of " + c.side.String() + " has no symlinks"
	case kind == tree.File && c.MaxFileSize != nil && size > *c.MaxFileSize:
		return TooLarge, fmt.Sprintf("the file has %d bytes, and %s takes %d at most", size, c.side, *c.MaxFileSize)
	case !fresh:
		return "", ""
	case c.NameLength(name) > tree.MaxName:
		return PathTooLong, fmt.Sprintf("the name is %d long, and %s takes %d at most; give it a shorter one",
			c.NameLength(name), c.side, tree.MaxName)
	case len(path) > maxPath, path.Depth() > tree.MaxDepth:
		return PathTooLong, fmt.Sprintf("the path is %d bytes long and %d folders deep; %d and %d are the most; move it "+
			"further up", len(path), path.Depth(), maxPath, tree.MaxDepth)
	}
	if why := c.NameProblem(name); why != "" {
		return NameNotAllowed, "on " + c.side.String() + ": " + why
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

// fits tells whether both sides can hold a name of that length.
func (p *policy) fits(name string) bool {
	for _, side := range BothSides {
		if p.traits[side].NameLength(name) > tree.MaxName {
			return false
		}
	}
	return true
}
