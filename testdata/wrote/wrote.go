// Package wrote tells what users wrote into trees, for tests that hold that none of it is ever lost.
package wrote

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// Texts are contents of files, each with a path that had it, by the hash that Hash gives.
type Texts map[string]string

// In returns all that users wrote, wherever it is in these trees: on a side or in a trash.
func In(t testing.TB, roots ...string) Texts {
	t.Helper()
	all := Texts{}
	for _, root := range roots {
		private := filepath.Join(root, ".treaty")
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case filepath.Dir(path) == private && e.Name() != "trash":
				// Staged copies among it: nobody looks for his own there.
				if e.IsDir() {
					return fs.SkipDir
				}
				return nil
			case !e.Type().IsRegular():
				return nil
			}
			info, err := e.Info()
			if err == nil {
				all[Hash(path, info.Size())] = path
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

// Lost returns the paths whose contents are not among those of after.
func (before Texts) Lost(after Texts) []string {
	var lost []string
	for hash, path := range before {
		if _, kept := after[hash]; !kept {
			lost = append(lost, path)
		}
	}
	return lost
}

// Hash is the SHA-256 of a file's content, or "unreadable". Sparse giants are taken at their size: "giant".
func Hash(path string, size int64) string {
	if size > 1<<30 {
		return "giant"
	}
	f, err := os.Open(path)
	if err != nil {
		return "unreadable"
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return "unreadable"
	}
	return fmt.Sprintf("%x", sum.Sum(nil))
}
