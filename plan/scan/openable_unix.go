//go:build unix

package scan

import "golang.org/x/sys/unix"

// openable is how many files this process may open, 0 where that is not known.
func openable() uint64 {
	var limit unix.Rlimit
	if unix.Getrlimit(unix.RLIMIT_NOFILE, &limit) != nil {
		return 0
	}
	return uint64(limit.Cur)
}
