package plan

import (
	"context"
	"slices"

	"treaty/plan/tree"
)

// planner is the visitor that decides each name, and drafts what is not simply the same on both sides.
type planner struct {
	walk   *lockstep
	policy *policy
	draft  *draft
	// unsure counts the differences that wait for their content to be read.
	unsure int
	// passing has memory for a name that is no directory.
	passing passing
}

// undecided is how many differences may wait: more would take too much memory.
const undecided = 1 << 16

func (p *planner) obstructed(at *place, side Side, l *tree.Listing) {
	p.draft.portion.cannotEnter(at.path[side])
	p.draft.block(Code(l.Obstacle), side, at.path[side], l.Why)
	at.fate = closed
}

// enter notes what keeps a doomed directory.
func (p *planner) enter(d *directory, f *found) error {
	for _, side := range BothSides {
		f.stays = f.stays || f.blocked ||
			slices.ContainsFunc(d.ignored[side], func(e tree.Entry) bool { return e.Ruling == tree.Ignored })
	}
	f.held = f.held || f.blocked
	if d.fate == doomed {
		f.guarded = d.guarded()
		if f.stays {
			p.draft.staysWithIgnored(d.place)
		}
	}
	// What is done with files of rules on record is certain at once.
	d.hashRules(func(t *trio) bool { return t.base != nil })
	return nil
}

func (p *planner) leave(d *directory, f *found) {
	if d.fate == doomed && f.guarded {
		keepRules(p.draft, d.place)
	}
}

// name decides one name, and walks what is below it.
func (p *planner) name(ctx context.Context, in *directory, t *trio) (found, error) {
	if p.unsure >= undecided {
		p.unsure = 0
		if err := p.draft.decideEarly(ctx); err != nil {
			return found{}, err
		}
	}
	p.draft.portion.meet(func() Sides[tree.Path] { return in.pathOf(t) }, t)
	switch in.fate {
	case closed:
		return p.below(ctx, in, t, closed, false)
	case contested:
		return p.contest(ctx, in, t)
	case barred:
		return p.barBelow(ctx, in, t)
	}
	if p.draft.obstacles(in, t) {
		f, err := p.below(ctx, in, t, closed, false)
		f.stays, f.held = true, true
		return f, err
	}
	p.draft.shifting.note(t)
	if err := p.noteLost(in, t); err != nil {
		return found{}, err
	}
	if p.policy.options.Hash != HashAll {
		t.recall(p.policy)
	}
	if p.plain(in, t) {
		p.draft.agree(t)
		return found{}, nil
	}
	at := &p.passing
	if t.now(Local).Type == tree.Directory || t.now(Remote).Type == tree.Directory {
		at = &passing{} // what is below has its own meanwhile
	}
	d := at.difference(in, t, p.policy.traits)
	d.fate = in.fate
	if whole := p.draft.wholes.of(in.whole, in, t); whole != nil {
		d.rarely().whole = whole
	}
	d.follows = in.respelled(t, p.policy.traits)
	p.policy.judge(d, t)
	if in.fate == doomed && t.base == nil {
		d.verdict = verdict{kind: ChangedAndDeleted}
	}
	if p.draft.refused(d) {
		return p.refuse(ctx, in, t, d)
	}
	f, err := p.descend(ctx, in, t, d)
	if err != nil || f.blocked {
		return f, err
	}
	d.rare.all().whole.enter(d, &f)
	p.note(in, t, d)
	return f, nil
}

// plain tells whether a name is that of a file that needs nothing: most are, so that neither its path is made up nor
// anything kept of it.
func (p *planner) plain(in *directory, t *trio) bool {
	if in.fate != paired || t.now(Local).Type != tree.File || t.now(Remote).Type != tree.File || t.base == nil ||
		t.name[Local] != t.name[Remote] || t.base.Spelled != t.name[Local] || p.policy.wishes() {
		return false
	}
	v := decide(t, p.policy)
	return v.agreed() && !v.modesDiffer
}

// note drafts a name that was decided, unless it needs nothing.
func (p *planner) note(in *directory, t *trio, d *difference) {
	if d.verdict.modesDiffer {
		p.draft.modesDiffer(d)
	}
	if d.verdict.agreed() && !p.policy.asked(d) {
		p.draft.agree(t)
		return
	}
	if d.has(Local) && d.has(Remote) {
		if number := in.names.free(t); number > 1 {
			d.rarely().keepBoth = number
		}
	}
	if d.verdict.isUnsure() || d.verdict.agreed() {
		p.unsure++
	}
	p.draft.differences = append(p.draft.differences, outlive(d))
}

