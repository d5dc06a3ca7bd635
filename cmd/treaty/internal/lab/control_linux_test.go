package lab

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// control is a folder with files that are replaced by the textbook: write a new one, sync it, rename it over
// the old, sync the folder. On a journalled volume nothing can happen to them; FAT loses them in a power cut
// (vfat: all 120 of 120, each time), and by that a test of power cuts shows that it cuts something.
type control struct{ dir string }

const (
	controlFiles = 60
	controlSize  = 12 << 10
)

func (c control) path(file int) string { return filepath.Join(c.dir, fmt.Sprintf("%02d.txt", file)) }

// generation is what a file holds after so many replacements.
func generation(file, n int) []byte {
	return bytes.Repeat(fmt.Appendf(nil, "%02d %08d\n", file, n), controlSize/12)
}

func (c control) begin(t *testing.T) {
	t.Helper()
	for file := range controlFiles {
		check(t, os.WriteFile(c.path(file), generation(file, 0), 0o644))
	}
}

// write replaces all files over and over, until the power is cut, or something is broken.
func (c control) write() {
	for n := 1; ; n++ {
		for file := range controlFiles {
			if c.replace(file, n) != nil {
				return
			}
		}
	}
}

func (c control) replace(file, n int) error {
	temp := c.path(file) + ".new"
	for _, step := range []func() error{
		func() error { return os.WriteFile(temp, generation(file, n), 0o644) },
		func() error { return syncPath(temp) },
		func() error { return os.Rename(temp, c.path(file)) },
		func() error { return syncPath(c.dir) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

func syncPath(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// lost counts the files that are no generation of theirs.
func (c control) lost(t *testing.T) (lost int) {
	t.Helper()
	for file := range controlFiles {
		text, err := os.ReadFile(c.path(file))
		var of, n int
		_, scanned := fmt.Sscanf(string(text), "%d %d", &of, &n)
		if err != nil || scanned != nil || of != file || !bytes.Equal(text, generation(file, n)) {
			lost++
		}
	}
	return lost
}
