package scan

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// device is where the kernel shows a tree's block device, "" where it has none. An unplugged device
// goes from there at once, while its mount and what is cached of it stay.
type device string

func deviceOf(dev uint64) device {
	d := device(fmt.Sprintf("/sys/dev/block/%d:%d", unix.Major(dev), unix.Minor(dev)))
	if unix.Major(dev) == 0 || !d.present() {
		return ""
	}
	return d
}

func (d device) present() bool {
	if d == "" {
		return true
	}
	_, err := os.Lstat(string(d))
	return err == nil
}
