package disk

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"testing"

	"golang.org/x/sys/unix"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// lent is a file that may be shared; it counts what is read of it all the same.
type lent struct {
	*os.File
	fd    uintptr
	read  int
	taken int64
}

func (l *lent) Descriptor() (uintptr, bool) { return l.fd, true }

func (l *lent) Taken(size int64) { l.taken = size }

func (l *lent) Read(p []byte) (int, error) {
	n, err := l.File.Read(p)
	l.read += n
	return n, err
}

// lend opens a file of the user's.
func (s *side) lend(p string) *lent {
	s.t.Helper()
	f, err := os.Open(s.path(p))
	check(s.t, err)
	s.t.Cleanup(func() { f.Close() })
	return &lent{File: f, fd: f.Fd()}
}

// shares tells whether files here can share their blocks.
func (s *side) shares() bool {
	var st unix.Statfs_t
	check(s.t, unix.Statfs(s.dir, &st))
	return st.Type == unix.BTRFS_SUPER_MAGIC || st.Type == unix.XFS_SUPER_MAGIC
}

// A large file is not copied where its blocks can be shared; it is held to what was planned all the same.
func TestALargeFileIsSharedWhereItCanBe(t *testing.T) {
	s := newSide(t, Options{})
	content := bytes.Repeat([]byte("0123456789abcdef"), leastShared/8)
	size, hash := int64(len(content)), tree.Hash(sha256.Sum256(content))
	s.write("f", string(content))
	for _, c := range []struct {
		what string
		size int64
		hash tree.Hash
		want error
	}{
		{"as planned", size, hash, nil},
		{"of no known hash", size, tree.Hash{}, nil},
		{"of another hash", size, tree.Hash{1}, volume.ErrSource},
		{"shorter", size - 1, hash, volume.ErrSource},
		{"longer", size + 1, hash, volume.ErrSource},
	} {
		src := s.lend("f")
		staged, err := s.Stage(context.Background(), src, c.size, c.hash, tree.UnixTime(7, 0), tree.Perm(0o640))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.what, err)
		}
		if s.shares() != (src.taken > 0) || s.shares() != (src.read == 0) {
			t.Errorf("%s: %d bytes were shared, and %d copied", c.what, src.taken, src.read)
		}
		if c.want != nil {
			continue
		}
		if staged.Hash != hash || s.content(staged.Name) != string(content) || staged.Mode != tree.Perm(0o640) ||
			staged.Mtime != tree.UnixTime(7, 0) {
			t.Errorf("%s: %+v", c.what, staged)
		}
	}
}

// What cannot be shared is copied, whatever is the reason.
func TestWhatCannotBeSharedIsCopied(t *testing.T) {
	s := newSide(t, Options{})
	content := bytes.Repeat([]byte("x"), leastShared)
	s.write("f", string(content))
	for what, fd := range map[string]uintptr{"nothing is open": 1 << 20, "a directory": s.lend(".").fd} {
		src := s.lend("f")
		src.fd = fd
		staged, err := s.Stage(context.Background(), src, leastShared, tree.Hash{}, tree.UnixTime(7, 0), 0)
		if err != nil || src.taken > 0 || s.content(staged.Name) != string(content) {
			t.Errorf("%s: %v, %d taken", what, err, src.taken)
		}
	}
	small := s.lend("f")
	if _, err := s.Stage(context.Background(), small, leastShared-1, tree.Hash{}, tree.UnixTime(7, 0),
		0); !errors.Is(err, volume.ErrSource) || small.taken > 0 {
		t.Errorf("what is small: %v, %d taken", err, small.taken)
	}
}
