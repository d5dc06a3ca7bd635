package preflight

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"treaty/apply/internal/ends"
	"treaty/apply/internal/execute"
	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Check refuses, before the first write, what is bound to fail half-way: too little space for all that will be
// staged while the old content stays in the trash, and directories that take no change. copies are, by their sizes, the
// contents of each side that will be copied to the other one. It returns how many bytes each volume has to spare beside
// that, math.MaxInt64 where the volume does not tell.
func Check(p *plan.Plan, ends *ends.Ends, steps []*execute.Step,
	copies plan.Sides[[]int64]) (spare plan.Sides[int64], err error) {
	var sides plan.Sides[*forecast]
	for _, e := range ends {
		sides[e.Side] = newForecast(e, p.Snapshot(e.Side).Filesystem.Profile)
	}
	for _, s := range steps {
		sides[s.Side].concern(s)
	}
	for _, f := range sides {
		if err := f.look(); err != nil {
			return spare, err
		}
	}
	for _, s := range steps {
		sides[s.Side].expect(s)
	}
	for _, f := range sides {
		f.keep(copies[f.Side.Other()])
		if err := f.check(); err != nil {
			return spare, err
		}
		spare[f.Side] = f.spare()
	}
	return spare, nil
}

// forecast is what will come to one end.
type forecast struct {
	*ends.End
	space volume.Space
	need  need
	// into are the directories in which something is created or renamed, and widened those that are made workable
	// first.
	into, widened map[tree.Path]bool
	// slots are what new names take in directories of FAT, nil on other volumes.
	slots map[tree.Path]int
	// dressed are the files that get another time or mode, each with whether it has other names, and may is why nothing
	// can be changed in a directory, nil where it can, or will be able to.
	dressed map[tree.Path]bool
	may     map[tree.Path]error
}

// need is what will be written to a volume: in bytes, rounded up to its blocks, of which some are copies of
// what changes on the other one; and in new names.
type need struct{ bytes, copies, entries int64 }

func newForecast(e *ends.End, profile tree.Profile) *forecast {
	f := &forecast{End: e, into: map[tree.Path]bool{}, widened: map[tree.Path]bool{}, dressed: map[tree.Path]bool{},
		may: map[tree.Path]error{}}
	if profile == tree.FAT {
		f.slots = map[tree.Path]int{}
	}
	return f
}

// concern adds what is to be known for a step.
func (f *forecast) concern(s *execute.Step) {
	f.into[s.Path.Parent()] = true
	if s.From() != "" {
		f.into[s.From().Parent()] = true
	}
	if s.Widens() {
		f.widened[s.Path] = true
	}
	if at, dressed := s.Dresses(); dressed {
		f.dressed[at] = false
	}
}

// atOnce is how many things are asked about at a time.
const atOnce = 1024

// look finds out what is to be known. The error is of not knowing the room that there is.
func (f *forecast) look() (failed error) {
	looks := []func(as volume.Changer){func(as volume.Changer) { f.space, failed = as.Space() }}
	for _, at := range slices.Sorted(maps.Keys(f.dressed)) {
		looks = append(looks, func(as volume.Changer) {
			entry, err := as.At(string(at))
			f.dressed[at] = err == nil && entry.Links > 1
		})
	}
	for _, dir := range slices.Sorted(maps.Keys(f.into)) {
		if !f.widened[dir] {
			looks = append(looks, func(as volume.Changer) { f.may[dir] = as.MayChange(dir) })
		}
	}
	for some := range slices.Chunk(looks, atOnce) {
		volume.Together(context.Background(), f.Disk, len(some), func(i int, as volume.Changer) { some[i](as) })
	}
	return failed
}

// expect adds what a step comes to.
func (f *forecast) expect(s *execute.Step) {
	if f.slots != nil && (s.Action == plan.Create || s.Action == plan.Move) {
		f.slots[s.Path.Parent()] += slotsOf(s.Path.Base())
	}
	switch {
	case (s.Action == plan.Create || s.Action == plan.Update) && s.After.Type == tree.File:
		f.write(s.After.Size)
	case s.Action == plan.Create && s.After.Type == tree.Directory:
		f.write(1)
	case f.willCopy(s):
		f.write(s.Before.Size)
	}
}

