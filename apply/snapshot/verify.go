package snapshot

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Kind is how an entry differs from a snapshot.
type Kind uint8

const (
	// Damaged: it has the size and the time that it had, and another content, or cannot be read any more.
	Damaged Kind = iota
	// Changed: it is something else, or has another size, time, mode or target.
	Changed
	// Missing: nothing is there any more.
	Missing
	// New: nothing was there.
	New
)

var kindNames = [...]string{"damaged", "changed", "missing", "new"}

func (k Kind) String() string { return kindNames[k] }

// Difference is an entry that is not as a snapshot has it. Of a directory that is missing, new or cannot be read, it
// stands for all that is in it.
type Difference struct {
	Kind      Kind
	Path      tree.Path
	Directory bool
	// Why is how it differs, "" where the kind says it.
	Why string
	// turn is when it was met.
	turn int
}

// Verifying is who is told how far things are. Where not nil, Scanned counts what was seen, and Read the bytes that
// were read.
type Verifying struct {
	Scanned *scan.Progress
	Read    *atomic.Int64
}

// Verify tells how a tree differs from the file, in order of kinds, and then of the walk. Every file is read that has
// the size and the time that it had. What the snapshot knows nothing of does not differ. Errors wrap scan.ErrVanished
// where the tree went away.
func (f *File) Verify(ctx context.Context, of volume.Source, how Verifying) ([]Difference, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	shift, err := f.shiftOf(ctx, of)
	if err != nil {
		return nil, err
	}
	v := &verifier{comparison: f.compareWith(ctx, of, how.Scanned), shift: shift,
		reader: of.Reader(f.Filesystem.MtimeGranularity, how.Read)}
	v.met = v.entry
	if err := v.run(); err != nil {
		return nil, err
	}
	if err := v.hash(); err != nil {
		return nil, err
	}
	slices.SortFunc(v.found, func(a, b Difference) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.turn, b.turn))
	})
	return v.found, nil
}

// comparison goes through a file and a tree in step.
type comparison struct {
	ctx  context.Context
	file *File
	live volume.Walk
	// met is told of each name that the file knows or the tree has, nil for neither; it tells whether to go on below.
	met func(path tree.Path, was *record, is *tree.Entry) (below bool, err error)
	// refused is told of a directory that cannot be read any more.
	refused func(path tree.Path, why string)
}

func (f *File) compareWith(ctx context.Context, of volume.Source, seen *scan.Progress) comparison {
	options := scan.Options{DefaultIgnores: f.DefaultIgnores, Granularity: f.Filesystem.MtimeGranularity,
		Modes: f.Filesystem.Modes, Progress: seen}
	return comparison{ctx: ctx, file: f, live: of.Walk(ctx, options)}
}

func (c *comparison) run() error {
	defer c.live.Close()
	if err := c.directory(tree.Root); err != nil {
		return err
	}
	return c.live.Finish()
}

// directory compares a directory that both have, and all below it.
func (c *comparison) directory(dir tree.Path) error {
	if err := c.ctx.Err(); err != nil {
		return err
	}
	is, err := c.live.List(dir)
	if err != nil {
		return err
	}
	var was []*record
	d, _, err := c.file.each(dir, func(r *record) bool {
		was = append(was, r)
		return true
	})
	switch {
	case err != nil:
		return err
	case d == nil || d.obstacle != "":
		return nil // nobody knew then
	case is.Obstacle != "":
		if c.refused != nil {
			c.refused(dir, is.Why)
		}
		return nil
	}
	return c.names(dir, was, is.Entries)
}

