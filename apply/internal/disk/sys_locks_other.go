//go:build unix && !darwin

package disk

// despite makes call. What is locked here only root can have locked, and unlock.
func despite(call func() error, _ ...lockable) error { return again(call) }

// inherits: attributes besides the mode are none of a plan's.
const inherits = false

func sysInherit(handle, string, handle, string) error { return nil }
