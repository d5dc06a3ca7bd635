//go:build !linux && !darwin && !windows

package scan

// Mount is not known here.
func (r *Root) Mount() (Mount, error) { return Mount{}, r.Check() }
