package disk

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Probe finds out by behaviour what the volume of root can do, in a folder of treaty's own which it
// removes again. A volume's type is no answer: under FUSE all look alike, and drivers of the same type
// differ. Errors wrap ErrReadOnly,
// ErrFull or fs.ErrPermission where nothing can be written. hook is as in Options.
func Probe(root *scan.Root, hook func(Call) error) (p volume.Probed, err error) {
	t, err := Open(root, "probe", Options{Hook: hook})
	if err != nil {
		return p, err
	}
	name := "probe-" + strings.ToLower(rand.Text()[:12])
	d, err := t.makePrivate(tree.PrivateFolder + "/" + name)
	if err != nil {
		return p, fmt.Errorf("%s: cannot probe the volume: %w", root.Path(), err)
	}
	defer func() {
		parent, openErr := t.open(tree.PrivateFolder)
		if openErr == nil {
			openErr = t.empty(parent, name)
			parent.release()
		}
		d.release()
		err = both(err, openErr)
	}()
	mount, err := root.Mount()
	if err != nil {
		return p, err
	}
	probe := prober{d: d, network: tree.NetworkMount(mount.Type) != ""}
	p.Traits.CaseSensitive = !probe.finds("Probe-case", "pROBE-CASE")
	p.FoldsNormalisation = probe.finds("probe-\u00e9", "probe-e\u0301")
	p.KeepsNormalisation = probe.lists("probe-\u00e9")
	p.Traits.Names = tree.WindowsNames
	if probe.keeps("probe-dot.") && probe.keeps("probe-space ") && probe.keeps("probe:colon") &&
		probe.keeps(`probe"quote`) {
		p.Traits.Names = tree.PosixNames
	}
	p.Traits.MtimeGranularity, p.Traits.IgnoresTimes = probe.times()
	p.Traits.Modes = probe.modes()
	p.Traits.Symlinks = probe.symlinks()
	p.Can = probe.capabilities()
	return p, probe.err
}

// prober asks one question after the other. A question that can't be put is answered with the weaker
// answer; err is the first failure that means more than "no".
type prober struct {
	d       *folder
	network bool // the volume is mounted over a network
	err     error
}

// no notes err unless it only says that the volume can't do that.
func (p *prober) no(err error) bool {
	if err == nil {
		return false
	}
	if fatal(err) && p.err == nil {
		p.err = readOnly(err)
	}
	return true
}

// lacks notes err, of a call that not every volume has, unless it only says that. Over a network such a call may be
// answered with EIO, as rclone does: a file, called after, then tells whether the volume has failed.
func (p *prober) lacks(err error, after string) bool {
	if p.network && wordless(err) {
		p.make(after)
		return true
	}
	return p.no(err)
}

// make makes a file with one byte in it, false where the volume refuses the name.
func (p *prober) make(name string) bool {
	f, err := p.d.create(name)
	if p.no(err) {
		return false
	}
	defer f.Close()
	return !p.no(p.d.write(f, name, []byte{'x'}))
}

func (p *prober) exists(name string) bool {
	_, err := p.d.dir.Stat(name)
	return err == nil
}

// finds tells whether a file made as name is there under another spelling. A volume that refuses name
// is taken to fold.
func (p *prober) finds(name, other string) bool { return !p.make(name) || p.exists(other) }

// lists tells whether name is listed exactly so.
func (p *prober) lists(name string) bool {
	names, err := p.d.dir.Names()
	if err != nil {
		return false
	}
	for _, listed := range names {
		if listed == name {
			return true
		}
	}
	return false
}

// keeps tells whether a file can be called name and is listed so.
func (p *prober) keeps(name string) bool { return p.make(name) && p.lists(name) }

