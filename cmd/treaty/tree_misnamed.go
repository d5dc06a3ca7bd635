package main

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"treaty/cmd/treaty/internal/trees"
)

// isElsewhere tells whether what was named as a tree, and is not there, lies on another machine: host:/dir, or a URL.
func isElsewhere(named string) bool { return located().MatchString(named) }

var located = expression(`^([a-z][a-z0-9+.-]+://|[A-Za-z0-9._@-]{2,}:)`)

// isDrive tells whether what was named, and is not there, is a path of Windows, and this is not Windows.
func isDrive(named string) bool { return runtime.GOOS != "windows" && drive().MatchString(named) }

var drive = expression(`^[A-Za-z]:([\\/]|$)`)

// nearTo is the one directory beside what was named, and is not there, that has nearly the same name and is not the
// other tree; "" where there is none, or more than one.
func nearTo(named, other string) string {
	folder, name := filepath.Split(filepath.Clean(named))
	entries, err := os.ReadDir(filepath.Join(folder, "."))
	if err != nil {
		return ""
	}
	found := ""
	for _, e := range entries {
		if !e.IsDir() || !alike(e.Name(), name) || other != "" && trees.SameDirectory(folder+e.Name(), other) {
			continue
		}
		if found != "" {
			return ""
		}
		found = folder + e.Name()
	}
	return found
}

// alike tells whether a name may be a slip of another one: but for case one letter more, less or other, or two
// neighbours that changed places.
func alike(a, b string) bool {
	x, y := []rune(strings.ToLower(a)), []rune(strings.ToLower(b))
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) < 3 || len(y)-len(x) > 1 {
		return false
	}
	at := 0
	for at < len(x) && x[at] == y[at] {
		at++
	}
	x, y = x[at:], y[at:]
	switch {
	case len(x) < len(y):
		return string(x) == string(y[1:])
	case len(x) == 0 || string(x[1:]) == string(y[1:]):
		return true
	}
	return len(x) > 1 && x[0] == y[1] && x[1] == y[0] && string(x[2:]) == string(y[2:])
}
