package snapshot

import (
	"context"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Walk begins to list the tree. Its own rules, and what the snapshot says that these left out, hold beside the options.
func (f *File) Walk(ctx context.Context, options scan.Options) volume.Walk {
	return &walk{of: f, ctx: ctx, options: options}
}

// walk lists the tree of a file.
type walk struct {
	of      *File
	ctx     context.Context
	options scan.Options
	// above are the directories on the way to the one that was listed last, with the rules in them.
	above []ruled
}

// ruled is a directory with the rules in it.
type ruled struct {
	dir   tree.Path
	rules *scan.Rules
}

// List is the listing of a directory. What is in one that the tree's rules left out is not known.
func (w *walk) List(dir tree.Path) (tree.Listing, error) {
	if err := w.ctx.Err(); err != nil {
		return tree.Listing{}, err
	}
	var records []*record
	d, known, err := w.of.each(dir, func(r *record) bool {
		records = append(records, r)
		return true
	})
	if err != nil {
		return tree.Listing{}, err
	}
	if !known {
		return tree.Listing{Dir: dir, Obstacle: tree.Unreadable,
			Why: "the snapshot does not tell what is in it: the tree's rules left it out"}, nil
	}
	return w.listing(d, records), nil
}

// listing is that of a directory of the file, under the rules of those who read it.
func (w *walk) listing(d *directory, records []*record) tree.Listing {
	rules := w.outer(d.path)
	if d.rules != nil {
		rules = rules.Enter(d.path, d.text())
	}
	w.above = append(w.above, ruled{d.path, rules})
	l := tree.Listing{Dir: d.path, Scope: rules, Obstacle: d.obstacle, Why: d.why,
		Entries: make([]tree.Entry, len(records))}
	for i, r := range records {
		if d.rules != nil && r.ruleFile() {
			l.Rules = r.sha256
		}
		l.Entries[i] = w.entry(r, d.path, rules)
	}
	w.options.Progress.Listed(&l)
	return l
}

// outer are the rules that hold in a directory before its own file of them: none of those above, of one that these
// ignore.
func (w *walk) outer(dir tree.Path) *scan.Rules {
	for len(w.above) > 0 {
		top := w.above[len(w.above)-1]
		if dir != tree.Root && top.dir == dir.Parent() && dir != top.dir {
			if top.rules.Judge(dir, true) != tree.InScope {
				break
			}
			return top.rules
		}
		w.above = w.above[:len(w.above)-1]
	}
	return w.options.Rules()
}

// entry is an entry as a walk has it.
func (w *walk) entry(r *record, dir tree.Path, rules *scan.Rules) tree.Entry {
	e := r.Entry
	e.Ruling = max(e.Ruling, rules.Judge(dir.Join(e.Name), e.Type == tree.Directory))
	e.Mtime = e.Mtime.Cut(w.options.Granularity)
	if !w.options.Modes {
		e.Mode = 0
	}
	return e
}

// Finish is nil: a file that was found sound stays what it is.
func (w *walk) Finish() error { return nil }

// Close does nothing.
func (w *walk) Close() error { return nil }

// IdlePatterns are none: who took the snapshot may look at the rules themselves.
func (w *walk) IdlePatterns() []scan.IdlePattern { return nil }

// Trees are none: a snapshot does not tell.
func (w *walk) Trees() []tree.Path { return nil }
