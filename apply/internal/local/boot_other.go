//go:build !linux && !darwin

package local

// bootID is "", since nothing tells one boot from another here; only the process decides then.
func bootID() string { return "" }
