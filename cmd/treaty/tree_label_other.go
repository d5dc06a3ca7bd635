//go:build !linux && !windows

package main

// labelAt is "": macOS mounts a volume at a directory that has its label for a name.
func labelAt(string) string { return "" }
