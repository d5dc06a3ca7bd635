package scan_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"treaty/plan/scan"
)

func contents(t *testing.T, text []byte) (*scan.Contents, string) {
	t.Helper()
	at := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(at, text, 0o600); err != nil {
		t.Fatal(err)
	}
	root, err := scan.Open(filepath.Dir(at))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	top, err := root.Dir("")
	if err != nil {
		t.Fatal(err)
	}
	defer top.Release()
	c, err := top.Contents("a")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c, at
}

func TestContentsAreAllThatAFileHolds(t *testing.T) {
	for _, size := range []int{0, 1, 511, 512, 513, 1024} {
		text := bytes.Repeat([]byte("x"), size)
		c, _ := contents(t, text)
		got, err := io.ReadAll(io.MultiReader(io.LimitReader(c, 512), c))
		if err != nil || !bytes.Equal(got, text) {
			t.Errorf("%d bytes read as %d, %v", size, len(got), err)
		}
	}
}

func TestAFileIsReadInOneCallWhereItHasWhatItHad(t *testing.T) {
	c, _ := contents(t, []byte("abc"))
	if n, err := c.Read(make([]byte, 4)); n != 3 || err != io.EOF {
		t.Errorf("read %d, %v", n, err)
	}
}

func TestWhatAFileHasGrownBySinceItWasOpenedIsRead(t *testing.T) {
	c, at := contents(t, []byte("abc"))
	if err := os.WriteFile(at, []byte("abcdef"), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Read(make([]byte, 8)); n != 6 || err != nil {
		t.Errorf("read %d, %v", n, err)
	}
	if n, err := c.Read(make([]byte, 8)); n != 0 || err != io.EOF {
		t.Errorf("then %d, %v", n, err)
	}
	if size, _, err := c.Stamp(); size != 6 || err != nil {
		t.Errorf("it has %d bytes now, %v", size, err)
	}
}

func TestContentsAreOfRegularFilesAlone(t *testing.T) {
	root, err := scan.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if err := os.Mkdir(filepath.Join(root.Path(), "d"), 0o700); err != nil {
		t.Fatal(err)
	}
	top, err := root.Dir("")
	if err != nil {
		t.Fatal(err)
	}
	defer top.Release()
	if _, err := top.Contents("d"); !errors.Is(err, scan.ErrNotRegular) {
		t.Errorf("a directory: %v", err)
	}
	if _, err := top.Contents("d/a"); !errors.Is(err, scan.ErrName) {
		t.Errorf("a path: %v", err)
	}
}
