package scan

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/windows"

	"treaty/plan/tree"
)

// openTemp is an empty tree.
func openTemp(t *testing.T) (string, *Root) {
	t.Helper()
	dir := t.TempDir()
	root, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { root.Close() })
	return root.Path(), root
}

func put(t *testing.T, path, text string) {
	t.Helper()
	if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o777), os.WriteFile(path, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// verbatim opens a name without Win32's rules for names, as Linux writes them on NTFS.
func verbatim(t *testing.T, path string, access, share, disposition uint32) windows.Handle {
	t.Helper()
	name, err := windows.UTF16PtrFromString(`\\?\` + path)
	if err != nil {
		t.Fatal(err)
	}
	h, err := windows.CreateFile(name, access, share, nil, disposition, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func entriesOf(t *testing.T, root *Root, dir tree.Path) map[string]tree.Entry {
	t.Helper()
	walk := root.Walk(context.Background(), Options{Granularity: 100})
	defer walk.Close()
	listing, err := walk.List(tree.Root)
	if dir != tree.Root && err == nil {
		listing, err = walk.List(dir)
	}
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]tree.Entry{}
	for _, e := range listing.Entries {
		found[e.Name] = e
	}
	return found
}

func TestARootIsAbsoluteUnderAnySpelling(t *testing.T) {
	dir, _ := openTemp(t)
	put(t, filepath.Join(dir, "Sub", "f"), "x")
	for _, spelling := range []string{
		filepath.Join(dir, "Sub"), filepath.Join(dir, "sub"), strings.ReplaceAll(filepath.Join(dir, "Sub"), `\`, "/"),
		filepath.Join(dir, "Sub") + `\`, strings.ToLower(dir[:1]) + filepath.Join(dir, "Sub")[1:],
	} {
		root, err := Open(spelling)
		if err != nil {
			t.Errorf("%s: %v", spelling, err)
			continue
		}
		if root.Path() != filepath.Join(dir, "Sub") {
			t.Errorf("%s: path %s", spelling, root.Path())
		}
		if err := root.Check(); err != nil {
			t.Error(err)
		}
		root.Close()
	}
	if _, err := Open(filepath.Join(dir, "absent")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	if _, err := Open(filepath.Join(dir, "Sub", "f")); !errors.Is(err, ErrNotDirectory) {
		t.Errorf("a file: %v", err)
	}
}

func TestTheMountOfADrive(t *testing.T) {
	_, root := openTemp(t)
	m, err := root.Mount()
	if err != nil || m.Type == "" {
		t.Errorf("%+v, %v", m, err)
	}
	declared, err := root.Traits(tree.POSIX, nil)
	if err != nil || declared.Names != tree.WindowsNames || declared.Modes {
		t.Errorf("no declaration makes Windows take other names: %+v, %v", declared, err)
	}
}

func TestPathsLongerThanWindowsHadThem(t *testing.T) {
	dir, _ := openTemp(t)
	deep := dir
	for range 5 {
		deep = filepath.Join(deep, strings.Repeat("long-name-", 10))
	}
	put(t, filepath.Join(deep, "below", "f"), "x")
	root, err := Open(deep)
	if err != nil {
		t.Fatal(err)
	}
	defer root.Close()
	if m, err := root.Mount(); err != nil || m.Type == "" {
		t.Errorf("%+v, %v", m, err)
	}
	if e := entriesOf(t, root, "below")["f"]; e.Type != tree.File || e.Size != 1 {
		t.Errorf("%+v", e)
	}
	if _, err := root.Hash(context.Background(), "below/f",
		Expected{Size: 1, Mtime: entriesOf(t, root, "below")["f"].Mtime}); err != nil {
		t.Error(err)
	}
	if err := root.Check(); err != nil {
		t.Error(err)
	}
}

// A file that another program keeps for itself is there, and cannot be read: it is not deleted.
func TestAFileKeptByAnotherProgramIsListed(t *testing.T) {
	dir, root := openTemp(t)
	put(t, filepath.Join(dir, "f"), "content")
	h := verbatim(t, filepath.Join(dir, "f"), windows.GENERIC_READ|windows.GENERIC_WRITE, 0, windows.OPEN_EXISTING)
	defer windows.CloseHandle(h)
	e := entriesOf(t, root, tree.Root)["f"]
	if e.Type != tree.File || e.Size != 7 {
		t.Errorf("%+v", e)
	}
	_, err := root.Hash(context.Background(), "f", Expected{Size: e.Size, Mtime: e.Mtime})
	if err == nil || !strings.Contains(err.Error(), ErrInUse.Error()) {
		t.Errorf("it was read (%v)", err)
	}
}

// No name leads to a device, to another stream, or, for a dot or space at its end, to another file.
func TestNamesLeadNowhereElse(t *testing.T) {
	dir, root := openTemp(t)
	put(t, filepath.Join(dir, "f"), "x")
	top, err := root.Dir(tree.Root)
	if err != nil {
		t.Fatal(err)
	}
	defer top.Release()
	for _, name := range []string{"f.", "f ", "f...", "f::$DATA", "f:s", `.\f`, `sub\..\f`, "NUL", "con",
		"COM1", "aux.txt", "CONOUT$"} {
		if f, err := top.Open(name); err == nil {
			f.Close()
			t.Errorf("%q was opened", name)
		}
		if e, err := top.Lstat(name); err == nil {
			t.Errorf("%q is %+v", name, e)
		}
		if d, err := top.OpenDir(name); err == nil {
			d.Release()
			t.Errorf("%q is a directory", name)
		}
	}
}

func TestNamesThatOnlyLinuxWrites(t *testing.T) {
	dir, root := openTemp(t)
	put(t, filepath.Join(dir, "f"), "x")
	for _, name := range []string{"f.", "aux.txt"} {
		windows.CloseHandle(verbatim(t, filepath.Join(dir, name), windows.GENERIC_WRITE, 0, windows.CREATE_NEW))
		e, there := entriesOf(t, root, tree.Root)[name]
		if !there || e.Obstacle != tree.Unreadable || e.Why == "" {
			t.Errorf("%q: %+v, %v", name, e, there)
		}
	}
}

// Times have 100 ns, whatever the zone.
func TestTimesHaveAHundredNanoseconds(t *testing.T) {
	dir, root := openTemp(t)
	put(t, filepath.Join(dir, "f"), "x")
	want := tree.UnixTime(1_700_000_000, 123_456_700)
	if err := os.Chtimes(filepath.Join(dir, "f"), want.Time(), want.Time()); err != nil {
		t.Fatal(err)
	}
	if e := entriesOf(t, root, tree.Root)["f"]; e.Mtime != want {
		t.Errorf("%v, want %v", e.Mtime, want)
	}
}

// placeholder is what Windows tells of a file whose content is elsewhere.
type placeholder struct {
	fs.FileInfo
	attributes uint32
}

func (p placeholder) Sys() any { return &syscall.Win32FileAttributeData{FileAttributes: p.attributes} }

func TestContentThatIsElsewhereIsTold(t *testing.T) {
	for attributes, want := range map[uint32]bool{
		windows.FILE_ATTRIBUTE_ARCHIVE:                                                    false,
		windows.FILE_ATTRIBUTE_NORMAL:                                                     false,
		windows.FILE_ATTRIBUTE_DIRECTORY | windows.FILE_ATTRIBUTE_READONLY:                false,
		windows.FILE_ATTRIBUTE_ARCHIVE | windows.FILE_ATTRIBUTE_OFFLINE:                   true,
		windows.FILE_ATTRIBUTE_ARCHIVE | windows.FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS:     true,
		windows.FILE_ATTRIBUTE_DIRECTORY | windows.FILE_ATTRIBUTE_RECALL_ON_OPEN:          true,
		windows.FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS | windows.FILE_ATTRIBUTE_SPARSE_FILE: true,
	} {
		if got := Dataless(placeholder{attributes: attributes}); got != want {
			t.Errorf("attributes %x: %v", attributes, got)
		}
	}
}

// An error of a pulled volume is told from others, whatever wraps it.
func TestAPulledVolumeIsTold(t *testing.T) {
	for _, gone := range []error{windows.ERROR_NOT_READY, windows.ERROR_DEVICE_NOT_CONNECTED,
		windows.ERROR_DEV_NOT_EXIST} {
		if !Unplugged(&fs.PathError{Op: "open", Path: "x", Err: gone}) {
			t.Errorf("%v", gone)
		}
	}
	for _, other := range []error{nil, windows.ERROR_ACCESS_DENIED, windows.ERROR_SHARING_VIOLATION,
		windows.ERROR_FILE_NOT_FOUND} {
		if Unplugged(other) {
			t.Errorf("%v", other)
		}
	}
}

// Windows tells times of the years 1601 to 30827, of which the standard library knows those to 2262.
func TestTimesBeyondNanosecondsAreThemselves(t *testing.T) {
	for _, c := range []struct {
		steps uint64
		want  string
	}{
		{0, "1601-01-01T00:00:00Z"},
		{116444736000000000, "1970-01-01T00:00:00Z"},
		{116444736000000000 + 10413792000*10000000 + 1, "2300-01-01T00:00:00.0000001Z"},
	} {
		at := timeOf(syscall.Filetime{LowDateTime: uint32(c.steps), HighDateTime: uint32(c.steps >> 32)})
		if got := at.String(); got != c.want {
			t.Errorf("%d steps: %s, want %s", c.steps, got, c.want)
		}
	}
}
