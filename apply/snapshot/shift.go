package snapshot

import (
	"context"
	"time"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// A volume that stores local time tells all times otherwise in another zone, or after the clocks were changed: by a
// multiple of a quarter of an hour, of at most as much as zones lie apart.
const (
	shiftStep = 15 * time.Minute
	shiftMost = 26 * time.Hour
)

// shiftOf is by how much all times of a tree are later than in the file: where so much says the same of at least three
// files and nine of ten with the size that they had; else 0. Only FAT and exFAT store local time.
func (f *File) shiftOf(ctx context.Context, of volume.Source) (time.Duration, error) {
	if f.Filesystem.Profile != tree.FAT && f.Filesystem.Profile != tree.ExFAT {
		return 0, nil
	}
	times, files := map[time.Duration]int{}, 0
	c := f.compareWith(ctx, of, nil)
	c.met = func(_ tree.Path, was *record, is *tree.Entry) (bool, error) {
		if was == nil || is == nil || was.Ruling != tree.InScope || was.Type != is.Type {
			return false, nil
		}
		if is.Type == tree.File && was.Size == is.Size && was.Obstacle == "" {
			files++
			times[is.Mtime.Sub(was.Mtime)]++
		}
		return is.Type == tree.Directory && was.Obstacle == "" && is.Obstacle == "", nil
	}
	if err := c.run(); err != nil {
		return 0, err
	}
	for by, n := range times {
		if by%shiftStep == 0 && by.Abs() <= shiftMost && n >= 3 && 10*n >= 9*files {
			return by, nil
		}
	}
	return 0, nil
}