// willCopy tells whether a step comes to a copy of its file because that has other names.
func (f *forecast) willCopy(s *execute.Step) bool {
	at, dressed := s.Dresses()
	return dressed && f.dressed[at]
}

// write adds a new name with so many bytes, and returns what these take.
func (f *forecast) write(bytes int64) int64 {
	taken := onDisk(bytes, f.space)
	f.need.bytes += taken
	f.need.entries++
	return taken
}

// keep adds copies of the other end's contents.
func (f *forecast) keep(sizes []int64) {
	for _, size := range sizes {
		f.need.copies += f.write(size)
	}
}

// check refuses with ErrSafety what the end cannot take.
func (f *forecast) check() error {
	if short := f.enoughSpace(); short != nil {
		return short
	}
	dirs := slices.Sorted(maps.Keys(f.into))
	for _, dir := range dirs {
		if err := f.enoughSlots(dir, f.slots[dir]); err != nil {
			return err
		}
		if err := f.changeable(dir, f.may[dir]); err != nil {
			return err
		}
	}
	return nil
}

// slotBytes is what a name takes in a directory at most commonly: FAT's 32-byte slots, twice over for stage and place.
const slotBytes = 256

// onDisk is what a file of some bytes takes on a volume.
func onDisk(bytes int64, space volume.Space) int64 {
	block := max(space.Block, 1)
	return (bytes + block - 1) / block * block
}

// enoughSpace refuses where the volume is too full, nil where it is not. One that says neither size nor free space is
// taken at its word by trying.
func (f *forecast) enoughSpace() *refusal.Refusal {
	n := f.need
	if f.space.Inodes > 0 && n.entries > 0 && f.spareInodes() < 0 {
		const why = "%s has room for %d more files and directories (inodes), and the plan needs %d there"
		return f.Refuse(refusal.CauseSpace, why, f.Side, f.space.FreeInodes, f.space.FreeInodes-f.spareInodes())
	}
	if n.bytes == 0 || f.space.Spare(n.taken()) >= 0 {
		return nil
	}
	of := ""
	if n.copies > 0 {
		of = fmt.Sprintf(", %d of them for copies of what is replaced, moved or deleted on %s, until that is done",
			n.copies, f.Side.Other())
	}
	full := f.Refuse(refusal.CauseSpace, "%s has %d bytes free, and the plan writes %d there%s, beside %d that stay free",
		f.Side, f.space.Free, n.taken(), of, f.space.Reserve())
	full.Err = &refusal.Room{Free: f.space.Free, Writes: n.taken(), Reserve: f.space.Reserve(), Copies: n.copies}
	return full
}

// taken is all that is taken, in bytes.
func (n need) taken() int64 { return n.bytes + n.entries*slotBytes }

// spareInodes is how many more files and directories the volume can have than are needed: what is new, folders of the
// trash for what changes in as many directories, and treaty's own.
func (f *forecast) spareInodes() int64 {
	return f.space.FreeInodes - f.need.entries - int64(len(f.into)) - volume.ReserveInodes
}

// leastText is what the smallest text that is kept counts for.
const leastText = 4 << 10

// spare is what the volume has beside what is needed. Where it has few inodes, it is no more than files of the least
// size that are kept would take.
func (f *forecast) spare() int64 {
	spare := f.space.Spare(f.need.taken())
	if f.space.Inodes > 0 && f.spareInodes() < spare/leastText {
		spare = f.spareInodes() * leastText
	}
	return spare
}

// changeable refuses a directory in which nothing can be created or renamed, not even when its owner lets it. One that
// is not there yet is the plan's own affair. err is what the volume says of it.
func (f *forecast) changeable(dir tree.Path, err error) error {
	if err == nil {
		return nil
	}
	why := err.Error()
	if errors.Is(err, fs.ErrPermission) {
		why = "no permission to change anything in this directory"
	}
	refusal := f.Refuse(refusal.CauseForbidden, "%s: %s: %s", f.Side, dir.Quoted(), why)
	refusal.Path = dir
	return refusal
}
