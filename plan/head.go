package plan

import (
	"bytes"

	"treaty/plan/internal/programs"
	"treaty/plan/tree"
)

// wantsHead tells whether the first bytes of a side's file must be read: they say whether it is a program,
// where nothing else does, and whether it is a link in disguise.
func wantsHead(p *policy, d *difference, side Side) bool {
	e := d.now(side)
	if e.Size == 0 || d.read(side).Head != nil || d.verdict.isUnsure() {
		return false
	}
	return d.infers(side.Other()) && needsHead(p, d, side.Other()) ||
		side == d.source() && p.wishUnsure(d) ||
		mayLoseMode(p, d, side) || mayBeXSym(p, d, side)
}

// took adds what reading a file brought to what was read of it before.
func (d *difference) took(side Side, content tree.Content) {
	d.learn(side, content.SHA256)
	before := d.read(side)
	if content.Head == nil {
		content.Head = before.Head
	}
	content.Extras = content.Extras || before.Extras
	if content.Head != nil || content.Extras || content.Err != nil || before.Err != nil {
		more := content // what brought nothing more stays off the heap
		d.content[side] = &more
	}
}

// failed tells whether a file could not be read.
func (d *difference) failed() bool {
	return d.read(Local).Err != nil || d.read(Remote).Err != nil
}

// ExecutableByContent tells from a file's name and first bytes, as many as tree.Wanted asks for, whether a system would
// run it.
func ExecutableByContent(name string, head []byte) bool { return programs.ByContent(name, head) }

// xsym is the size of the files in which macOS keeps symlinks on FAT volumes: "XSym", the length of the
// target, its MD5 and the target, a line each, filled up with spaces (fat.h of its msdosfs).
const (
	xsym     = 1067
	xsymMark = "XSym\n"
)

// XSym tells from a file's size and first bytes whether it is a symlink as macOS keeps it on FAT volumes.
func XSym(size int64, head []byte) bool {
	return size == xsym && bytes.HasPrefix(head, []byte(xsymMark))
}

// mayBeXSym tells whether a side's file may be a symlink as macOS keeps it, and the plan would carry it
// to a side that has true ones, or write over it. As bytes it would become a strange file there and,
// edited, a broken link on the Mac; as a link it could be made by nobody but a Mac. So it stays where it is.
// Between two FAT volumes its bytes are all there is to it.
func mayBeXSym(p *policy, d *difference, side Side) bool {
	profile := p.traits[side].Profile
	if profile != tree.FAT && profile != tree.ExFAT || !p.traits[side.Other()].Symlinks || d.now(side).Size != xsym {
		return false
	}
	for _, c := range d.verdict.changes {
		if c.action == Update || c.action == Create && c.side != side {
			return true
		}
	}
	return d.verdict.kind != ""
}

// refuseXSyms blocks what would carry or overwrite such files.
func refuseXSyms(dr *draft) {
	dr.keep(func(d *difference) bool {
		kept := true
		for _, side := range BothSides {
			if d.rare.all().against == nil && mayBeXSym(dr.policy, d, side) &&
				bytes.HasPrefix(d.read(side).Head, []byte(xsymMark)) {
				dr.block(SymlinkNotSupported, side, d.at(side),
					"macOS keeps a symlink in this file, and only a Mac can carry it as one; put its name "+
						intoRules(d.at(side))+", or copy what it points to")
				kept = false
			}
		}
		return kept
	})
}

// mayLoseMode tells whether only the first bytes of a new file say whether its executable bit, which the
// other side cannot keep, could be inferred again.
func mayLoseMode(p *policy, d *difference, side Side) bool {
	if !bringsMode(p, d, side) || !d.wanted[side] || d.now(side).Mode.Bits()&0o100 == 0 {
		return false
	}
	_, speaks := p.programs.ByName(d.at(side))
	return !speaks
}

// bringsMode tells whether a file of that side is new to the other, which has no modes.
func bringsMode(p *policy, d *difference, side Side) bool {
	other := side.Other()
	c := d.change(other)
	return c != nil && c.action == Create && d.base == nil && d.now(side).Type == tree.File &&
		p.traits[side].Modes && !p.traits[other].Modes
}

// losesMode tells whether a new file is executable on a side that has modes and would not be taken for it
// on one that has none, or the reverse.
func losesMode(p *policy, d *difference, side Side) bool {
	if !bringsMode(p, d, side) {
		return false
	}
	mode := d.outcome(p).mode[side]
	executable, speaks := p.programs.Ruled(d.at(side), d.now(side).Size, d.read(side).Head)
	return speaks && executable != (mode.Bits()&0o100 != 0)
}
