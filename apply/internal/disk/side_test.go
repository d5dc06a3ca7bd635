package disk

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// way is a strategy by which a volume lets names be changed. All that the platform has are forced here.
type way struct {
	name string
	can  volume.Capabilities
}

// side is a tree in a temporary directory beside a canary.
type side struct {
	*Tree
	t   testing.TB
	dir string
}

func newSide(t testing.TB, opts Options) *side {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "tree")
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return reopen(t, dir, opts)
}

func reopen(t testing.TB, dir string, opts Options) *side {
	t.Helper()
	root, err := scan.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	if opts.Traits.Profile == "" {
		opts.Traits = native.Traits()
	}
	if hook := opts.Hook; hook != nil {
		var one sync.Mutex
		opts.Hook = func(c Call) error {
			one.Lock()
			defer one.Unlock()
			return hook(c)
		}
	}
	opened, err := Open(root, "run-1", opts)
	if err != nil {
		t.Fatal(err)
	}
	return &side{opened, t, dir}
}

func (s *side) path(p string) string { return filepath.Join(s.dir, filepath.FromSlash(p)) }

// write puts content at p as a user would have done long ago, and returns its state.
func (s *side) write(p, content string) *tree.State {
	s.t.Helper()
	os.MkdirAll(filepath.Dir(s.path(p)), 0o755)
	if err := os.WriteFile(s.path(p), []byte(content), 0o644); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chtimes(s.path(p), longAgo, longAgo); err != nil {
		s.t.Fatal(err)
	}
	return s.state(p)
}

func (s *side) state(p string) *tree.State {
	s.t.Helper()
	e, hash, err := s.ReadBack(p)
	if err != nil {
		s.t.Fatal(err)
	}
	st := e.State()
	if st != nil {
		st.SHA256 = hash
	}
	return st
}

func (s *side) stage(content string) volume.Staged {
	s.t.Helper()
	staged, err := s.Stage(context.Background(), strings.NewReader(content), int64(len(content)), tree.Hash{},
		tree.TimeOf(longAgo).Add(100), tree.Perm(0o640))
	if err != nil {
		s.t.Fatal(err)
	}
	return staged
}

func (s *side) content(p string) string {
	s.t.Helper()
	content, err := os.ReadFile(s.path(p))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(content)
}

func (s *side) absent(p string) {
	s.t.Helper()
	if _, err := os.Lstat(s.path(p)); !errors.Is(err, os.ErrNotExist) {
		s.t.Errorf("%s is there (%v)", p, err)
	}
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// everyWay runs f with each strategy.
func everyWay(t *testing.T, f func(t *testing.T, s *side)) {
	for _, way := range ways {
		t.Run(way.name, func(t *testing.T) {
			for _, each := range []bool{false, true} {
				f(t, newSide(t, Options{Can: way.can, SyncEach: each}))
			}
		})
	}
}

func second[T any](_ T, err error) error { return err }

// snapshot is everything outside .treaty.
func (s *side) snapshot() (lines []string) {
	filepath.WalkDir(s.dir, func(path string, e os.DirEntry, err error) error {
		if e.Name() == ".treaty" {
			return filepath.SkipDir
		}
		info, _ := e.Info()
		line := strings.TrimPrefix(path, s.dir) + " " + info.Mode().String()
		if info.Mode().IsRegular() {
			content, _ := os.ReadFile(path)
			line += " " + info.ModTime().String() + " " + string(content)
		}
		lines = append(lines, line)
		return nil
	})
	return lines
}
