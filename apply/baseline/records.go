package baseline

import (
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// entries reads the records of a directory.
func (r *Reader) entries() ([]tree.Agreed, error) {
	n, err := r.in.uvarint()
	if err != nil {
		return nil, damaged(err)
	}
	var entries []tree.Agreed
	if last := len(r.spare) - 1; last >= 0 {
		entries, r.spare = r.spare[last], r.spare[:last]
	}
	for i := range n {
		if len(entries) == cap(entries) {
			// What the file says of a number is taken up only as far as there is something: room doubles, since append,
			// which is thriftier, would copy a large directory five times.
			entries = slices.Grow(entries, int(min(n-i, max(i, 1<<10))))
		}
		entries = append(entries, tree.Agreed{})
		if err := r.entry(&entries[i]); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

// Reuse takes back records to which nobody refers any more.
func (r *Reader) Reuse(listed []tree.Agreed) {
	if len(r.spare) < mostSpares && cap(listed) <= 1<<12 {
		r.spare = append(r.spare, listed[:0])
	}
}

const mostSpares = 32

// entry reads an entry into e, from the side of who reads: the other way round where the trees have changed sides.
// Errors wrap ErrDamaged.
func (r *Reader) entry(e *tree.Agreed) error {
	flags, err := r.in.byte()
	if err != nil {
		return damaged(err)
	}
	e.Type = tree.Type(flags & 7)
	if e.Type < tree.File || e.Type > tree.Symlink {
		return fmt.Errorf("%w: an entry of type %d", ErrDamaged, e.Type)
	}
	if e.Name[0], err = r.text(); err != nil {
		return err
	}
	e.Name[1], e.Spelled = e.Name[0], e.Name[0]
	if flags&flagOtherName != 0 {
		if e.Name[1], err = r.text(); err != nil {
			return err
		}
	}
	e.Key = tree.CollisionKey(e.Name[0])
	switch e.Type {
	case tree.File:
		if err := r.file(e, flags); err != nil {
			return err
		}
	case tree.Symlink:
		if e.Target, err = r.text(); err != nil {
			return err
		}
	}
	if e.Type != tree.Symlink {
		for i := range e.On {
			mode, err := r.in.uvarint()
			if err != nil {
				return damaged(err)
			}
			if e.On[i].Mode = tree.Mode(mode); uint64(e.On[i].Mode) != mode {
				return fmt.Errorf("%w: a mode of %o", ErrDamaged, mode)
			}
		}
	}
	e.On[0].Racy, e.On[1].Racy = flags&flagRacyFirst != 0, flags&flagRacySecond != 0
	if r.swapped {
		e.Name[0], e.Name[1] = e.Name[1], e.Name[0]
		e.On[0], e.On[1] = e.On[1], e.On[0]
	}
	return nil
}

// file reads what a file has beside what every entry has. Errors are those of entry.
func (r *Reader) file(e *tree.Agreed, flags byte) error {
	size, err := r.in.uvarint()
	if err != nil {
		return damaged(err)
	}
	if e.Size = int64(size); e.Size < 0 {
		return fmt.Errorf("%w: a file of %d bytes", ErrDamaged, size)
	}
	if err := r.time(&e.Mtime); err != nil {
		return err
	}
	for i := range e.On {
		kept := &e.On[i]
		kept.Mtime = e.Mtime
		if flags&flagOtherTimes != 0 {
			err = r.time(&kept.Mtime)
		}
		if err == nil && !r.old {
			kept.Inode, err = r.in.uvarint()
		}
		if err != nil {
			return damaged(err)
		}
	}
	if flags&flagHash != 0 {
		sum, err := r.in.take(len(e.SHA256))
		if err != nil {
			return damaged(err)
		}
		copy(e.SHA256[:], sum)
		if !e.SHA256.Known() {
			return fmt.Errorf("%w: a hash of zeros", ErrDamaged)
		}
	}
	return nil
}
