//go:build !linux

package apart

// Permissions does nothing here: permissions bind whoever runs tests.
func Permissions() {}

// Mounts does nothing here.
func Mounts() {}
