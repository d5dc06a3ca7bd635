package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"treaty/schema"
)

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
	f, err := os.OpenFile(path, os.O_RDONLY|nonblocking, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, usage(then("move it away", again), "%s is a directory, not %s file", path, some(string(kind)))
	case !info.Mode().IsRegular():
		return nil, usage(then("move it away", again), "%s is not a regular file", path)
	case info.Size() > kind.MaxSize():
		return nil, invalid(path, string(kind), fmt.Errorf("it has %d bytes, and %d are the most", info.Size(), kind.MaxSize()))
	}
	// A file that nobody writes to meanwhile is held once, whatever its size.
	text := bytes.NewBuffer(make([]byte, 0, info.Size()+bytes.MinRead))
	_, err = text.ReadFrom(io.LimitReader(f, kind.MaxSize()+1))
	return text.Bytes(), err
}