// names compares what is in a directory, both in order.
func (c *comparison) names(dir tree.Path, was []*record, is []tree.Entry) error {
	for len(was) > 0 || len(is) > 0 {
		var old *record
		var now *tree.Entry
		order := 0
		switch {
		case len(was) == 0:
			order = 1
		case len(is) == 0:
			order = -1
		default:
			order = tree.Order(&was[0].Entry, &is[0])
		}
		if order <= 0 {
			old, was = was[0], was[1:]
		}
		if order >= 0 {
			now, is = &is[0], is[1:]
		}
		if err := c.name(dir, old, now); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) name(dir tree.Path, was *record, is *tree.Entry) error {
	name := ""
	if was != nil {
		name = was.Name
	} else {
		name = is.Name
	}
	path := dir.Join(name)
	below, err := c.met(path, was, is)
	if err != nil || !below {
		return err
	}
	return c.directory(path)
}

// verifier notes what differs.
type verifier struct {
	comparison
	reader volume.Reader
	// shift is by how much all times are later than they were.
	shift time.Duration
	found []Difference
	turn  int
	// wanted are files to be read, as they are expected to be.
	wanted  []tree.Wanted
	expects []expected
}

// expected is what the content of a file is to be, and what else of it differs, "" for nothing.
type expected struct {
	sha256 tree.Hash
	turn   int
	why    string
}

func (v *verifier) run() error {
	v.refused = func(path tree.Path, why string) { v.note(Damaged, path, true, why) }
	return v.comparison.run()
}

func (v *verifier) note(kind Kind, path tree.Path, directory bool, why string) {
	v.turn++
	v.found = append(v.found, Difference{kind, path, directory, why, v.turn})
}

// entry compares one name, and wants a file to be read that may be as it was.
func (v *verifier) entry(path tree.Path, was *record, is *tree.Entry) (below bool, err error) {
	switch {
	case was == nil:
		if is.Ruling == tree.InScope {
			v.note(New, path, is.Type == tree.Directory, "")
		}
		return false, nil
	case was.Ruling != tree.InScope:
		return false, nil
	case is == nil:
		v.note(Missing, path, was.Type == tree.Directory, "")
		return false, nil
	case was.Obstacle != "":
		return false, nil
	case is.Obstacle == tree.Unreadable:
		v.note(Damaged, path, was.Type == tree.Directory, is.Why)
		return false, nil
	case was.Type != is.Type || is.Obstacle != "":
		v.note(Changed, path, is.Type == tree.Directory, "it was a "+was.Type.String())
		return false, nil
	}
	return is.Type == tree.Directory, v.sameType(path, was, is)
}

// sameType compares two entries of one type. What can only be told by its content is read later, with others.
func (v *verifier) sameType(path tree.Path, was *record, is *tree.Entry) error {
	why := ""
	switch {
	case was.Target != is.Target:
		why = "the link led elsewhere"
	case is.Type == tree.File && was.Size != is.Size:
		why = "the size"
	case is.Type == tree.File && was.Mtime.Add(v.shift) != is.Mtime:
		why = "the time"
	case was.Mode.Known() && is.Mode.Known() && was.Mode != is.Mode:
		why = "the mode"
	}
	asItWas := is.Type == tree.File && was.Size == is.Size && was.Mtime.Add(v.shift) == is.Mtime && was.sha256.Known()
	if !asItWas {
		if why != "" {
			v.note(Changed, path, is.Type == tree.Directory, why)
		}
		return nil
	}
	v.turn++
	v.wanted = append(v.wanted, tree.Wanted{Path: path, Size: is.Size, Mtime: is.Mtime})
	v.expects = append(v.expects, expected{was.sha256, v.turn, why})
	if len(v.wanted) < filesAtOnce {
		return nil
	}
	return v.hash()
}

// hash reads the files that are wanted.
func (v *verifier) hash() error {
	err := v.reader.Hash(v.ctx, v.wanted, func(i int, content tree.Content) {
		want, kind, why := v.expects[i], Damaged, ""
		switch {
		case errors.Is(content.Err, tree.ErrChanged):
			kind, why = Changed, "it changed while it was read"
		case content.Err != nil:
			why = tree.Why(content.Err, v.wanted[i].Path)
		case content.SHA256 != want.sha256:
			why = "another content, and the size and time that it had"
		case want.why != "":
			kind, why = Changed, want.why
		default:
			return
		}
		v.found = append(v.found, Difference{kind, v.wanted[i].Path, false, why, want.turn})
	})
	v.wanted, v.expects = v.wanted[:0], v.expects[:0]
	return err
}
