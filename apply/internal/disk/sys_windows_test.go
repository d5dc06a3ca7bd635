package disk

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/windows"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Whoever looks or saves while a file is examined and moved is told so by the system; nothing is lost.
func TestNobodyGetsAtAFileThatIsHeld(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can, Hash: true})
	before := s.write("f", "old")
	staged := s.stage("new")
	tried := 0
	between(s, Rename, 1, func() {
		for _, by := range []string{"atomic save", "in place", "delete and create"} {
			tried++
			if err := save(s.path("f"), by, "edit"); !refused(err) {
				t.Errorf("%s: %v", by, err)
			}
		}
		if err := os.Remove(s.path("f")); !refused(err) {
			t.Errorf("remove: %v", err)
		}
	})
	r, err := s.Replace("f", before, staged, "")
	check(t, err)
	if tried != 3 || s.content("f") != "new" || s.content(r.Trash) != "old" {
		t.Errorf("%+v after %d tries", r, tried)
	}
	os.WriteFile(s.path(r.Trash), []byte("late"), 0o600)
	if s.content(r.Trash) != "late" {
		t.Error("the hold outlasts the operation")
	}
}

// A file that another program has open so that it can't be renamed is busy, and stays as it is.
func TestAFileInUseIsBusy(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	before := s.write("f", "old")
	name, err := windows.UTF16PtrFromString(s.path("f"))
	check(t, err)
	for what, access := range map[string]uint32{"reader": windows.GENERIC_READ, "writer": windows.GENERIC_WRITE} {
		for _, share := range []uint32{0, windows.FILE_SHARE_READ, windows.FILE_SHARE_READ | windows.FILE_SHARE_WRITE} {
			h, err := windows.CreateFile(name, access, share, nil, windows.OPEN_EXISTING, 0, 0)
			check(t, err)
			for call, err := range map[string]error{
				"replace": second(s.Replace("f", before, s.stage("new"), "")),
				"trash":   second(s.Trash("f", before, "")),
				"move":    second(s.Move("f", "g", before, "")),
			} {
				if !errors.Is(err, volume.ErrBusy) || !errors.Is(err, volume.ErrDrift) {
					t.Errorf("%s, sharing %d: %s: %v", what, share, call, err)
				}
			}
			windows.CloseHandle(h)
		}
	}
	if s.content("f") != "old" {
		t.Error("it was changed")
	}
	check(t, second(s.Trash("f", before, "")))
}

func attributes(t *testing.T, path string) uint32 {
	t.Helper()
	name, err := windows.UTF16PtrFromString(path)
	check(t, err)
	found, err := windows.GetFileAttributes(name)
	check(t, err)
	return found
}

// A read-only file can be moved, trashed, replaced and cleaned up, and stays read-only where it is.
func TestReadOnlyFilesStayReadOnly(t *testing.T) {
	for _, each := range []bool{false, true} {
		s := newSide(t, Options{Can: ways[0].can, SyncEach: each})
		readOnly := func(p string) bool { return attributes(t, s.path(p))&windows.FILE_ATTRIBUTE_READONLY != 0 }
		s.write("d/f", "old")
		check(t, os.Chmod(s.path("d/f"), 0o444))
		r, err := s.Replace("d/f", s.state("d/f"), s.stage("new"), "")
		check(t, err)
		if s.content("d/f") != "new" || !readOnly("d/f") || s.content(r.Trash) != "old" || !readOnly(r.Trash) {
			t.Errorf("replaced: %+v, %v, %v", r, readOnly("d/f"), readOnly(r.Trash))
		}
		check(t, second(s.Touch("d/f", s.state("d/f"), tree.UnixTime(77, 0))))
		check(t, second(s.Move("d/f", "d/g", s.state("d/f"), "")))
		check(t, second(s.Move("d/g", "d/G", s.state("d/g"), "")))
		if !readOnly("d/G") || s.state("d/G").Mtime != tree.UnixTime(77, 0) {
			t.Errorf("moved: %v, %+v", readOnly("d/G"), s.state("d/G"))
		}
		r, err = s.Trash("d/G", s.state("d/G"), "")
		check(t, err)
		if !readOnly(r.Trash) {
			t.Error("in the trash it is no longer read-only")
		}
		check(t, os.Chmod(s.path("d"), 0o555)) // Explorer does that to folders with an icon
		check(t, second(s.Rmdir("d")))
		s.absent("d")
		check(t, s.ClearTrash("run-1"))
		s.absent(".treaty/trash/run-1")
	}
}

