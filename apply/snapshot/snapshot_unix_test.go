//go:build unix

package snapshot_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/apply/internal/local"
	"treaty/apply/snapshot"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
	"treaty/testdata/effort"
)

type tester interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
	Errorf(string, ...any)
}

func check(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func opened(t tester, dir string) volume.Volume {
	t.Helper()
	v, err := local.Open(dir)
	check(t, err)
	return v
}

// taken is the text of a snapshot of a directory.
func taken(t tester, dir string) []byte {
	t.Helper()
	from := store.ReaderOf(opened(t, dir))
	defer from.Close()
	var out bytes.Buffer
	_, err := snapshot.Take(context.Background(), from, snapshot.Taking{DefaultIgnores: true,
		By: plan.Author{User: "ann", Host: "desk", Version: "1"}, Began: time.Now()}, &out)
	check(t, err)
	return out.Bytes()
}

func read(text []byte) (*snapshot.File, error) {
	return snapshot.Open(bytes.NewReader(text), int64(len(text)))
}

// listed is all that a source lists, a directory after the other.
func listed(t tester, of volume.Source) []tree.Listing {
	t.Helper()
	walk := of.Walk(context.Background(), scan.Options{DefaultIgnores: true, Granularity: 1, Modes: true,
		Patterns: []string{"*.config"}})
	defer walk.Close()
	var all []tree.Listing
	var list func(dir tree.Path)
	list = func(dir tree.Path) {
		l, err := walk.List(dir)
		check(t, err)
		entries := l.Entries
		l.Scope, l.Entries = nil, nil
		for _, e := range entries {
			e.Inode = 0
			if e.Links == 1 {
				e.Links = 0 // the file tells of several only
			}
			if e.Type != tree.File {
				e.Links = 0
			}
			l.Entries = append(l.Entries, e)
		}
		all = append(all, l)
		for _, e := range entries {
			if e.Type == tree.Directory && e.Obstacle == "" && e.Ruling == tree.InScope {
				list(dir.Join(e.Name))
			}
		}
	}
	list(tree.Root)
	check(t, walk.Finish())
	return all
}

// hashed are the contents of all files in scope of a listing.
func hashed(t tester, of volume.Source, all []tree.Listing) []tree.Content {
	t.Helper()
	var wanted []tree.Wanted
	for _, l := range all {
		for _, e := range l.Entries {
			if e.Type == tree.File && e.Obstacle == "" && e.Ruling == tree.InScope {
				wanted = append(wanted, tree.Wanted{Path: l.Dir.Join(e.Name), Size: e.Size, Mtime: e.Mtime})
			}
		}
	}
	contents := make([]tree.Content, len(wanted))
	check(t, of.Reader(1, nil).Hash(context.Background(), wanted, func(i int, c tree.Content) { contents[i] = c }))
	return contents
}

// oddNames are names that a line of JSON, a path or a terminal may trip over.
var oddNames = []string{"a", "A", "b", "é", "e\u0301", "line\nfeed", "\x1b[31m", "quo\"te", "back\\slash", "\\x41",
	"\u202etxt", "not\xffutf8", "\xfe\\", " ", "...", "-", "<&>", "\u2028", ".treatyignore", "x.o", "y.config",
	".DS_Store", "~", "日本"}

// plant makes a random tree of odd names.
func plant(r *rapid.T, dir string, depth int) {
	for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(oddNames), 0, 6, rapid.ID).Draw(r, "names") {
		at := filepath.Join(dir, name)
		kind := rapid.SampledFrom([]string{"file", "file", "program", "directory", "link", "pipe"}).Draw(r, "kind")
		switch {
		case name == scan.IgnoreFile:
			rules := rapid.SampledFrom([]string{"", "\n", "*.o", "*.o\n!a\n", "a/\r\n\xff*\n", "\\\n\n"}).Draw(r, "rules")
			check(r, os.WriteFile(at, []byte(rules), 0o644))
		case kind == "file":
			check(r, os.WriteFile(at, rapid.SliceOfN(rapid.Byte(), 0, 9).Draw(r, "content"), 0o644))
		case kind == "program":
			check(r, os.WriteFile(at, []byte("#!/bin/sh\n"), 0o755))
		case kind == "directory":
			check(r, os.Mkdir(at, 0o755))
			if depth > 0 {
				plant(r, at, depth-1)
			}
		case kind == "link":
			check(r, os.Symlink(rapid.SampledFrom(oddNames).Draw(r, "target"), at))
		default:
			check(r, syscall.Mkfifo(at, 0o600))
		}
	}
}

