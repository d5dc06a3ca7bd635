package plan

import "treaty/plan/tree"

// What a person may ask for beyond keeping two trees in step: times that are the same to the last digit,
// and executable bits that follow the rules. Both add to what is decided anyway, and are decided last:
// they must hold of what is there once the plan is carried out.

// asked tells whether a name that needs nothing is kept for what was asked for besides.
func (w *walk) asked(d *difference) bool {
	return w.policy.unaligned(d) || w.fixes(d)
}

// onBoth tells whether the file will be on both sides once the verdict is carried out, and is of the same
// content then.
func (d *difference) onBoth() bool {
	if d.verdict.kind != "" || d.verdict.isUnsure() || d.blocked {
		return false
	}
	var file Sides[bool]
	for _, side := range BothSides {
		file[side] = d.entry[side].Type == tree.File
	}
	for _, c := range d.verdict.changes {
		switch c.action {
		case Delete:
			return false
		case Create, Update:
			file[c.side] = file[c.side.Other()]
		case Move:
			file[c.side] = true
		}
	}
	return file[Local] && file[Remote]
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

// settled are a file's time and mode on a side once the verdict is carried out.
func (d *difference) settled(side Side) (tree.Time, tree.Mode) {
	if c := d.change(side); c != nil {
		return c.mtime, c.mode
	}
	return d.entry[side].Mtime, d.entry[side].Mode
}

// unaligned tells whether the finer side would keep another time than the coarser one stores.
func (p *policy) unaligned(d *difference) bool {
	if _, _, aligned := p.alignment(d); !p.options.AlignTimes || aligned {
		return false
	}
	return true
}

// alignment is the side that can tell times apart better, and the time that the other one stores; aligned
// where there is no such side, or it has that time already.
func (p *policy) alignment(d *difference) (finer Side, stored tree.Time, aligned bool) {
	l, r := p.traits[Local].MtimeGranularity, p.traits[Remote].MtimeGranularity
	if l == r || !p.timesTell() || !d.onBoth() {
		return 0, tree.Time{}, true
	}
	if finer = Local; r < l {
		finer = Remote
	}
	coarse, _ := d.settled(finer.Other())
	if d.change(finer.Other()) == nil {
		coarse = p.unshifted(finer.Other(), coarse)
	}
	now, _ := d.settled(finer)
	return finer, coarse, now == coarse
}

// align lets the finer side have the time that the coarser one stores.
func (w *walk) align() {
	for i := range w.differences {
		d := &w.differences[i]
		if !w.policy.unaligned(d) {
			continue
		}
		finer, stored, _ := w.policy.alignment(d)
		if c := d.change(finer); c != nil {
			c.mtime = stored
			if c.action == Chmod {
				c.action = Touch
			}
			continue
		}
		d.verdict.changes = append(d.verdict.changes, change{side: finer, action: Touch, reason: AlignTimes,
			mtime: stored, mode: d.entry[finer].Mode})
	}
}

// fixes tells whether a local file's mode must be looked at: it breaks the rules, or only its first bytes
// tell.
func (w *walk) fixes(d *difference) bool {
	_, fix, unsure := w.policy.fixed(d)
	return fix || unsure
}

// fixed is the mode that a local file gets by the rules, if that is another than it would have. unsure
// tells that only its first bytes say.
func (p *policy) fixed(d *difference) (mode tree.Mode, fix, unsure bool) {
	if !p.options.FixModes || !p.traits[Local].Modes || d.verdict.kind != "" || d.verdict.isUnsure() || d.blocked {
		return 0, false, false
	}
	from, c := p.source(d), d.change(Local)
	if c != nil && c.action == Delete {
		return 0, false, false
	}
	e := &d.entry[from]
	if e.Type != tree.File {
		return 0, false, false
	}
	executable, known := p.ruledByName(d, Local)
	if !known {
		if head := d.content[from].Head; head != nil || e.Size < leastProgram {
			executable = executableByContent(d.name[Local], head)
		} else {
			return 0, false, true
		}
	}
	_, now := d.settled(Local)
	if c != nil && c.inferMode {
		now = p.inferMode(d, Local)
	}
	want := p.executableAs(now, executable)
	return want, want != now, false
}

// leastProgram is the size of the shortest file that any system runs: "#!/x".
const leastProgram = 4

// executableAs is a mode of which the owner's executable bit is what the rules say: as it is, or else that of a
// new file.
func (p *policy) executableAs(mode tree.Mode, executable bool) tree.Mode {
	const others = 0o011
	if bits := mode.Bits(); executable == (bits&0o100 != 0) && (executable || bits&others == 0) {
		return mode
	}
	return p.created(executable)
}

// fixModes gives local files the modes that the rules say, and, where the other side has modes too, the
// same there: else that would be the next plan.
func (w *walk) fixModes() {
	for i := range w.differences {
		d := &w.differences[i]
		mode, fix, _ := w.policy.fixed(d)
		if !fix {
			continue
		}
		w.setMode(d, Local, mode)
		if w.policy.bothModes() && d.onBoth() {
			w.setMode(d, Remote, mode)
		}
	}
}

func (w *walk) setMode(d *difference, side Side, mode tree.Mode) {
	if c := d.change(side); c != nil {
		c.mode, c.inferMode = mode, false
		return
	}
	if e := &d.entry[side]; e.Mode != mode {
		d.verdict.changes = append(d.verdict.changes, change{side: side, action: Chmod, reason: ExecutableRule, mtime: e.Mtime, mode: mode})
	}
}

// dropIdle drops what was kept for what was asked for besides, and turned out to need nothing.
func (w *walk) dropIdle() {
	idle := map[int]bool{}
	for i := range w.differences {
		if d := &w.differences[i]; d.verdict.agreed() && d.against == nil {
			idle[i] = true
			w.agree(&d.trio)
		}
	}
	w.drop(idle)
}
