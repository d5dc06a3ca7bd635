package plan

import (
	"context"

	"treaty/plan/tree"
)

// What a person may wish for beyond keeping two trees in step: times that are the same to the last digit, and
// executable bits that follow the rules. Both add to what is decided anyway, by differences and by what settles a
// conflict, and are decided last: they must hold of what is there once the plan is carried out.

// outcome is a file as each side has it once all else is done, as far as wishes are about it.
type outcome struct {
	// on tells which sides have it, with the same content.
	on Sides[bool]
	// rests tells which sides have it as it is now.
	rests Sides[bool]
	mtime Sides[tree.Time]
	mode  Sides[tree.Mode]
	// path is local's, size and head are those of its content; head is nil where it was not read.
	path tree.Path
	size int64
	head []byte
}

// wish is the outcome as wished for, the same where there is nothing to wish. unsure tells that only the first
// bytes of the file say.
func (p *policy) wish(o outcome) (wished outcome, unsure bool) {
	wished = o
	if mode, speaks := p.wishedMode(&o, Local); speaks && mode != o.mode[Local] {
		// Where the other side has modes too its own follows: else that would be the next plan.
		for _, side := range BothSides {
			if side == Local || p.bothModes() && o.on[side] {
				wished.mode[side], _ = p.wishedMode(&o, side)
			}
		}
	} else if !speaks {
		unsure = true
	}
	finer, stored := p.wishedTime(&o)
	wished.mtime[finer] = stored
	return wished, unsure
}

// wishUnsure tells whether only the first bytes of the file say what is wished.
func (p *policy) wishUnsure(d *difference) bool {
	if !p.options.FixModes {
		return false
	}
	_, unsure := p.wish(d.outcome(p))
	return unsure
}

// wishes tells whether the person has any.
func (p *policy) wishes() bool { return p.options.FixModes || p.options.AlignTimes }

// wishedMode is the mode that a side's file has by the rules, or the one it has where nobody wants that of local's; it
// does not speak where only the first bytes would tell.
func (p *policy) wishedMode(o *outcome, side Side) (mode tree.Mode, speaks bool) {
	now := o.mode[side]
	if !p.options.FixModes || !p.traits[Local].Modes || !o.on[Local] {
		return now, true
	}
	executable, speaks := p.programs.Ruled(o.path, o.size, o.head)
	return p.programs.As(now, executable), speaks
}

// wishedTime is the side that can tell times apart better, and the time that the other one stores; or local, with
// the time that it has, where there is no such side or nobody wants that.
func (p *policy) wishedTime(o *outcome) (finer Side, stored tree.Time) {
	l, r := p.traits[Local].MtimeGranularity, p.traits[Remote].MtimeGranularity
	if !p.options.AlignTimes || l == r || !p.timesTell() || !o.on[Local] || !o.on[Remote] {
		return Local, o.mtime[Local]
	}
	if finer = Local; r < l {
		finer = Remote
	}
	stored = o.mtime[finer.Other()]
	if o.rests[finer.Other()] {
		stored = p.unshifted(finer.Other(), stored)
	}
	return finer, stored
}

// outcome is what the difference comes to; on no side where that is not decided, or a conflict.
func (d *difference) outcome(p *policy) outcome {
	var o outcome
	if d.verdict.kind != "" || d.verdict.isUnsure() || d.rare.all().against.off() {
		return o
	}
	from := d.source()
	o.path, o.size, o.head = d.at(Local), d.now(from).Size, d.read(from).Head
	for _, side := range BothSides {
		o.on[side] = d.now(side).Type == tree.File
		o.mtime[side], o.mode[side] = d.now(side).Mtime, d.now(side).Mode
		c := d.change(side)
		if c == nil {
			o.rests[side] = true
			continue
		}
		o.mtime[side], o.mode[side] = c.mtime, c.mode
		switch c.action {
		case Delete:
			o.on[side] = false
		case Create, Update:
			o.on[side] = d.now(side.Other()).Type == tree.File
		case Move:
			o.on[side] = true
		}
		if c.inferMode && o.on[side] {
			o.mode[side] = inferMode(p, d, side)
		}
	}
	return o
}

// source is the side whose content a local file has in the end.
func (d *difference) source() Side {
	if c := d.change(Local); c != nil && (c.action == Create || c.action == Update) {
		return Remote
	}
	return Local
}

// inferMode says which mode a side's file or directory gets from the other's, which has none.
func inferMode(p *policy, d *difference, side Side) tree.Mode {
	if d.now(side.Other()).Type == tree.Directory {
		return p.programs.Created(true)
	}
	return p.programs.Infer(d.at(side), d.formerMode(side), d.read(side.Other()).Head)
}

// needsHead tells whether only the first bytes say which mode a side's file gets.
func needsHead(p *policy, d *difference, side Side) bool {
	return d.now(side.Other()).Type == tree.File && p.programs.NeedsHead(d.at(side), d.formerMode(side))
}

// formerMode is the mode that a side's file has, or had when it was last synced; not known where there is none.
func (d *difference) formerMode(side Side) tree.Mode {
	if e := d.now(side); e.Type == tree.File && e.Mode.Known() {
		return e.Mode
	}
	if d.base != nil && d.base.Type == tree.File {
		return d.base.On[side].Mode
	}
	return 0
}

// change is what the verdict does to a side, nil for nothing.
func (d *difference) change(side Side) *change {
	for i := range d.verdict.changes {
		if c := &d.verdict.changes[i]; c.side == side {
			return c
		}
	}
	return nil
}

// asked tells whether a name that needs nothing is kept for what a person wishes, or for that to be found out.
func (p *policy) asked(d *difference) bool {
	if !p.wishes() {
		return false
	}
	now := d.outcome(p)
	wished, unsure := p.wish(now)
	return unsure || wished.mtime != now.mtime || wished.mode != now.mode
}

// grant changes the difference so that it comes to what is wished.
func (p *policy) grant(d *difference) {
	now := d.outcome(p)
	wished, _ := p.wish(now)
	for _, side := range BothSides {
		if mode := wished.mode[side]; mode != now.mode[side] {
			d.amend(side, Chmod, ExecutableRule).mode = mode
		}
	}
	for _, side := range BothSides {
		if mtime := wished.mtime[side]; mtime != now.mtime[side] {
			d.amend(side, Touch, AlignTimes).mtime = mtime
		}
	}
}

// amend is the change of a side, with the mode that it has or is to have, or a new one that changes nothing yet.
func (d *difference) amend(side Side, action Action, reason Reason) *change {
	if c := d.change(side); c != nil {
		if c.action == Chmod {
			c.action = action
		}
		c.inferMode = c.inferMode && action != Chmod
		return c
	}
	e := d.now(side)
	d.verdict.changes = append(d.verdict.changes,
		change{side: side, action: action, reason: reason, mtime: e.Mtime, mode: e.Mode})
	return d.change(side)
}

// grantWishes adds what a person wishes, and drops what was kept for that and needs nothing. What the added
// operations state is read.
func grantWishes(ctx context.Context, dr *draft) error {
	if !dr.policy.wishes() {
		return nil
	}
	dr.keep(func(d *difference) bool {
		dr.policy.grant(d)
		if !d.verdict.agreed() || d.rare.all().against != nil {
			return true
		}
		t := trioOf(d)
		dr.agree(&t)
		return false
	})
	return readAll(ctx, dr)
}
