package main

import (
	"bytes"
	"path/filepath"
	"testing"
)

func TestACopyThatNobodyChangedIsKnownWhateverItsSize(t *testing.T) {
	d, path := &desk{}, filepath.Join(t.TempDir(), "LOCAL.txt")
	given := bytes.Repeat([]byte("x"), mostEdited+1)
	write(t, path, string(given))
	if !d.nothingMade(path, given) {
		t.Error("it is told as changed")
	}
	write(t, path, string(given)+"y")
	if d.nothingMade(path, given) {
		t.Error("what was added is not seen")
	}
}
