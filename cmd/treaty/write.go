package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
)

// writeFile gives path its new text in one step: whoever reads sees the old text or the new one, and a
// failure leaves the old.
func writeFile(path string, text []byte) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), ".treaty-*")
	if err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return usage("", "there is no folder %s", filepath.Dir(path))
		}
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if _, err = f.Write(text); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}
