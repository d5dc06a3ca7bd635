package disk

import (
	"context"
	"io"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// leastShared is from which size on it is tried to share what is staged, in bytes: what is smaller is copied as soon.
const leastShared = 1 << 20

// share makes f the content of src without copying it, where both lie on a volume whose files can share their blocks
// (Btrfs, XFS): it takes no room there until either is written to. What f holds then is read back, and the hash is of
// that, as that of a copy is of what was written. shared is false where that cannot be had: f may hold anything then,
// but not more than src.
func (t *stage) share(ctx context.Context, f *making, src io.Reader, size int64) (sum tree.Hash, shared bool,
	err error) {
	from, can := src.(volume.Sharing)
	if !can || size < leastShared {
		return sum, false, nil
	}
	fd, ok := from.Descriptor()
	if !ok || f.share(fd) != nil {
		return sum, false, nil
	}
	from.Taken(size)
	sum, err = hashing(ctx, f.newFile, size, func([]byte) error { return nil })
	return sum, true, err
}
