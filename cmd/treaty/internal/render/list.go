package render

import (
	"fmt"
	"io"
	"slices"

	"treaty/plan"
)

// few is how many lines of a kind a person reads one by one.
const few = 20

// aHandful is how many lines a section has in a list that is no longer read one by one.
const aHandful = 8

// List is what is listed of a plan beside its summary: what Show has, each conflict in a line and no diffs, where that
// is little; else the same by folders, what replaces or takes away work first, and how much is blocked, with the
// command that shows each by itself. It writes nothing where there is nothing to list.
func List(w io.Writer, p *plan.Plan, show string, opts Options) error {
	opts.Diffs = false
	e, conflicts, problems, n := effects(p, opts), conflictsOf(p, opts), opts.troubles(p), blocked(p)
	s := newShower(w, p, opts)
	if little(e, len(conflicts)+n) {
		s.briefly(opts.disputes(p, conflicts))
		s.operations(e.sections(), e)
		s.problems(problems)
		return s.Flush()
	}
	s.briefly(opts.disputes(p, conflicts[:min(len(conflicts), aHandful)]))
	s.more(len(conflicts) - aHandful)
	sections := e.sections()
	slices.SortStableFunc(sections, func(a, b section) int { return b.weight() - a.weight() })
	for _, sec := range sections {
		s.heading(sec.title)
		s.folders(sec, e, aHandful)
	}
	s.problems(problems[n:])
	if n > 0 {
		if len(problems) == n && s.later {
			s.newline()
		}
		s.left(p, n)
		s.wrapped(margin, plain, "to see them: "+show)
		s.newline()
	}
	if len(sections) > 0 {
		s.newline()
		s.put(plain, Message("Each by itself: "+show+" --all", opts.Width))
		s.newline()
	}
	return s.Flush()
}

// Little tells whether a plan is listed line by line.
func Little(p *plan.Plan, opts Options) bool {
	return little(effects(p, opts), len(p.Conflicts)+blocked(p))
}

func little(e *effect, others int) bool { return e.lines()+others <= few }

// weight is how much a person has to look at what a section lists: what takes away work, then what replaces it.
func (s *section) weight() int {
	for l := range s.lines {
		switch l.op.Action {
		case plan.Delete:
			return 2
		case plan.Update:
			return 1
		}
		break
	}
	return 0
}

// briefly lists conflicts in a line each.
func (s *shower) briefly(conflicts []dispute) {
	s.part("Conflicts", len(conflicts))
	names := 0
	for i := range conflicts {
		names = wider(names, conflicts[i].Name)
	}
	for i := range conflicts {
		s.brief(&conflicts[i], names)
	}
}

// more says how many more there are, if there are.
func (s *shower) more(n int) {
	if n > 0 {
		s.put(dim, fmt.Sprintf("  … and %d more", n))
		s.newline()
	}
}

// folders lists a section a folder a line: at most so many lines, but for those that say more than that.
func (s *shower) folders(sec section, e *effect, room int) {
	var rows []row
	names := 0
	for _, b := range e.byFolder(e.listing(sec.lines), room) {
		row := rower{e, sec.sided}.batch(&b)
		rows, names = append(rows, row), wider(names, row.Name)
	}
	for i := range rows {
		s.row(&rows[i], margin, names)
	}
}
