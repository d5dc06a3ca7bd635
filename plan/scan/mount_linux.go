package scan

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Mount tells of the filesystem that the tree lies on, without looking at the tree itself. What
// cannot be told is left empty; errors wrap ErrVanished.
func (r *Root) Mount() (Mount, error) {
	var fs unix.Statfs_t
	if err := unix.Fstatfs(r.top.fd, &fs); err != nil {
		return Mount{}, vanished(r.path, err)
	}
	line, known := r.mountLine()
	if !known {
		return Mount{Type: magic[int64(fs.Type)]}, nil
	}
	m := Mount{Type: line.fstype, Options: line.options}
	dev := r.top.device
	if unix.Major(dev) == 0 { // the filesystem made the number up, as Btrfs does
		var st unix.Stat_t
		if unix.Stat(line.source, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFBLK {
			return m, nil
		}
		dev = uint64(st.Rdev)
	}
	volume := identify(dev, line.source)
	m.Volume = volume.id
	if m.Type == "fuseblk" && volume.fstype != "" {
		m.Type += "." + volume.fstype
	}
	return m, nil
}

// magic is what statfs calls some types, for where /proc is not mounted.
var magic = map[int64]string{
	unix.EXT4_SUPER_MAGIC: "ext4", unix.XFS_SUPER_MAGIC: "xfs", unix.BTRFS_SUPER_MAGIC: "btrfs",
	unix.TMPFS_MAGIC: "tmpfs", unix.OVERLAYFS_SUPER_MAGIC: "overlay", unix.F2FS_SUPER_MAGIC: "f2fs",
	unix.MSDOS_SUPER_MAGIC: "vfat", unix.EXFAT_SUPER_MAGIC: "exfat", unix.NFS_SUPER_MAGIC: "nfs", 0x7366746e: "ntfs3",
}

// mountLine is one line of /proc/self/mountinfo, as proc_pid_mountinfo(5) has it.
type mountLine struct{ device, root, point, options, fstype, source string }

// mountLine is the tree's own; the descriptor knows its mount by number, which no path does where
// one mount hides another.
func (r *Root) mountLine() (mountLine, bool) {
	info, err := os.ReadFile(fmt.Sprintf("/proc/self/fdinfo/%d", r.top.fd))
	if err != nil {
		return mountLine{}, false
	}
	var number string
	for line := range strings.Lines(string(info)) {
		if rest, ok := strings.CutPrefix(line, "mnt_id:"); ok {
			number = strings.TrimSpace(rest)
		}
	}
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil || number == "" {
		return mountLine{}, false
	}
	return parseMounts(string(table), number)
}

// parseMounts finds the mount called number in table.
func parseMounts(table, number string) (mountLine, bool) {
	for line := range strings.Lines(table) {
		fields := strings.Fields(line)
		dash := slices.Index(fields, "-")
		if len(fields) < 6 || fields[0] != number || dash < 0 || len(fields) < dash+3 {
			continue
		}
		return mountLine{device: fields[2], root: unescape(fields[3]), point: unescape(fields[4]), options: fields[5],
			fstype: fields[dash+1], source: unescape(fields[dash+2])}, true
	}
	return mountLine{}, false
}

// unescape undoes the octal escapes of blanks and backslashes.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// place is where the tree's root lies in its volume.
func (r *Root) place() place {
	line, known := r.mountLine()
	if !known || !inPath(r.path, line.point) {
		return place{}
	}
	rest := strings.TrimPrefix(r.path, strings.TrimSuffix(line.point, "/"))
	return place{line.device, filepath.Join(line.root, rest)}
}

// volume is what identifies a block device's content.
type volume struct{ id, fstype string }

// identify asks what udev found, then the links that it made, then, where that is allowed, the
// volume's first blocks.
func identify(dev uint64, source string) volume {
	var v volume
	found, _ := os.ReadFile(fmt.Sprintf("/run/udev/data/b%d:%d", unix.Major(dev), unix.Minor(dev)))
	for line := range strings.Lines(string(found)) {
		if id, ok := strings.CutPrefix(line, "E:ID_FS_UUID="); ok {
			v.id = strings.TrimSpace(id)
		}
		if fstype, ok := strings.CutPrefix(line, "E:ID_FS_TYPE="); ok {
			v.fstype = strings.TrimSpace(fstype)
		}
	}
	if v.id == "" {
		v.id = byUUID(dev)
	}
	if v.id != "" && v.fstype != "" {
		return v
	}
	own := superblock(dev, source)
	if v.id == "" {
		v.id = own.id
	}
	if v.fstype == "" {
		v.fstype = own.fstype
	}
	return v
}

func byUUID(dev uint64) string {
	const dir = "/dev/disk/by-uuid"
	links, _ := os.ReadDir(dir) // in order, should there be two
	for _, link := range links {
		var st unix.Stat_t
		if unix.Stat(filepath.Join(dir, link.Name()), &st) == nil &&
			st.Mode&unix.S_IFMT == unix.S_IFBLK && uint64(st.Rdev) == dev {
			return link.Name()
		}
	}
	return ""
}

// superblock reads what filesystems without a Linux driver of their own call themselves; identities
// are spelt as blkid does.
func superblock(dev uint64, source string) volume {
	fd, err := unix.Open(source, unix.O_RDONLY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return volume{}
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	var boot [512]byte
	if unix.Fstat(fd, &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFBLK || uint64(st.Rdev) != dev {
		return volume{}
	}
	if n, err := unix.Pread(fd, boot[:], 0); err != nil || n < len(boot) {
		return volume{}
	}
	return parseBoot(boot[:])
}

// parseBoot reads a boot sector of 512 bytes.
func parseBoot(boot []byte) volume {
	serial := func(at int) string {
		n := binary.LittleEndian.Uint32(boot[at:])
		return fmt.Sprintf("%04X-%04X", n>>16, n&0xffff)
	}
	switch {
	case string(boot[3:11]) == "NTFS    ":
		return volume{fmt.Sprintf("%016X", binary.LittleEndian.Uint64(boot[0x48:])), "ntfs"}
	case string(boot[3:11]) == "EXFAT   ":
		return volume{serial(0x64), "exfat"}
	case string(boot[82:87]) == "FAT32":
		return volume{serial(0x43), "vfat"}
	case string(boot[54:57]) == "FAT":
		return volume{serial(0x27), "vfat"}
	}
	return volume{}
}