// What the file system would take, and no other program could open, is refused; so is what leads to
// another stream or directory.
func TestNamesOfWindows(t *testing.T) {
	posix := tree.POSIX.Traits() // as if a plan knew no better
	s := newSide(t, Options{Can: ways[0].can, Traits: posix})
	before := s.write("f", "old")
	s.write("d/f", "canary")
	for _, name := range []string{"CON", "nul", "Aux.txt", "COM1", "lpt9.log", "CONIN$", "a.", "a ",
		"a...", "f:stream", "f::$DATA",
		`d\g`, `a\b`, "a*", "a?", "a|b", "a<b", `a"b`, "a\x01b"} {
		staged := s.stage("evil")
		p := tree.Path(name)
		for what, err := range map[string]error{
			"create": second(s.Create(p, staged)),
			"mkdir":  second(s.Mkdir(p, 0, false)),
			"move":   second(s.Move("f", p, before, "")),
			"below":  second(s.Create(p+"/x", staged)),
		} {
			if err == nil {
				t.Errorf("%s %q went through", what, name)
			}
		}
		check(t, s.Discard(staged))
	}
	for _, name := range []tree.Path{"f:stream", "f::$DATA", `d\f`, "f.", "f "} {
		for what, err := range map[string]error{
			"replace": second(s.Replace(name, before, s.stage("evil"), "")),
			"trash":   second(s.Trash(name, before, "")),
			"from":    second(s.Move(name, "g", before, "")),
			"touch":   second(s.Touch(name, before, tree.UnixTime(0, 1))),
		} {
			if err == nil {
				t.Errorf("%s %q went through", what, string(name))
			}
		}
	}
	if got := s.snapshot(); len(got) != 4 || s.content("f") != "old" || s.content("d/f") != "canary" {
		t.Errorf("there are %q", got)
	}
}

// Names are found in any case, and paths may be longer than 260 characters.
func TestCaseAndLength(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	s.write("Read.Me", "old")
	if _, err := s.Create("README", s.stage("x")); err != nil {
		t.Error(err)
	}
	if _, err := s.Create("READ.ME", s.stage("x")); !errors.Is(err, volume.ErrTaken) {
		t.Errorf("another case: %v", err)
	}
	long := strings.Repeat("long-name-", 12)
	p := tree.Path(long)
	check(t, second(s.Mkdir(p, 0, false)))
	for range 4 {
		p = p.Join(long)
		check(t, second(s.Mkdir(p, 0, false)))
	}
	p = p.Join("file")
	check(t, second(s.Create(p, s.stage("far down"))))
	if len(s.path(string(p))) < 600 || s.content(string(p)) != "far down" {
		t.Error("not there")
	}
	r, err := s.Replace(p, s.state(string(p)), s.stage("new"), "")
	check(t, err)
	if s.content(r.Trash) != "far down" {
		t.Error("not in the trash")
	}
	check(t, s.Barrier())
	space, err := s.Space()
	if err != nil || space.Total <= 0 || space.Block < 512 {
		t.Errorf("%+v, %v", space, err)
	}
}

// A directory that was moved away and replaced while treaty kept it open is not changed in its stead.
func TestAReplacedDirectoryIsNotMistaken(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can})
	s.write("d/f", "x")
	check(t, second(s.Create("d/first", s.stage("x"))))
	if err := os.Rename(s.path("d"), s.path("away")); err != nil {
		t.Skipf("the system moves no directory that is open: %v", err)
	}
	check(t, os.Mkdir(s.path("d"), 0o755))
	check(t, second(s.Create("d/second", s.stage("x"))))
	if _, err := os.Stat(filepath.Join(s.dir, "d", "second")); err != nil {
		t.Error("it went to the directory that was moved away")
	}
}

// What leaves a volume in doubt, full or gone stops a run, and what is one file's own does not.
func TestWhatLeavesAVolumeInDoubtStopsARun(t *testing.T) {
	for _, bad := range []error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL, windows.ERROR_WRITE_PROTECT,
		windows.ERROR_NOT_READY, windows.ERROR_DEVICE_NOT_CONNECTED, windows.ERROR_IO_DEVICE, windows.ERROR_CRC,
		windows.ERROR_DISK_QUOTA_EXCEEDED, errno(windows.STATUS_DISK_FULL), errno(windows.STATUS_DEVICE_NOT_CONNECTED),
		errno(windows.STATUS_MEDIA_WRITE_PROTECTED), errno(windows.STATUS_NO_SUCH_DEVICE)} {
		if !fatal(failed(WriteFile, "x", bad)) {
			t.Errorf("%v does not stop a run", bad)
		}
	}
	for _, own := range []error{nil, windows.ERROR_ACCESS_DENIED, windows.ERROR_SHARING_VIOLATION,
		windows.ERROR_FILE_NOT_FOUND,
		windows.ERROR_ALREADY_EXISTS, windows.ERROR_FILENAME_EXCED_RANGE, windows.ERROR_INVALID_NAME} {
		if fatal(own) {
			t.Errorf("%v stops a run", own)
		}
	}
	if !busy(errno(windows.STATUS_SHARING_VIOLATION)) || !busy(scan.ErrInUse) || busy(windows.ERROR_ACCESS_DENIED) {
		t.Error("what is in use is not told")
	}
}
