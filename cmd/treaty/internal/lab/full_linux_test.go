package lab

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"treaty/testdata/effort"
)

// Where not a byte is left, every command says so and names what makes room, and that does. Where nothing can be
// written they say that, and a plan can be had all the same.
func TestATreeOnAFullVolumeCanBeCleaned(t *testing.T) {
	effort.Laboratory(t, "sticks")
	local, remote := filepath.Join(t.TempDir(), "local"), filepath.Join(t.TempDir(), "remote")
	for _, dir := range []string{local, remote} {
		if err := os.Mkdir(dir, 0o777); err != nil {
			t.Fatal(err)
		}
	}
	if err := unix.Mount("tmpfs", local, "tmpfs", 0, "size=2m"); err != nil {
		t.Skipf("nothing can be mounted: %v", err)
	}
	t.Cleanup(func() { _ = unix.Unmount(local, unix.MNT_DETACH) })
	put := func(name string) {
		if err := os.WriteFile(filepath.Join(local, name), []byte(name), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	put("a")
	tried(t, 0, "sync", "--yes", local, remote)
	if out := tried(t, 0, "doctor", local); strings.Contains(out, "are free") {
		t.Errorf("a small volume that is nearly empty: %s", out)
	}
	put("b")
	tried(t, 0, "plan", local, remote)
	tried(t, 0, "-C", local, "approve", "--yes")
	fill(t, filepath.Join(local, "fill"))
	if out := tried(t, 1, "doctor", local); !strings.Contains(out, "hint: treaty clean -C ") {
		t.Errorf("doctor of a full volume: %s", out)
	}

	const hint = "hint: make room (treaty clean -C "
	for _, args := range [][]string{{"plan"}, {"sync", "--yes"}, {"apply"}} {
		if out := tried(t, exitSafety, append(args, "-C", local)...); !strings.Contains(out, hint) {
			t.Errorf("%s: %s", args, out)
		}
	}
	if _, err := os.Lstat(filepath.Join(local, ".treaty", "lock")); err == nil {
		t.Error("a lock was left that says nothing")
	}
	tried(t, 0, "-C", local, "clean", "--yes", "--older-than", "0s")
	const room = "hint: make room on that volume, then: treaty doctor "
	if out := tried(t, 1, "doctor", local); !strings.Contains(out, room) {
		t.Errorf("doctor of a full volume where nothing can be cleaned: %s", out)
	}
	tried(t, 0, "-C", local, "plan")

	if err := unix.Mount("", local, "", unix.MS_REMOUNT|unix.MS_RDONLY, ""); err != nil {
		t.Skipf("it cannot be made read-only: %v", err)
	}
	const closed = " cannot be written to: read-only file system\nhint: make it writable, then: treaty -C "
	for _, args := range [][]string{{"clean", "--yes"}, {"config", "hash", "all"}} {
		if out := tried(t, exitSafety, append([]string{"-C", local}, args...)...); !strings.Contains(out, closed) {
			t.Errorf("%s: %s", args, out)
		}
	}
	tried(t, 0, "-C", local, "plan", "-o", filepath.Join(t.TempDir(), "p.plan.json"))
}

// fill writes a file until its volume is full.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for page := make([]byte, 4096); err == nil; {
		_, err = f.Write(page)
	}
	if !errors.Is(err, unix.ENOSPC) {
		t.Fatal(err)
	}
}
