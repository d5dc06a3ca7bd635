package render

import (
	"fmt"
	"slices"
	"strings"

	"treaty/plan"
	"treaty/plan/tree"
)

// row is a line in words, escaped, for text and page alike.
type row struct {
	ID      int
	Name    string
	Tone    tone
	Details []span
	Note    string
	Diff    diff
	// Shown tells that the operation has a row of its own elsewhere, which is the one to link to.
	Shown bool
	Also  []row
	// folded are what the page can unfold.
	folded func() []row
}

// span is a run of text in one tone.
type span struct {
	Text string
	Tone tone
}

// rower makes rows of a section's lines.
type rower struct {
	e     *effect
	sided bool
}

// also are the rows of lines below another one: by folders, where they are more than are read at once.
func (r rower) also(lines []line) []row {
	var rows []row
	if r.e.opts.All || len(lines) <= few {
		for i := range lines {
			rows = append(rows, r.row(&lines[i]))
		}
		return rows
	}
	for _, b := range r.e.byFolder(r.e.listing(slices.Values(lines)), few) {
		rows = append(rows, r.batch(&b))
	}
	return rows
}

func (r rower) row(l *line) row {
	op := l.op
	out := row{ID: op.ID, Name: r.e.opts.Alike.line(l), Tone: toneOf(l), Shown: l.shown, Also: r.also(l.also)}
	say := func(tone tone, text string) {
		if text != "" {
			out.Details = append(out.Details, span{text, tone})
		}
	}
	if !l.applied {
		say(warned, saysLeftOut(r.e.skips[op.ID]))
	}
	switch {
	case l.to != tree.Root || len(l.folded) > 0 || len(l.also) > 0:
		say(plain, l.tally.String())
	default:
		for _, text := range r.e.opts.changes(op) {
			say(plain, text)
		}
	}
	if r.sided {
		say(plain, "on "+r.e.opts.name(op.Side))
	}
	if l.stays {
		say(warned, "the directory itself stays")
	} else if id, ok := r.e.disputed[op.Side][op.Path]; ok && l.applied && op.Action == plan.Delete {
		say(warned, fmt.Sprintf("once conflict #%d leaves it empty", id))
	}
	switch {
	case l.shown:
	case l.to != tree.Root:
		say(dim, r.e.opts.reason(l.moveReason()))
	case r.sided || op.Reason != plan.OnlyOn.On(op.Side.Other()):
		say(dim, r.e.opts.reason(op.Reason))
	}
	if !l.shown {
		out.Note = Escape(op.Note())
		out.Diff = diffOf(op.Diff(), op.DiffDoubt())
	}
	out.folded = func() []row {
		rows := make([]row, len(l.folded))
		for i, op := range l.folded {
			one := r.e.single(op)
			rows[i] = r.row(&one)
		}
		return rows
	}
	return out
}

// saysLeftOut says why something is not carried out.
func saysLeftOut(why plan.Why) string {
	if why == plan.SaysSo {
		return "skipped"
	}
	return "skipped: " + string(why)
}

// line is the path or the two paths that a line is about.
func (a Alike) line(l *line) string {
	op := l.op
	switch {
	case l.to != tree.Root:
		return a.Path(l.from, true) + " → " + a.Path(l.to, true)
	case op.Action == plan.Move:
		return a.Path(op.From(), false) + " → " + a.Path(op.Path, false)
	case l.shown:
		return a.Path(op.Path, true)
	case op.Action == plan.Delete:
		return a.Path(op.Path, op.Before.Of() == tree.Directory)
	}
	return a.Path(op.Path, op.After.Of() == tree.Directory)
}

// moveReason is that of the moves; the directories were only created and deleted.
func (l *line) moveReason() plan.Reason {
	for _, op := range l.folded {
		if op.Action == plan.Move {
			return op.Reason
		}
	}
	return l.op.Reason
}

func toneOf(l *line) tone {
	switch {
	case !l.applied:
		return dim
	case l.to != tree.Root:
		return plain
	case l.op.Action == plan.Create:
		return added
	case l.op.Action == plan.Delete:
		return removed
	}
	return plain
}

func (t tally) String() string {
	if t.files == 0 {
		return t.counts("")
	}
	return t.counts("") + ", " + Bytes(t.bytes)
}

// counts says how many there are of each kind, and behind the directories what is said of these.
func (t tally) counts(ofDirectories string) string {
	var parts []string
	for _, c := range []struct {
		n         int
		noun, and string
	}{{t.files, "file", ""}, {t.directories, "directory", ofDirectories}, {t.links, "link", ""}} {
		if c.n > 0 {
			parts = append(parts, Count(c.n, c.noun)+c.and)
		}
	}
	return strings.Join(parts, ", ")
}

// changes is what an operation does to what is at its path: one state, or old → new for what differs.
func (o Options) changes(op *plan.Operation) []string {
	old, new := op.Before, op.After
	switch {
	case old == nil && new == nil:
		return nil
	case old == nil:
		return o.describe(new)
	case new == nil:
		return o.describe(old)
	case old.Type != new.Type:
		out := []string{old.Type.String() + " → " + new.Type.String()}
		if new.Type == tree.Directory {
			return out
		}
		return append(out, o.describe(new)...)
	}
	var out []string
	pair := func(differ bool, texts []string) {
		if differ {
			out = append(out, texts[0]+" → "+texts[1])
		}
	}
	switch {
	case new.Type == tree.Symlink:
		pair(old.Target() != new.Target(), []string{"link to " + Name(old.Target()), Name(new.Target())})
	case new.Type == tree.File:
		if op.Action != plan.Chmod && op.Action != plan.Touch && old.Size == new.Size {
			out = append(out, Bytes(new.Size))
		}
		pair(old.Size != new.Size, sizes(old.Size, new.Size))
		pair(old.Mtime != new.Mtime, o.times(old.Mtime, new.Mtime))
	}
	pair(old.Mode != new.Mode, []string{modeOf(old), modeOf(new)})
	return out
}

func modeOf(s *tree.State) string {
	if !s.Mode.Known() {
		return "no mode"
	}
	return s.Mode.String()
}

// describe is a state that has nothing to be compared with. The mode is only worth telling of a file
// that can be executed.
func (o Options) describe(s *tree.State) []string {
	switch s.Type {
	case tree.File:
		out := []string{Bytes(s.Size), o.Time(s.Mtime.Time())}
		if s.Mode.Bits()&0o111 != 0 {
			out = append(out, s.Mode.String())
		}
		return out
	case tree.Symlink:
		return []string{"link to " + Name(s.Target())}
	}
	return []string{s.Type.String()}
}
