package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"treaty/apply/reach"
	"treaty/schema"
)

// called is what people call a document of the given kind.
func called(kind schema.Kind) string {
	if kind == schema.Person {
		return "config"
	}
	return string(kind)
}

// some is a noun with its article.
func some(noun string) string {
	if strings.ContainsRune("aeio", rune(noun[0])) {
		return "an " + noun
	}
	return "a " + noun
}

// readFile reads a file that a person names as a document of the given kind. It waits for no pipe, and
// of a giant it reads no more than shows that it is one.
func readFile(path string, kind schema.Kind) ([]byte, error) {
	f, err := openFile(path, kind)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	// A file that nobody writes to meanwhile is held once, whatever its size.
	text := bytes.NewBuffer(make([]byte, 0, f.size+bytes.MinRead))
	_, err = text.ReadFrom(io.LimitReader(f, kind.MaxSize()+1))
	return text.Bytes(), err
}

// beginningOf is what a file begins with that readFile would read, as far as it can be read.
func beginningOf(path string, kind schema.Kind) []byte {
	f, err := openFile(path, kind)
	if err != nil {
		return nil
	}
	defer f.Close()
	text, _ := io.ReadAll(io.LimitReader(f, 1<<20))
	return text
}

// document is the file of one, open to be read, and its size then.
type document struct {
	*os.File
	size int64
}

// openFile opens a file to be read as readFile does.
func openFile(path string, kind schema.Kind) (*document, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, err
	}
	size, err := sizeOf(f, path, kind)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &document{f, size}, nil
}

// sizeOf is the size of an open file that may be read as a document of the given kind.
func sizeOf(f *os.File, path string, kind schema.Kind) (int64, error) {
	info, err := f.Stat()
	switch {
	case err != nil:
		return 0, err
	case !info.Mode().IsRegular():
		return 0, usage(insteadOf(path, info.Mode(), kind), "%s is %s, not %s file", path,
			what(info.Mode()), some(called(kind)))
	case info.Size() > kind.MaxSize():
		return 0, invalid(path, called(kind), fmt.Errorf("it has %d bytes, and %d are the most", info.Size(), kind.MaxSize()))
	}
	return info.Size(), nil
}

// what is a file that is none, in words.
func what(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "a directory"
	case mode&fs.ModeNamedPipe != 0:
		return "a pipe"
	case mode&fs.ModeSocket != 0:
		return "a socket"
	case mode&fs.ModeDevice != 0:
		return "a device"
	}
	return "no regular file"
}

// insteadOf is for who named something else for a file of that kind. A directory may have been named for the plans that
// are in it. An approval nobody names: it lies beside its plan.
func insteadOf(path string, mode fs.FileMode, kind schema.Kind) hint {
	switch {
	case kind != schema.Plan:
		return then("move it away", again)
	case mode.IsDir() && newestIn(path):
		return func(i *invocation) string {
			return then("for the newest plan there", instead(i, path, "-C", absolute(path)))(i)
		}
	case mode.IsDir():
		return then("name the file of a plan", helped)
	}
	return then("write what it gives to a file, and name that", helped)
}

// newestIn tells whether a directory is a tree that has plans.
func newestIn(dir string) bool {
	folder, err := reach.Store(dir)
	if err != nil {
		return false
	}
	defer folder.Close()
	_, err = folder.Newest()
	return err == nil
}