// A snapshot lists what the tree lists, and answers for contents as the tree does.
func TestWhatIsTakenIsReadAsTheTreeIs(t *testing.T) {
	effort.Check(t, 40, 400, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		check(r, err)
		plant(r, dir, 2)
		text := taken(r, dir)
		file, err := read(text)
		if err != nil {
			r.Fatalf("%v:\n%s", err, text)
		}
		live := opened(r, dir)
		defer live.Close()
		want, got := listed(r, live), listed(r, file)
		if !reflect.DeepEqual(want, got) {
			r.Fatalf("it lists\n%+v\nand the tree\n%+v\n%s", got, want, text)
		}
		if want, got := hashed(r, live, want), hashed(r, file, want); !reflect.DeepEqual(want, got) {
			r.Fatalf("it says of contents\n%+v\nand the tree\n%+v\n%s", got, want, text)
		}
		for n, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
			if err := schema.Validate(schema.Snapshot, line); err != nil {
				r.Fatalf("line %d: %v", n+1, err)
			}
		}
		if found, err := file.Verify(context.Background(), live, snapshot.Verifying{}); err != nil || len(found) > 0 {
			r.Fatalf("the tree it is of differs from it: %v, %+v", err, found)
		}
	})
}

// resummed is a text whose last line has the sum of what stands before it.
func resummed(text string) []byte {
	text = strings.TrimSuffix(text, "\n")
	at := strings.LastIndex(text, "\n") + 1
	end := text[at:]
	sum := sha256.Sum256([]byte(text[:at]))
	if i := strings.LastIndex(end, `"sha256":"`); i >= 0 {
		end = fmt.Sprintf(`%s"sha256":"%x"}`, end[:i], sum)
	}
	return []byte(text[:at] + end + "\n")
}

