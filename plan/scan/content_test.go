//go:build unix

package scan

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"treaty/plan/tree"
)

// expected is what a listing would say of the file p.
func expected(t testing.TB, r *Root, p tree.Path) Expected {
	t.Helper()
	d, err := r.Dir(p.Parent())
	must(t, err)
	defer d.Release()
	e, err := d.Lstat(p.Base())
	must(t, err)
	return Expected{Size: e.Size, Mtime: e.Mtime, Granularity: 1}
}

func TestHashIsThatOfTheContent(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	for _, size := range []int{0, 1, 100, 256 << 10, 256<<10 + 1, 1 << 20} {
		content := strings.Repeat("x", size)
		write(t, content, dir, "sub", "file")
		want := expected(t, r, "sub/file")
		got, err := r.Hash(t.Context(), "sub/file", want)
		if err != nil || got != sha256.Sum256([]byte(content)) {
			t.Errorf("%d bytes: %s, %v", size, got, err)
		}
		read, err := r.Read(t.Context(), "sub/file", want, 1<<20)
		if err != nil || string(read) != content {
			t.Errorf("%d bytes: Read gives %d, %v", size, len(read), err)
		}
	}
	if _, err := r.Read(t.Context(), "sub/file", expected(t, r, "sub/file"), 10); !errors.Is(err, ErrTooLarge) {
		t.Errorf("Read over the limit: %v", err)
	}
}

func TestHashRefusesWhatIsNotAsListed(t *testing.T) {
	for name, spoil := range map[string]func(file string) error{
		"size":      func(f string) error { return os.WriteFile(f, []byte("longer"), 0o644) },
		"mtime":     func(f string) error { return unix.UtimesNano(f, []unix.Timespec{{Sec: 1}, {Sec: 1}}) },
		"removed":   os.Remove,
		"link":      func(f string) error { return errors.Join(os.Rename(f, f+"x"), os.Symlink(f+"x", f)) },
		"fifo":      func(f string) error { return errors.Join(os.Remove(f), syscall.Mkfifo(f, 0o600)) },
		"directory": func(f string) error { return errors.Join(os.Remove(f), os.Mkdir(f, 0o755)) },
		"parent is a link": func(f string) error {
			dir := filepath.Dir(f)
			return errors.Join(os.Rename(dir, dir+"x"), os.Symlink(dir+"x", dir))
		},
	} {
		dir := t.TempDir()
		file := write(t, "text", dir, "sub", "file")
		r := open(t, dir)
		want := expected(t, r, "sub/file")
		r.Forget(tree.Root)
		must(t, spoil(file))
		if _, err := r.Hash(t.Context(), "sub/file", want); !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v, want %v", name, err, ErrChanged)
		}
	}
}

func TestHashRefusesWhatChangesMeanwhile(t *testing.T) {
	dir := t.TempDir()
	file := write(t, strings.Repeat("x", 1<<20), dir, "file")
	r := open(t, dir)
	for name, spoil := range map[string]func() error{
		"touched":   func() error { return unix.UtimesNano(file, []unix.Timespec{{Sec: 1}, {Sec: 1}}) },
		"truncated": func() error { return os.Truncate(file, 300<<10) },
		"appended":  func() error { return os.Truncate(file, 2<<20) },
	} {
		write(t, strings.Repeat("x", 1<<20), file)
		first := true
		err := r.content(t.Context(), "file", expected(t, r, "file"), make([]byte, 256<<10), func([]byte) {
			if first {
				must(t, spoil())
				first = false
			}
		}, nil)
		if !errors.Is(err, ErrChanged) {
			t.Errorf("%s: %v, want %v", name, err, ErrChanged)
		}
	}
}

func TestHashOfAVanishedTreeSaysSo(t *testing.T) {
	dir := mkdir(t, t.TempDir(), "root")
	write(t, "x", dir, "file")
	r := open(t, dir)
	want := expected(t, r, "file")
	must(t, os.RemoveAll(dir))
	if _, err := r.Hash(t.Context(), "file", want); !errors.Is(err, ErrVanished) {
		t.Errorf("%v, want %v", err, ErrVanished)
	}
}

func TestHasherAnswersInOrder(t *testing.T) {
	dir := t.TempDir()
	r := open(t, dir)
	var requests []Request
	var total int64
	for i := range 2 * ahead {
		p := tree.Path(fmt.Sprintf("d%d/f%d", i%7, i))
		write(t, strings.Repeat("x", i*17%5000), dir, string(p))
		requests = append(requests, Request{Path: p, Want: expected(t, r, p), Head: 5})
		total += int64(i * 17 % 5000)
	}
	var read atomic.Int64
	h := Hasher{Root: r, Workers: 4, Progress: &read}
	i := 0
	for got := range h.All(t.Context(), slices.Values(requests)) {
		size := requests[i].Want.Size
		if got.Path != requests[i].Path || got.Err != nil ||
			got.Hash != sha256.Sum256([]byte(strings.Repeat("x", int(size)))) ||
			string(got.Head) != strings.Repeat("x", int(min(5, size))) {
			t.Fatalf("answer %d: %+v", i, got)
		}
		i++
	}
	if i != len(requests) || read.Load() != total {
		t.Errorf("%d answers, %d bytes; want %d, %d", i, read.Load(), len(requests), total)
	}
	for range h.All(t.Context(), slices.Values(requests)) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for got := range h.All(ctx, slices.Values(requests)) {
		if !errors.Is(got.Err, context.Canceled) {
			t.Errorf("canceled: %v", got.Err)
		}
	}
}

func TestExtrasAreFound(t *testing.T) {
	dir := t.TempDir()
	file := write(t, "x", dir, "file")
	r := open(t, dir)
	ask := Request{Path: "file", Want: expected(t, r, "file"), Extras: true}
	if got := r.hash(t.Context(), ask, nil); got.Err != nil || got.Extras {
		t.Errorf("a plain file: %+v", got)
	}
	if err := unix.Setxattr(file, "user.colour", []byte("blue"), 0); err != nil {
		t.Skip("no extended attributes here:", err)
	}
	if got := r.hash(t.Context(), ask, nil); got.Err != nil || !got.Extras {
		t.Errorf("a file with an attribute: %+v", got)
	}
}

func BenchmarkHash(b *testing.B) {
	const files = 20_000
	dir := forest(b, files)
	r := open(b, dir)
	var requests []Request
	for _, l := range everything(b, r.Walk(b.Context(), Options{})) {
		for _, e := range l.Entries {
			if e.Type == tree.File {
				requests = append(requests, Request{Path: l.Dir.Join(e.Name), Want: Expected{Size: e.Size, Mtime: e.Mtime}})
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		for got := range (Hasher{Root: r}).All(b.Context(), slices.Values(requests)) {
			must(b, got.Err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/files, "ns/file")
}

// What would have to be downloaded is told as such, through all that wraps it, and otherwise taken as what
// cannot be read.
func TestPlaceholdersAreTold(t *testing.T) {
	err := fmt.Errorf("%q: %w", "a", ErrDataless)
	if !errors.Is(err, ErrDataless) || !errors.Is(err, fs.ErrPermission) || why(err) != ErrDataless.Error() {
		t.Errorf("%v: %s", err, why(err))
	}
	if denied := fmt.Errorf("%q: %w", "a", fs.ErrPermission); errors.Is(denied, ErrDataless) ||
		errors.Is(err, fs.ErrNotExist) {
		t.Error("other errors are taken for it")
	}
}
