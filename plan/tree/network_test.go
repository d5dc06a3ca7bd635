package tree

import "testing"

func TestMountsOverANetworkAreKnownByTheirType(t *testing.T) {
	for fstype, want := range map[string]string{
		// Linux
		"nfs": "nfs", "nfs4": "nfs", "cifs": "smb", "smb3": "smb", "9p": "9p", "fuse.sshfs": "sshfs",
		"fuse.rclone": "rclone", "fuse.davfs2": "webdav", "davfs": "webdav",
		// macOS
		"smbfs": "smb", "webdav": "webdav", "afpfs": "afp", "lifs.smb": "smb", "macfuse_sshfs": "sshfs",
		// Windows
		"smb.ntfs": "smb", "FUSE-SSHFS": "sshfs", "FUSE-rclone": "rclone",
		// All else lies in the machine, or nobody knows.
		"": "", "ext4": "", "vfat": "", "lifs.msdos": "", "fuseblk.ntfs": "", "fuse": "", "fuse.exfat": "", "ntfs": "",
		"apfs": "", "overlay": "", "tmpfs": "", "virtiofs": "", "nfsd": "",
	} {
		if got := NetworkMount(fstype); got != want {
			t.Errorf("%q is %q, want %q", fstype, got, want)
		}
	}
}
