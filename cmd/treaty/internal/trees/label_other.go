//go:build !linux && !windows

package trees

// Label is "": macOS mounts a volume at a directory that has its label for a name.
func Label(string) string { return "" }
