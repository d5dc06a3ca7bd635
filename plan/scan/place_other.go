//go:build !linux

package scan

// place is not known here; these systems have no bind mounts.
func (r *Root) place() place { return place{} }
