package scan

import "golang.org/x/sys/unix"

// isDataless tells of a placeholder of iCloud or another file provider. It is the first read that
// downloads, not the opening.
func isDataless(st *unix.Stat_t) bool { return st.Flags&unix.SF_DATALESS != 0 }
