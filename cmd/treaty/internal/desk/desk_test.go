package desk

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

func TestACopyThatNobodyChangedIsKnownWhateverItsSize(t *testing.T) {
	d, path := &Desk{}, filepath.Join(t.TempDir(), "LOCAL.txt")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	given := bytes.Repeat([]byte("x"), 16<<20+1)
	write(string(given))
	if !d.nothingMade(path, given) {
		t.Error("it is told as changed")
	}
	write(string(given) + "y")
	if d.nothingMade(path, given) {
		t.Error("what was added is not seen")
	}
}
