package local

import (
	"cmp"
	"context"
	"path/filepath"
	"sync/atomic"

	"treaty/apply/internal/disk"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Call is one call that changes or syncs something, as a hook is offered it.
type Call = disk.Call

// Volume is an open directory of this machine.
type Volume struct {
	*disk.Files
	root *scan.Root
	// Hook, where not nil, is offered every call of a Changer that is opened afterwards. For tests.
	Hook func(Call) error
}

var _ volume.Volume = (*Volume)(nil)

// Open opens the directory at path. Errors are those of scan.Open.
func Open(path string) (*Volume, error) {
	root, err := scan.Open(path)
	if err != nil {
		return nil, err
	}
	files, err := disk.OpenFiles(root, "store", disk.Options{})
	if err != nil {
		root.Close()
		return nil, err
	}
	return &Volume{Files: files, root: root}, nil
}

// Close closes the directory.
func (v *Volume) Close() error { return v.root.Close() }

// Root is the absolute path with links resolved.
func (v *Volume) Root() string { return v.root.Path() }

// Where is the absolute path.
func (v *Volume) Where(path tree.Path) string {
	return filepath.Join(v.Root(), filepath.FromSlash(string(path)))
}

// Present tells whether the directory is there still, and is what its path names.
func (v *Volume) Present() error { return v.root.Check() }

// Host is this machine.
func (v *Volume) Host() volume.Host { return host{} }

// Walk begins to list the directory.
func (v *Volume) Walk(ctx context.Context, options scan.Options) volume.Walk {
	return v.root.Walk(ctx, options)
}

// Reader reads files as a walk with that granularity listed them.
func (v *Volume) Reader(granularity int64, read *atomic.Int64) volume.Reader {
	return scan.Reader{Hasher: scan.Hasher{Root: v.root, Progress: read}, Granularity: granularity}
}

// Traits are those of a declared profile, or as recorded, or as the mount's type lets one think.
func (v *Volume) Traits(declared tree.Profile, recorded *tree.Traits) (tree.Traits, error) {
	return v.root.Traits(declared, recorded)
}

// Relate tells how the directory lies to another one of this machine, also to one that is reached in another way. From
// all else it is apart.
func (v *Volume) Relate(to volume.Source) (scan.Relation, error) {
	if other, here := to.(*Volume); here {
		return scan.Relate(v.root, other.root)
	}
	return volume.Relate(v, to)
}

// Kin tells the directory from all others of this boot.
func (v *Volume) Kin() (scan.Kin, error) {
	kin, err := v.root.Kin()
	kin.Boot = bootID()
	return kin, err
}

// Holds tells whether a file is or would be in the directory.
func (v *Volume) Holds(file string) (bool, error) { return v.root.Holds(file) }

// Rescued is the name of something that a repair of the volume left in the root.
func (v *Volume) Rescued() (string, error) { return v.root.Rescued() }

// Change opens the directory for the changes of one run.
func (v *Volume) Change(run string, o volume.Options) (volume.Changer, error) {
	mount, err := v.root.Mount()
	if err != nil {
		return nil, err
	}
	return disk.Open(v.root, run, disk.Options{Hook: v.Hook, Traits: o.Traits, Can: o.Can, Hash: o.LosesRenames,
		SyncEach: o.LosesRenames, RacySince: o.RacySince, Lend: o.Lend, Unprovable: tree.NetworkMount(mount.Type)})
}

// Probe finds out what the volume can do, and whether it is known to keep its promises in a power cut: the latter also
// where the former fails.
func (v *Volume) Probe() (volume.Probed, error) {
	probed, err := disk.Probe(v.root, nil)
	mount, unknown := v.root.Mount()
	probed.LosesRenames = !journalled(mount)
	return probed, cmp.Or(err, unknown)
}

// journalled tells whether a filesystem is known to keep its promises in a power cut; all others are
// treated as FAT. tmpfs has nothing to lose there.
func journalled(on scan.Mount) bool {
	if tree.NetworkMount(on.Type) != "" {
		return false // whatever there is at the other end
	}
	switch on.Type {
	case "hfs":
		return on.Journaled()
	case "ext3", "ext4", "xfs", "btrfs", "f2fs", "zfs", "bcachefs", "jfs", "reiserfs", "tmpfs", "ramfs",
		"overlay", "apfs", "ntfs", "NTFS", "ReFS", "ntfs3":
		return true
	}
	return false
}
