//go:build !linux && !darwin && !windows

package scan

// MountPoints are not known here.
func MountPoints() []string { return nil }
