package plan

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"treaty/plan/tree"
)

// problems are what a plan says besides, in no order yet.
type problems []Problem

// add notes a problem. Of a path that is the root there is none.
func (p *problems) add(severity Severity, code Code, side *Side, path *tree.Path, message string) {
	if path != nil {
		// What path points into may be moved and cleared later.
		kept := *path
		path = &kept
		if kept == tree.Root {
			path = nil
		}
	}
	*p = append(*p, Problem{Severity: severity, Code: code, Side: side, Path: path, Message: message})
}

// block notes why a path gets no operation. One that no plan can write is told of by the directory above it.
func (p *problems) block(code Code, side Side, path tree.Path, why string) {
	if !utf8.ValidString(string(path)) {
		parent := path.Parent()
		for !utf8.ValidString(string(parent)) {
			parent = parent.Parent()
		}
		p.add(Blocked, code, &side, &parent, fmt.Sprintf("%q: %s", string(path), why))
		return
	}
	p.add(Blocked, code, &side, &path, why)
}

func (p *problems) warn(code Code, side *Side, path *tree.Path, message string) {
	p.add(Warning, code, side, path, message)
}

// obstacles reports why a name cannot be read or carried, and tells whether there was anything.
func (p *problems) obstacles(in *directory, t *trio) bool {
	blocked := false
	for _, side := range BothSides {
		if e := t.now(side); e.Obstacle != "" {
			p.block(Code(e.Obstacle), side, in.pathOf(t)[side], e.Why)
			blocked = true
		}
	}
	return blocked
}

// unread blocks a difference whose content could not be read, and tells whether it did. A file that
// still has the stat of its record needs no reading to be known.
func (p *problems) unread(d *difference) bool {
	blocked := false
	for _, side := range BothSides {
		err := d.read(side).Err
		if err == nil || d.sum(side).Known() {
			continue
		}
		code := Unreadable
		if errors.Is(err, tree.ErrChanged) {
			code = ChangedWhileReading
		}
		p.block(code, side, d.at(side), tree.Why(err, d.at(side)))
		blocked = true
	}
	return blocked
}

// blocked tells whether anything in a directory of a side is blocked.
func (p *problems) blocked(side Side, dir tree.Path) bool {
	for _, problem := range blocks(*p) {
		if problem.Side != nil && *problem.Side == side && problem.Path.Within(dir) {
			return true
		}
	}
	return false
}

// staysWithIgnored warns that a doomed directory stays.
func (p *problems) staysWithIgnored(at *place) {
	for _, side := range BothSides {
		if at.on[side] {
			path := at.path[side]
			p.warn(KeptNotEmpty, &side, &path, "deleted on "+side.Other().String()+", but kept here: it holds ignored files")
		}
	}
}

// sortProblems puts problems in the order in which plans list them.
func sortProblems(problems []Problem) {
	path := func(p *Problem) tree.Path {
		if p.Path == nil {
			return tree.Root
		}
		return *p.Path
	}
	side := func(p *Problem) int {
		if p.Side == nil {
			return -1
		}
		return int(*p.Side)
	}
	slices.SortStableFunc(problems, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Severity, b.Severity), tree.Compare(path(&a), path(&b)),
			cmp.Compare(side(&a), side(&b)), cmp.Compare(a.Code, b.Code), cmp.Compare(a.Message, b.Message))
	})
}
