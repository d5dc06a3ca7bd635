package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"treaty/apply/store"
	"treaty/plan/scan"
)

// writeFile gives path the text that write writes in one step: whoever reads sees the old text or the new one, and a
// failure leaves the old. A file keeps its mode; a new one is private, as plans and pages have names and text of
// files that may be.
func writeFile(path string, write store.Content) error {
	if err := replaceable(path); err != nil {
		return err
	}
	err := replaceFile(path, write)
	folder := filepath.Dir(path)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, fs.ErrNotExist) && !isThere(folder):
		return usage(exactly(makeFolder+pathArgument(folder)), "there is no folder %s", folder)
	case errors.Is(err, syscall.ENOTDIR):
		return usage(then("name a file in a folder", helped), "%s is not a folder", folder)
	}
	var at *fs.PathError
	if errors.As(err, &at) {
		// It names the file that was to take the other's place.
		err = at.Err
	}
	err = fmt.Errorf("%s cannot be written: %w", path, err)
	switch {
	case errors.Is(err, syscall.EROFS):
		return &complaint{is: err, why: err.Error(), hint: then("let its volume be written to", again)}
	case scan.Full(err):
		return &complaint{is: err, why: err.Error(), hint: then("make room there", again)}
	}
	return err
}

// replaceable refuses to write in place of what is there and no file.
func replaceable(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Mode().IsRegular() {
		return nil // what is not there is made; writeFile tells what is in the way of that
	}
	return usage(then("name a file, or - for standard output", helped),
		"%s is %s, and only a file is written in place of what is there",
		path, what(info.Mode()))
}

func replaceFile(path string, write store.Content) (err error) {
	mode, chmod := fs.FileMode(0o600), false
	if info, err := os.Stat(path); err == nil {
		mode, chmod = info.Mode().Perm(), true
	}
	f, err := os.OpenFile(filepath.Join(filepath.Dir(path), ".treaty-"+rand.Text()), os.O_WRONLY|
		os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	if chmod {
		if err = f.Chmod(mode); err != nil {
			return err
		}
	}
	if err = write(f); err != nil {
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