// times sets a time that no coarse clock can hold and looks what is left of it: an odd second, so that FAT's two
// seconds show. It looks once the file got its name, as what is staged does: some drivers write their own time
// then. A file that is more than a day off, which no time zone explains, has ignored it. Its granularity is
// then what the time of its writing suggests, which may be too coarse.
func (p *prober) times() (granularity int64, ignored bool) {
	const coarsest, aDay = 2e9, 26 * time.Hour
	f, err := p.d.create("probe-time")
	if p.no(err) {
		return coarsest, false
	}
	defer f.Close() // again, where it is closed already
	set := tree.UnixTime(1_600_000_001, 123_456_789)
	ignored = p.no(p.d.touch(f, "probe-time", set))
	if p.no(f.Close()) || p.no(p.d.spot("probe-time").rename(nil, p.d.spot("probe-timed"))) {
		return coarsest, ignored
	}
	e, err := p.d.dir.Lstat("probe-timed")
	if p.no(err) {
		return coarsest, ignored
	}
	if ignored = ignored || !e.Mtime.Near(set, int64(aDay)); ignored {
		return coarsestOf(e.Mtime), true
	}
	for _, granularity := range granularities {
		if e.Mtime == set.Cut(granularity) {
			return granularity, false
		}
	}
	return coarsest, false
}

// granularities are those that filesystems have, in nanoseconds.
var granularities = []int64{1, 100, 1e3, 1e4, 1e6, 1e7, 1e9, 2e9}

// coarsestOf is the coarsest granularity that a time fits.
func coarsestOf(mtime tree.Time) int64 {
	for _, granularity := range slices.Backward(granularities) {
		if mtime == mtime.Cut(granularity) {
			return granularity
		}
	}
	return 1
}

// modes sets and clears an executable bit: many drivers say yes to chmod and do nothing.
func (p *prober) modes() bool {
	const name = "probe-mode"
	f, err := p.d.create(name)
	if p.no(err) {
		return false
	}
	defer f.Close()
	for _, mode := range []uint32{0o750, 0o640, 0o755} {
		if p.no(p.d.chmodFile(f, name, tree.Perm(mode))) {
			return false
		}
		if e, err := p.d.dir.Lstat(name); p.no(err) || e.Mode != tree.Perm(mode) {
			return false
		}
	}
	return true
}

func (p *prober) symlinks() bool {
	const target = "no/such target"
	if p.lacks(p.d.symlink(target, "probe-link"), "probe-unlinked") {
		return false
	}
	e, err := p.d.dir.Lstat("probe-link")
	return !p.no(err) && e.Type == tree.Symlink && e.Target == target
}

// capabilities tries renames with a free target first: with a taken one every FUSE driver says "exists",
// also those that can't refuse to replace.
func (p *prober) capabilities() (can volume.Capabilities) {
	d := p.d
	single, free, second, other := d.spot("probe-one"), d.spot("probe-free"), d.spot("probe-second"), d.spot("probe-two")
	if !p.make("probe-one") || !p.make("probe-two") {
		return can
	}
	can.NoReplace = !p.no(single.renameNew(nil, free)) && p.exists("probe-free") &&
		!p.exists("probe-one") &&
		errors.Is(free.renameNew(nil, other), fs.ErrExist)
	if !p.exists("probe-one") && p.exists("probe-free") {
		p.no(free.rename(nil, single))
	}
	one, err1 := p.size("probe-one", 3)
	two, err2 := p.size("probe-two", 5)
	if err1 == nil && err2 == nil && !p.no(single.exchange(other)) {
		a, errA := single.lstat()
		b, errB := other.lstat()
		can.Exchange = errA == nil && errB == nil && a.Size == two && b.Size == one
	}
	can.Link = !p.lacks(single.link(second), "probe-single") && p.exists("probe-second") &&
		errors.Is(single.link(other), fs.ErrExist)
	return can
}

// size makes name anew with n bytes.
func (p *prober) size(name string, n int64) (int64, error) {
	if err := p.d.unlink(name); err != nil {
		return 0, err
	}
	f, err := p.d.create(name)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	return n, p.d.write(f, name, make([]byte, n))
}
