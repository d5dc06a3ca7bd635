package scan

import (
	"runtime"
	"slices"
	"strings"

	"treaty/plan/tree"
)

// Mount is what the system tells of the filesystem that a tree lies on.
type Mount struct {
	// Type is the system's name for it, such as "ext4", "vfat", "apfs", "fuse.sshfs", "fuseblk.ntfs",
	// "lifs.msdos"; "" where it has none. FUSE has its driver's name, or what the volume's first blocks say; what
	// Windows has from a server, "smb." before what that says of its volume.
	Type string
	// Options are the mount's, separated by commas; "" where unknown.
	Options string
	// Volume identifies the volume across mounts, "" where nothing does. The same volume may be called
	// otherwise by another system.
	Volume string
	// CaseSensitive tells that the system says so of a volume whose type alone says nothing of it: APFS
	// and HFS+ come in both kinds.
	CaseSensitive bool
}

// Journaled tells whether the system says that the volume keeps a journal. Only macOS does.
func (m Mount) Journaled() bool {
	return slices.Contains(strings.Split(m.Options, ","), optionJournaled)
}

// LastingInodes tells whether a file keeps its number across mounts, so that another number at a name means
// another file. Drivers of FAT, exFAT and FUSE make numbers up, and so may what has no known type.
func (m Mount) LastingInodes() bool {
	network := tree.NetworkMount(m.Type)
	if strings.HasPrefix(m.Type, "fuse") || strings.HasPrefix(m.Type, "lifs.") || network != "" && network != "nfs" {
		return false
	}
	switch Hint(m.Type) {
	case tree.POSIX, tree.APFS, tree.NTFS:
		return true
	}
	return false
}

// Hint is the profile of a mount type, Unknown for one that says nothing about what the volume can
// represent: network and other FUSE filesystems may have anything behind them.
func Hint(fstype string) tree.Profile {
	name := strings.ToLower(fstype)
	for _, prefix := range []string{"fuseblk.", "fuse.", "lifs.", "smb."} {
		name = strings.TrimPrefix(name, prefix)
	}
	switch name {
	case "ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "bcachefs", "jfs", "reiserfs", "nilfs2", "tmpfs",
		"ramfs", "overlay", "nfs", "nfs4", "ufs", "ffs", "squashfs", "erofs", "ecryptfs", "ubifs":
		return tree.POSIX
	case "apfs", "hfs", "hfsplus":
		return tree.APFS
	case "vfat", "msdos", "fat", "fat12", "fat16", "fat32", "fusefat":
		return tree.FAT
	case "exfat", "exfat-fuse":
		return tree.ExFAT
	case "ntfs", "ntfs3", "ntfs-3g", "lowntfs-3g", "refs":
		return tree.NTFS
	}
	return tree.Unknown
}

// Traits are what the tree's volume can represent, as Mount.Traits tells. Nothing is probed. Errors wrap ErrVanished.
func (r *Root) Traits(declared tree.Profile, recorded *tree.Traits) (tree.Traits, error) {
	at, err := r.Mount()
	if err != nil {
		return tree.Traits{}, err
	}
	t := at.Traits(declared, recorded)
	if runtime.GOOS == "windows" {
		// Whatever the volume could hold, and a person declared: no other names, no modes and no finer times pass here.
		t.Names, t.Modes = tree.WindowsNames, false
		t.MtimeGranularity = max(t.MtimeGranularity, tree.NTFS.Traits().MtimeGranularity)
	}
	return t, nil
}

// Traits are what the volume can represent: by the profile that a person declared, if any; else as recorded by an
// earlier probe, if that was of the same volume; else by the mount's type; else the weakest. That it ignores times only
// a probe tells, whatever was declared.
func (m Mount) Traits(declared tree.Profile, recorded *tree.Traits) tree.Traits {
	var volume *string
	if m.Volume != "" {
		volume = &m.Volume
	}
	var t tree.Traits
	switch profile := Hint(m.Type); {
	case declared != "":
		t = declared.Traits()
		t.Source = tree.Declared
	case recorded != nil && recorded.Type == m.Type && same(recorded.Volume, volume):
		t = *recorded
		t.Source = tree.Recorded
	case profile != tree.Unknown:
		t = profile.Traits()
		t.Source = tree.Hinted
		if coarse(m.Type) {
			t.MtimeGranularity = 1e9
		}
		t.CaseSensitive = t.CaseSensitive || profile == tree.APFS && m.CaseSensitive
	default:
		t = profile.Traits()
		t.Source = tree.Assumed
	}
	t.Type, t.Volume = m.Type, volume
	t.IgnoresTimes = recorded != nil && recorded.Type == m.Type && same(recorded.Volume, volume) && recorded.IgnoresTimes
	return t
}

// same tells whether two volumes are one. Where neither is known the type must do; a volume that got
// or lost its identity is another.
func same(a, b *string) bool {
	if a == nil || b == nil {
		return a == b
	}
	return *a == *b
}

// coarse are types of which some volumes keep whole seconds, unlike others of their profile.
func coarse(fstype string) bool {
	switch fstype {
	case "ext2", "ext3", "hfs", "hfsplus":
		return true
	}
	return false
}