// descend walks what lies below d, and decides what only that can tell.
func (p *planner) descend(ctx context.Context, in *directory, t *trio, d *difference) (found, error) {
	dirs := 0
	where := Local
	for _, side := range BothSides {
		if d.now(side).Type == tree.Directory {
			dirs++
			where = side
		}
	}
	remembered := d.base != nil && d.base.Type == tree.Directory
	switch {
	case dirs == 0:
		return found{}, nil
	case dirs == 2:
		return p.below(ctx, in, t, paired, remembered)
	case d.verdict.kind != "":
		f, err := p.below(ctx, in, t, contested, false)
		if f.held {
			p.draft.leaveWhole(d.paths())
			f.blocked, f.stays = true, true
		}
		d.rarely().subtree[where] = &tree.Subtree{Entries: f.entries[where], Digest: f.digest[where]}
		d.rarely().bound = f.bound
		return f, err
	}
	if d.verdict.isUnsure() {
		return p.tentative(ctx, in, t, d, where, copied, false)
	}
	switch c := d.verdict.changes[0]; {
	case c.action == Delete:
		f, err := p.below(ctx, in, t, doomed, remembered)
		if f.stays {
			d.verdict = verdict{}
		}
		return f, err
	case c.side == where:
		return p.tentative(ctx, in, t, d, where, doomed, remembered)
	}
	return p.below(ctx, in, t, copied, false)
}

// tentative walks the directory of side where, which stands against a file or a link, as if the verdict
// were a change. A directory that goes can do so only if all in it may, and whether one that comes may
// replace a file can depend on that file's content; both are known only after reading.
func (p *planner) tentative(ctx context.Context, in *directory, t *trio, d *difference, where Side, fate fate,
	remembered bool) (found, error) {
	f, err := p.below(ctx, in, t, fate, remembered)
	d.rarely().against = &against{side: where, stays: f.stays, held: f.held}
	d.rarely().subtree[where] = &tree.Subtree{Entries: f.entries[where], Digest: f.digest[where]}
	return f, err
}

func (p *planner) below(ctx context.Context, in *directory, t *trio, fate fate, remembered bool) (found, error) {
	return p.walk.below(ctx, p, in, t, fate, remembered)
}

// contest looks at what is in a directory that is in conflict as a whole: what can neither go nor come is blocked.
func (p *planner) contest(ctx context.Context, in *directory, t *trio) (found, error) {
	own := bearing{held: p.draft.obstacles(in, t)}
	for _, side := range BothSides {
		if !own.held && t.has(side) {
			own.add(p.draft.bearing(side, p.passing.difference(in, t, p.policy.traits)))
		}
	}
	fate := contested
	if own.held {
		fate = closed
	}
	f, err := p.below(ctx, in, t, fate, false)
	f.bearing.add(own)
	return f, err
}

// refuse goes on below what a side cannot hold. What is in a directory that is new and barred is barred with it.
func (p *planner) refuse(ctx context.Context, in *directory, t *trio, d *difference) (f found, err error) {
	if changes := d.verdict.changes; len(changes) == 1 && changes[0].action == Create {
		f, err = p.barBelow(ctx, in, t)
	} else {
		f, err = p.below(ctx, in, t, closed, false)
	}
	f.stays = true
	return f, err
}

// barBelow bars an entry and all in it.
func (p *planner) barBelow(ctx context.Context, in *directory, t *trio) (found, error) {
	f, err := p.below(ctx, in, t, barred, false)
	p.draft.bar(t, in.pathOf(t), f)
	return f, err
}

// noteLost keeps the records of files that neither side has under their names any more, all below directories
// that both sides removed included: what turns up under two new names may be one of them.
func (p *planner) noteLost(in *directory, t *trio) error {
	if t.base == nil {
		return nil
	}
	for _, side := range BothSides {
		if s := sinceBase(t, side, p.policy); s.present && !s.modified {
			return nil
		}
	}
	switch {
	case t.base.Type == tree.File:
		p.draft.lost = append(p.draft.lost, *t.base)
	case t.base.Type == tree.Directory && !t.has(Local) && !t.has(Remote):
		return p.noteLostBelow(in.next(t, true))
	}
	return nil
}

func (p *planner) noteLostBelow(at *place) error {
	d, err := p.walk.remembered(at)
	if err != nil {
		return err
	}
	for i := range d.trios {
		if err := p.noteLost(d, &d.trios[i]); err != nil {
			return err
		}
	}
	return nil
}
