package scan

import (
	"slices"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// IdlePattern is a line of a .treatyignore that looks like a pattern and can match nothing.
type IdlePattern struct {
	File tree.Path
	Line int // counted from 1
	Why  string
}

// mostIdle is how many of them a lister remembers: a tree may be anybody's.
const mostIdle = 20

func (l *lister) noteIdle(dir tree.Path, rules []byte) {
	found := ignore.Idles(rules)
	for _, idle := range found[:min(len(found), mostIdle-len(l.idle))] {
		l.idle = append(l.idle, IdlePattern{dir.Join(IgnoreFile), idle.Line, idle.Why.Error()})
	}
}

// IdlePatterns are the first of those that were met, once Finish was called; none where there are none.
func (w *Walk) IdlePatterns() []IdlePattern { return slices.Concat(w.lister.idle, w.aside.idle) }
