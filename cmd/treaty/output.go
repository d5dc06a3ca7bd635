package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// output is a kind of file that treaty writes where a person says. It is written in place of one of its kind, and of
// nothing else.
type output struct {
	what, ending string
	// mark is among the first bytes of each.
	mark string
}

var (
	outputPlan     = output{"plan", ".plan.json", `"treaty.plan"`}
	outputSnapshot = output{"snapshot", ".snapshot", `"treaty.snapshot"`}
	outputPage     = output{"page", ".html", "<!DOCTYPE html>"}
)

// replaces refuses to write in place of what is there and is not of the kind. instead is the command with another file.
func (o output) replaces(path string, instead func(file string) hint) error {
	if err := replaceable(path); err != nil {
		return err
	}
	if !o.mayReplace(path) {
		return usage(then("choose another file", instead(o.beside(path))),
			"%s is there already, and is no %s: nothing is written in its place", path, o.what)
	}
	return nil
}

// mayReplace tells whether there is no file, an empty one, or one of the kind.
func (o output) mayReplace(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return !isThere(path)
	}
	defer f.Close()
	first := make([]byte, 4<<10)
	n, err := io.ReadFull(f, first)
	return err == io.EOF || bytes.Contains(first[:n], []byte(o.mark))
}

// beside is a name for a file of the kind beside another one.
func (o output) beside(path string) string {
	stem := strings.TrimSuffix(path, o.ending)
	for n := 1; ; n++ {
		name := stem + o.ending
		if n > 1 {
			name = stem + "-" + strconv.Itoa(n) + o.ending
		}
		if name != path && !isThere(name) {
			return filepath.Clean(name)
		}
	}
}
