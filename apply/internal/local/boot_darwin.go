package local

import "golang.org/x/sys/unix"

// bootID tells one boot of this machine from another; "" where that cannot be known.
func bootID() string {
	id, err := unix.Sysctl("kern.bootsessionuuid")
	if err != nil {
		return ""
	}
	return id
}
