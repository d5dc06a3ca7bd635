package tree

import "strings"

// NetworkMount is what a mount over a network is called, by the type that the system gives it: "nfs", "smb", "sshfs",
// "rclone", "9p", "webdav", "afp", or "" for all other types. What such a mount tells of a tree may be old, and nothing
// proves that what was written to it lasts.
func NetworkMount(fstype string) string {
	name := strings.ToLower(fstype)
	driver, of, _ := strings.Cut(name, ".")
	switch driver {
	case "fuse", "fuseblk", "lifs":
		name = of
	case "smb", "cifs":
		return "smb" // with what the server says that its volume is
	}
	for _, prefix := range []string{"fuse-", "macfuse_", "osxfuse_"} {
		name = strings.TrimPrefix(name, prefix)
	}
	return networkMounts[name]
}

// networkMounts are the types that Linux, macOS and Windows know, drivers in FUSE by their own names.
var networkMounts = map[string]string{
	"nfs": "nfs", "nfs3": "nfs", "nfs4": "nfs",
	"smb": "smb", "smb2": "smb", "smb3": "smb", "cifs": "smb", "smbfs": "smb", "smbnetfs": "smb",
	"sshfs": "sshfs", "sftp": "sshfs",
	"rclone": "rclone", "rclonefs": "rclone",
	"9p": "9p", "v9fs": "9p",
	"webdav": "webdav", "davfs": "webdav", "davfs2": "webdav", "dav": "webdav",
	"afpfs": "afp", "afp": "afp",
}
