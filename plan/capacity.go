package plan

import (
	"fmt"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// maxPath is the length of the longest path that the systems treaty runs on take, in bytes, with some
// room left for the root.
const maxPath = 4096 - 512

// cannotHold says why the side that c changes cannot hold what it should, and what to do about it, and "" where it can.
func (p *policy) cannotHold(d *difference, c change) (Code, string) {
	if c.action != Create && c.action != Update {
		return "", ""
	}
	e := d.now(c.side.Other())
	where, path := c.side.String(), d.at(c.side.Other())
	fresh := c.action == Create || e.Type != d.now(c.side).Type // what is of another type is made anew
	code, why := unfit(c.side, &p.traits[c.side], d.at(c.side), e.Type, e.Size, fresh)
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
		return cannotMake(&p.traits[c.side], where, d.at(c.side).Parent())
	}
	return "", ""
}

// binds tells whether a side that has an entry cannot make it anew, so that what it lies in gets no other name.
func (c *clocks) binds(side Side, path tree.Path, kind tree.Type, size int64) bool {
	code, _ := unfit(side, &c.traits[side], path, kind, size, true)
	return code != ""
}

// unfit says why a side with these traits cannot have an entry at a path, and "" where it can. A name that is there
// already, one that is not fresh, is none of its reasons.
func unfit(side Side, traits *tree.Traits, path tree.Path, kind tree.Type, size int64, fresh bool) (Code, string) {
	name := path.Base()
	switch {
	case kind == tree.Symlink && !traits.Symlinks:
		return SymlinkNotSupported, "the filesystem of " + side.String() + " has no symlinks"
	case kind == tree.File && traits.MaxFileSize != nil && size > *traits.MaxFileSize:
		return TooLarge, fmt.Sprintf("the file has %d bytes, and %s takes %d at most", size, side, *traits.MaxFileSize)
	case !fresh:
		return "", ""
	case traits.NameLength(name) > tree.MaxName:
		return PathTooLong, fmt.Sprintf("the name is %d long, and %s takes %d at most; give it a shorter one",
			traits.NameLength(name), side, tree.MaxName)
	case len(path) > maxPath, path.Depth() > tree.MaxDepth:
		return PathTooLong, fmt.Sprintf("the path is %d bytes long and %d folders deep; %d and %d are the most; move it "+
			"further up", len(path), path.Depth(), maxPath, tree.MaxDepth)
	}
	if why := traits.NameProblem(name); why != "" {
		return NameNotAllowed, "on " + side.String() + ": " + why
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
