package snapshot

import (
	"errors"
	"io"

	"treaty/plan/tree"
	"treaty/schema"
)

// checker holds a file to its rules, line by line.
type checker struct {
	file    *File
	scanner *scanner
	totals  Totals
	// open are the directories on the way to the one whose entries are read, that one included.
	open []*level
}

// level is a directory of which not all that is below was met yet.
type level struct {
	directory
	// lines are what its digest is made of.
	lines []tree.Line
	// below are the lines of directories that are still to come.
	below []int
	last  *tree.Entry
	// ruled tells that its file of rules is listed.
	ruled bool
}

// run holds each line to those before it, up to the last. The error says what is wrong and where.
func (c *checker) run() error {
	if err := c.head(); err != nil {
		return err
	}
	for {
		begins := place{c.scanner.offset, c.scanner.line}
		next, err := c.scanner.decoded(c.dir())
		if err != nil {
			return err
		}
		switch {
		case next.directory != nil:
			err = c.enter(next.directory, begins)
		case next.record != nil:
			err = c.entry(next.record)
		case next.end != nil:
			return c.end(next.end)
		default:
			err = c.scanner.wrong("a second head")
		}
		if err != nil {
			return err
		}
	}
}

// head reads the first line, which says which version all are of.
func (c *checker) head() error {
	first, err := c.scanner.decoded(tree.Root)
	if err != nil {
		return err
	}
	if first.head == nil {
		return c.scanner.wrong("it does not begin as a snapshot does")
	}
	c.file.Head = *first.head
	c.file.newer = schema.Snapshot.Newer(first.head.FormatVersion)
	c.scanner.newer = c.file.newer
	return nil
}

func (c *checker) dir() tree.Path {
	if len(c.open) == 0 {
		return tree.Root
	}
	return c.open[len(c.open)-1].path
}

// enter begins a directory, which must be the next that is due.
func (c *checker) enter(d *directory, at place) error {
	if err := c.ruled(); err != nil {
		return err
	}
	due, any := c.due()
	switch {
	case !any:
		return c.scanner.wrong("the directory %s is not due here: no entry before says so", d.path.Quoted())
	case d.path != due:
		return c.scanner.wrong("the directory %s is not due here, but %s", d.path.Quoted(), due.Quoted())
	case d.path.Depth() > tree.MaxDepth && d.obstacle == "":
		return c.scanner.wrong("it is more than %d directories deep", tree.MaxDepth-1)
	}
	c.file.places[d.path] = at
	c.open = append(c.open, &level{directory: *d})
	return nil
}

// due is the directory that comes next, once all are closed in which none is to come; false where none does.
func (c *checker) due() (tree.Path, bool) {
	if len(c.open) == 0 {
		return tree.Root, len(c.file.places) == 0
	}
	for {
		top := c.open[len(c.open)-1]
		if len(top.below) > 0 {
			return top.path.Join(top.lines[top.below[0]].Entry.Name), true
		}
		if len(c.open) == 1 {
			return "", false
		}
		c.leave()
	}
}

// leave closes the last directory.
func (c *checker) leave() {
	top := c.open[len(c.open)-1]
	c.open = c.open[:len(c.open)-1]
	above := c.open[len(c.open)-1]
	above.lines[above.below[0]].Below = tree.Digest(top.lines)
	above.below = above.below[1:]
}

// entry adds an entry to the last directory.
func (c *checker) entry(r *record) error {
	if len(c.open) == 0 {
		return c.scanner.wrong("an entry before the first directory")
	}
	top := c.open[len(c.open)-1]
	if top.last != nil {
		switch order := tree.Order(top.last, &r.Entry); {
		case order == 0:
			return c.scanner.wrong("%q is there twice", r.Name)
		case order > 0:
			return c.scanner.wrong("%q is not in its order", r.Name)
		}
	}
	top.last = &r.Entry
	top.ruled = top.ruled || r.ruleFile()
	if r.Ruling != tree.InScope {
		return nil
	}
	c.totals.count(&r.Entry)
	top.lines = append(top.lines, tree.Line{Entry: &r.Entry})
	if r.descends() {
		top.below = append(top.below, len(top.lines)-1)
	}
	return nil
}

// descends tells whether a directory's own line is to come.
func (r *record) descends() bool {
	return r.Type == tree.Directory && r.Obstacle == "" && r.Ruling == tree.InScope
}

// end holds the last line to all before.
func (c *checker) end(end *Totals) error {
	if err := c.ruled(); err != nil {
		return err
	}
	due, any := c.due()
	sum := tree.Hash(c.scanner.sum.Sum(nil))
	switch {
	case any:
		return c.scanner.wrong("the end comes before the directory %s", due.Quoted())
	case end.SHA256 != sum:
		return c.scanner.wrong("what stands before it has another sum: it was edited, or damaged")
	}
	c.totals.End, c.totals.Digest, c.totals.SHA256 = true, tree.Digest(c.open[0].lines), sum
	if *end != c.totals {
		return c.scanner.wrong("the totals or the digest are not those of the lines before")
	}
	c.file.Totals = *end
	after := c.scanner.line
	if _, err := c.scanner.next(); !errors.Is(err, io.EOF) {
		return &Fault{after, "something comes after the end"}
	}
	return nil
}

// ruled holds the directory whose entries end here to its having rules exactly where it has the file of them.
func (c *checker) ruled() error {
	if len(c.open) == 0 {
		return nil
	}
	top := c.open[len(c.open)-1]
	if has := top.rules != nil; has != top.ruled && top.obstacle == "" {
		return c.scanner.wrong("before it, %s has rules and no file of them, or the reverse", top.path.Quoted())
	}
	return nil
}
