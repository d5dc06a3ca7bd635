//go:build unix && !linux && !darwin

package scan

// extras are not looked for here.
func (f file) extras() bool { return false }