// small is a snapshot of a small tree: eight lines.
func small(t tester) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "")
	check(t, err)
	defer os.RemoveAll(dir)
	for name, content := range map[string]string{"a": "1", "d/b": "22", "d/.treatyignore": "*.o\n", "z": "3"} {
		check(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		check(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	return string(taken(t, dir))
}

func TestWhatIsNoSoundSnapshotIsRefusedWithItsLine(t *testing.T) {
	text := small(t)
	lines := strings.SplitAfter(text, "\n")
	join := func(of ...int) string {
		var out strings.Builder
		for _, n := range of {
			out.WriteString(lines[n-1])
		}
		return out.String()
	}
	replaced := func(old, new string) string {
		if !strings.Contains(text, old) {
			t.Fatalf("it has no %s:\n%s", old, text)
		}
		return strings.Replace(text, old, new, 1)
	}
	if _, err := read(resummed(text)); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, text string
		line       int
		why        string
	}{
		{"nothing", "", 1, "cut short"},
		{"no snapshot", "hello\n", 1, ""},
		{"another document", `{"format":"treaty.plan","format_version":"1.0"}` + "\n", 1, "treaty.snapshot"},
		{"no head", join(2, 3), 1, "does not begin"},
		{"no end", join(1, 2, 3, 4, 5, 6, 7, 8), 9, "cut short"},
		{"cut within a line", text[:len(text)-9], 9, "cut short"},
		{"two heads", join(1, 1, 2, 3, 4, 5, 6, 7, 8, 9), 2, "second head"},
		{"an entry first", join(1, 3, 2, 4, 5, 6, 7, 8, 9), 2, "before the first directory"},
		{"a directory is missing", join(1, 2, 3, 4, 5, 9), 6, "before the directory d"},
		{"a directory twice", join(1, 2, 3, 4, 5, 6, 7, 8, 6, 7, 8, 9), 9, "not due"},
		{"an entry twice", join(1, 2, 3, 3, 4, 5, 6, 7, 8, 9), 4, "twice"},
		{"out of order", join(1, 2, 4, 3, 5, 6, 7, 8, 9), 4, "order"},
		{"an entry of another directory", join(1, 2, 3, 4, 7, 5, 6, 8, 9), 5, "lie right in"},
		{"an entry is missing", join(1, 2, 3, 4, 6, 7, 8, 9), 8, "totals"},
		{"rules without their file", join(1, 2, 3, 4, 5, 6, 8, 9), 8, "rules"},
		{"something after the end", text + "\n", 10, "after the end"},
		{"another size", replaced(`"size":2`, `"size":7`), 9, "totals"},
		{"a member twice", replaced(`"size":2`, `"size":2,"size":2`), 8, ""},
		{"a member of none", replaced(`"size":2`, `"size":2,"owner":"ann"`), 8, "owner"},
		{"a negative size", replaced(`"size":2`, `"size":-2`), 8, "size"},
		{"a file without its hash", replaced(`"type":"file","size":1`, `"type":"directory","size":1`), 3, ""},
		{"a name of treaty's own", replaced(`"path":"z"`, `"path":".TREATY"`), 5, ""},
		{"a way out", replaced(`"path":"z"`, `"path":"z/../../x"`), 5, "path"},
		{"another version", replaced(`"format_version":"1.0"`, `"format_version":"2.0"`), 1, "another release"},
		{"a line without end", text[:len(text)-1] + strings.Repeat(" ", 9<<20), 9, "more than"},
	} {
		file := []byte(c.text)
		if strings.HasSuffix(c.text, "}\n") && strings.Contains(c.text, `"end":true`) {
			file = resummed(c.text)
		}
		_, err := read(file)
		var fault *snapshot.Fault
		if !errors.As(err, &fault) || fault.Line != c.line || !strings.Contains(fault.Why, c.why) {
			t.Errorf("%s: %v, want %q in line %d", c.name, err, c.why, c.line)
		}
	}
	_, err := read([]byte(replaced(`"size":2`, `"size":7`)))
	if err == nil || !strings.Contains(err.Error(), "another sum") {
		t.Errorf("edited, and with the old sum: %v", err)
	}
}

// A newer minor version may have members that nobody knows here.
func TestASnapshotOfANewerMinorVersionIsRead(t *testing.T) {
	text := strings.Replace(small(t), `"format_version":"1.0"`, `"format_version":"1.9","mood":[1.5]`, 1)
	text = strings.Replace(text, `"size":2`, `"size":2,"owner":{"name":"ann"}`, 1)
	file, err := read(resummed(text))
	if err != nil || file.Totals.Files != 4 {
		t.Errorf("%v", err)
	}
}

// Whatever stands in a file, it is refused, or it can be read as a whole.
func FuzzSnapshot(f *testing.F) {
	text := small(f)
	f.Add([]byte(text))
	f.Add([]byte(strings.Replace(text, `"size":2`, `"size":2e0`, 1)))
	f.Add([]byte(strings.Replace(text, `"type":"file"`, `"obstacle":"name-not-utf8"`, 1)))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, text := range [][]byte{data, resummed(string(data))} {
			file, err := read(text)
			var fault *snapshot.Fault
			if err != nil {
				if !errors.As(err, &fault) || fault.Line < 1 {
					t.Fatalf("%v", err)
				}
				continue
			}
			all := listed(t, file)
			if len(all) > 1+file.Totals.Directories {
				t.Fatalf("%d directories of %d", len(all), file.Totals.Directories)
			}
			hashed(t, file, all)
		}
	})
}
