package apply_test

import (
	"io/fs"
	"os"
	"path/filepath"
)

// scratch is a new folder, in memory where the system has such a place, since every apply syncs the
// volume that it is on.
func scratch(t interface {
	TempDir() string
	Cleanup(func())
}) string {
	if !filepath.IsAbs("/dev/shm") {
		return t.TempDir()
	}
	if dir, err := os.MkdirTemp("/dev/shm", "treaty-test-"); err == nil {
		t.Cleanup(func() { os.RemoveAll(dir) })
		t.Cleanup(func() { openUp(dir) })
		return dir
	}
	dir := t.TempDir()
	t.Cleanup(func() { openUp(dir) })
	return dir
}

// openUp lets whoever made a folder remove it, with folders in it that nobody may write to.
func openUp(dir string) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() {
			_ = os.Chmod(path, 0o700)
		}
		return nil
	})
}
