package wire

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"reflect"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

func TestAHelloIsFoundBehindNoise(t *testing.T) {
	line := string(NewHello("v9").Line())
	for _, noise := range []string{"", "Last login: today\n", `{"format":"treaty.`, strings.Repeat("x", MaxNoise)} {
		from := bufio.NewReader(strings.NewReader(noise + line + "rest"))
		hello, before, err := ReadHello(from)
		rest, _ := io.ReadAll(from)
		if err != nil || hello != NewHello("v9") || string(before) != noise || string(rest) != "rest" {
			t.Errorf("%.20q: %+v, %.20q, %q, %v", noise, hello, before, rest, err)
		}
	}
}

func TestWhatIsNoHelloIsToldFromOneOfAnotherVersion(t *testing.T) {
	line := func(version string) string {
		return `{"format":"treaty.agent","format_version":"` + version + `"}` + "\n"
	}
	for text, want := range map[string]error{
		line("1.7"): nil, line("2.0"): &VersionError{}, line("0.1"): ErrNoHello, line("one"): ErrNoHello, "": ErrNoHello,
		strings.Repeat("y\n", MaxNoise): ErrNoHello, `{"format":"treaty.agent",` + strings.Repeat(" ", 9999): ErrNoHello,
		`{"format":"treaty.agent",]` + "\n": ErrNoHello, line("3")[:30]: ErrNoHello,
	} {
		_, _, err := ReadHello(bufio.NewReader(strings.NewReader(text)))
		var version *VersionError
		if errors.As(want, &version) {
			if !errors.As(err, &version) || !version.Newer() {
				t.Errorf("%.40q: %v", text, err)
			}
		} else if !errors.Is(err, want) {
			t.Errorf("%.40q: %v, want %v", text, err, want)
		}
	}
}

func FuzzHello(f *testing.F) {
	f.Add([]byte("hi\n" + string(NewHello("1").Line())))
	f.Add([]byte(`{"format":"treaty.agent","format_version":"1.99999999999999999999"}` + "\n"))
	f.Fuzz(func(t *testing.T, text []byte) {
		hello, noise, err := ReadHello(bufio.NewReader(bytes.NewReader(text)))
		if err == nil && (hello.Format != Format || len(noise) > MaxNoise || !bytes.HasPrefix(text, noise)) {
			t.Errorf("%q: %+v behind %q", text, hello, noise)
		}
	})
}

func TestFramesAreReadAsTheyWereWritten(t *testing.T) {
	content := bytes.Repeat([]byte("0123456789"), Chunk/4)
	var stream bytes.Buffer
	w := NewWriter(&stream)
	errs := []error{w.Send(Message, Plain{Head{Call: Walk.Name(), Tree: 7}})}
	_, err := w.Write(content)
	errs = append(errs, err, w.Send(End, YesAnswer{Yes: true}))
	r, answer := NewReader(&stream), YesAnswer{}
	ask, more, err := r.Question()
	errs = append(errs, err)
	got, err := io.ReadAll(r)
	if errs = append(errs, err, r.Ended(&answer)); errors.Join(errs...) != nil || !more || ask.Tree != 7 || !answer.Yes ||
		!bytes.Equal(got, content) {
		t.Errorf("%+v, %d bytes, %+v, %v", ask, len(got), answer, errors.Join(errs...))
	}
}

func TestAStreamThatEndsTooEarlyHasNotEnded(t *testing.T) {
	var stream bytes.Buffer
	w := NewWriter(&stream)
	_, _ = w.Write([]byte("half of it"))
	if _, err := io.ReadAll(NewReader(bytes.NewReader(stream.Bytes()))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("cut: %v", err)
	}
	if err := w.Send(Abort, FaultOf(volume.ErrUnreadable)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(NewReader(&stream)); !errors.Is(err, volume.ErrUnreadable) {
		t.Errorf("aborted: %v", err)
	}
}

func FuzzFrames(f *testing.F) {
	f.Add([]byte("m\x00\x00\x00\x02{}d\x00\x00\x00\x01xe\x00\x00\x00\x02{}"))
	f.Add([]byte("d\xff\xff\xff\xff"))
	f.Add([]byte("x\x00\x00\x00\x0f{\"words\":\"no\"}  "))
	f.Fuzz(func(t *testing.T, text []byte) {
		r := NewReader(bytes.NewReader(text))
		if ended, err := r.First(&EntryAnswer{}); err != nil || ended {
			return
		}
		n, err := io.Copy(io.Discard, r)
		var answer EntryAnswer
		if err == nil && r.Ended(&answer) == nil && n > int64(len(text)) {
			t.Errorf("%d bytes of %d", n, len(text))
		}
		if answer.Entry != nil {
			if e, err := answer.Entry.Checked(); err == nil && e.Name != "" && !component(e.Name) {
				t.Errorf("%q passes for a name", e.Name)
			}
		}
	})
}

// anyEntries draws the entries of a directory.
func anyEntries(r *rapid.T, deep bool) []tree.Entry {
	names := rapid.SliceOfNDistinct(rapid.StringMatching(`[a-cA-C.é]{1,6}`), 0, 6, rapid.ID).Draw(r, "names")
	l := tree.Listing{}
	for _, name := range names {
		if !component(name) || tree.Reserved(name) {
			continue
		}
		e := tree.Entry{Name: name, Key: tree.CollisionKey(name), Links: 1,
			Type: rapid.SampledFrom([]tree.Type{tree.File, tree.Directory, tree.Symlink, tree.Special}).Draw(r, "type"),
			Mode: rapid.SampledFrom([]tree.Mode{0, tree.Perm(0o644), tree.Perm(0)}).Draw(r, "mode"),
			// An entry that is not in scope, or cannot be read.
			Ruling:   tree.Ruling(rapid.IntRange(0, 2).Draw(r, "ruling")),
			Inode:    rapid.Uint64().Draw(r, "inode"),
			Obstacle: rapid.SampledFrom([]tree.Obstacle{"", "", "", tree.Unreadable, tree.NameNotUTF8}).Draw(r, "obstacle"),
		}
		if e.Type == tree.Directory && !deep {
			e.Ruling = tree.Ignored
		}
		switch e.Type {
		case tree.File:
			e.Size, e.Links = rapid.Int64Min(0).Draw(r, "size"), rapid.Uint32Max(3).Draw(r, "links")
			e.Mtime = tree.UnixTime(rapid.Int64().Draw(r, "seconds"), rapid.Int64Range(0, 999_999_999).Draw(r, "ns"))
		case tree.Symlink:
			e.Target = rapid.String().Draw(r, "target")
			if strings.IndexByte(e.Target, 0) >= 0 {
				e.Target = ""
			}
		}
		if e.Obstacle != "" {
			e.Why = "so it is"
		}
		l.Entries = append(l.Entries, e)
	}
	l.Sort()
	return l.Entries
}

func TestListingsAreReadAsTheyWereWritten(t *testing.T) {
	options := scan.Options{Patterns: []string{"*.tmp"}}
	effort.Check(t, 50, 300, func(r *rapid.T) {
		var stream bytes.Buffer
		w := NewListingWriter(&stream)
		var want []tree.Listing
		rules := map[tree.Path]*scan.Rules{}
		for dir, due := w.Next(); due; dir, due = w.Next() {
			l := tree.Listing{Dir: dir, Entries: anyEntries(r, dir.Depth() < 2)}
			if rules[dir] = rules[dir.Parent()]; rules[dir] == nil {
				rules[dir] = options.Rules()
			}
			switch rapid.IntRange(0, 3).Draw(r, "what") {
			case 0:
				l = tree.Listing{Dir: dir, Obstacle: tree.Unreadable, Why: "permission denied"}
			case 1:
				text := []byte("secret\n")
				rules[dir], l.Rules = rules[dir].Enter(dir, text), [32]byte{1}
			}
			if l.Obstacle == "" {
				l.Scope = rules[dir]
			}
			want = append(want, l)
			if err := w.Write(&l); err != nil {
				r.Fatal(err)
			}
		}
		if err := w.Close(); err != nil {
			r.Fatal(err)
		}
		reader := NewListingReader(&stream, options)
		for _, l := range want {
			got, err := reader.Next()
			if err != nil {
				r.Fatal(err)
			}
			same(r, &got, &l)
		}
		if _, err := reader.Next(); err != io.EOF {
			r.Errorf("at the end: %v", err)
		}
	})
}

// same demands that a listing was read as it was written, its rules included.
func same(t interface{ Errorf(string, ...any) }, got, want *tree.Listing) {
	if got.Dir != want.Dir || got.Obstacle != want.Obstacle || got.Why != want.Why ||
		got.Rules.Known() != want.Rules.Known() || (got.Scope == nil) != (want.Scope == nil) ||
		len(got.Entries) != len(want.Entries) {
		t.Errorf("%+v\nwant %+v", got, want)
		return
	}
	for i := range got.Entries {
		if !reflect.DeepEqual(got.Entries[i], want.Entries[i]) {
			t.Errorf("%+v\nwant %+v", got.Entries[i], want.Entries[i])
		}
	}
	for _, name := range []string{"secret", "x.tmp", "other"} {
		if want.Scope != nil && got.Scope.Judge(got.Dir.Join(name), false) != want.Scope.Judge(want.Dir.Join(name), false) {
			t.Errorf("%q: %s is judged otherwise", string(got.Dir), name)
		}
	}
}

// Each of these is a listing that no tree has.
func TestListingsThatLieAreRefused(t *testing.T) {
	file := func(names ...string) (entries []tree.Entry) {
		for _, name := range names {
			entries = append(entries, tree.Entry{Name: name, Type: tree.File, Links: 1})
		}
		return entries
	}
	with := func(change func(*tree.Entry)) []tree.Entry {
		entries := file("a")
		change(&entries[0])
		return entries
	}
	for what, entries := range map[string][]tree.Entry{
		"a name with a slash": file("a/b"), "the directory itself": file("."), "the one above": file(".."),
		"no name": file(""), "a NUL": file("a\x00"), "disorder": file("b", "a"), "a name twice": file("a", "a"),
		"treaty's own folder": file(".treaty"), "a name without end": file(strings.Repeat("x", maxName+1)),
		"a name that is not UTF-8": file("\xff"),
		"less than nothing":        with(func(e *tree.Entry) { e.Size = -1 }),
		"no type":                  with(func(e *tree.Entry) { e.Type = tree.Absent }),
		"an unknown type":          with(func(e *tree.Entry) { e.Type = tree.Special + 1 }),
		"an unknown ruling":        with(func(e *tree.Entry) { e.Ruling = tree.Ignored + 1 }),
		"an unknown obstacle":      with(func(e *tree.Entry) { e.Obstacle, e.Why = "because", "it is" }),
		"a mode that is none":      with(func(e *tree.Entry) { e.Mode = 0o4755 }),
		"a target with a NUL":      with(func(e *tree.Entry) { e.Type, e.Target = tree.Symlink, "\x00" }),
	} {
		l := tree.Listing{Entries: entries}
		if got, err := DecodeListing(bytes.NewReader(AppendListing(&l)), "", scan.Options{}); !errors.Is(err, ErrBroken) {
			t.Errorf("%s: %+v, %v", what, got, err)
		}
	}
}

// A name takes one allocation: an apply reads all names of a tree again.
func TestAListingIsReadWithFewAllocations(t *testing.T) {
	const names = 1000
	l := tree.Listing{}
	for i := range names {
		name := fmt.Sprintf("file %06d.txt", i)
		l.Entries = append(l.Entries, tree.Entry{Name: name, Key: name, Type: tree.File, Size: int64(i), Links: 1})
	}
	packed := AppendListing(&l)
	got := testing.AllocsPerRun(10, func() {
		if _, err := DecodeListing(bytes.NewReader(packed), "d", scan.Options{}); err != nil {
			t.Fatal(err)
		}
	})
	if got > names*1.05 {
		t.Errorf("%.0f allocations for %d names", got, names)
	}
}

func FuzzListing(f *testing.F) {
	f.Add(AppendListing(&tree.Listing{Entries: []tree.Entry{{Name: "a", Key: "a", Type: tree.File, Size: 1, Links: 2}}}))
	f.Add([]byte{0, 255, 255, 255, 255, 15})
	f.Fuzz(func(t *testing.T, packed []byte) {
		l, err := DecodeListing(bytes.NewReader(packed), "d", scan.Options{})
		if err != nil {
			return
		}
		for i := range l.Entries {
			if e := &l.Entries[i]; !component(e.Name) || e.Size < 0 || i > 0 && tree.Order(&l.Entries[i-1], e) >= 0 {
				t.Errorf("%+v passes", e)
			}
		}
	})
}

func TestErrorsAreTheSameAtTheOtherEnd(t *testing.T) {
	drift := &volume.Drift{Path: "d/a", Why: "it is a link now", Cause: volume.ErrTaken, Trash: ".treaty/trash/x/a",
		Conflict: "d/a (treaty conflict)", Found: tree.Entry{Name: "a", Key: "a", Type: tree.Symlink, Target: "x"}}
	left := &volume.NotEmpty{Path: "d", Names: []string{"a", "\xff%"}}
	about := tree.About("d/a", fmt.Errorf("opening it: %w", fs.ErrNotExist))
	for _, err := range []error{drift, left, about, fmt.Errorf("putting it back: %w", drift), errors.New("just so"),
		&volume.Unreadable{Err: io.ErrUnexpectedEOF}, fmt.Errorf("it: %w; %w", volume.ErrSource, volume.ErrStopped)} {
		far := FaultOf(err).Err()
		if far.Error() != err.Error() || tree.Why(far, "d/a") != tree.Why(err, "d/a") {
			t.Errorf("%q became %q", err, far)
		}
		for _, fact := range facts {
			if errors.Is(far, fact.is) != errors.Is(err, fact.is) {
				t.Errorf("%q: %s is lost, or made up", err, fact.name)
			}
		}
		for _, as := range []any{new(*volume.Drift), new(*volume.NotEmpty), new(*tree.PathError)} {
			if errors.As(far, as) != errors.As(err, as) {
				t.Errorf("%q is no %T, or one now", err, as)
			}
		}
	}
	if got := FaultOf(left).Err(); !reflect.DeepEqual(got, error(left)) {
		t.Errorf("%#v", got)
	}
	if got := FaultOf(drift).Err(); !reflect.DeepEqual(got, error(drift)) {
		t.Errorf("%#v", got)
	}
}

// Each system has an error of its own for a volume without room, which the other end is not to know.
func TestThatAVolumeHasNoRoomIsKnownAtTheOtherEnd(t *testing.T) {
	full := syscall.ENOSPC
	if runtime.GOOS == "windows" {
		full = 112 // ERROR_DISK_FULL
	}
	for _, err := range []error{full, fmt.Errorf("write .treaty/lock: %w", full),
		fmt.Errorf("%w: %w", volume.ErrStopped, &fs.PathError{Op: "write", Path: "a", Err: full})} {
		far := FaultOf(err).Err()
		if !scan.Full(err) || !scan.Full(far) || !scan.Full(FaultOf(far).Err()) {
			t.Errorf("%q became %q, of which nobody knows that it is for want of room", err, far)
		}
	}
	if far := FaultOf(fs.ErrPermission).Err(); scan.Full(far) {
		t.Errorf("%q is for want of room", far)
	}
}

func TestErrorsWithoutEndAreRefused(t *testing.T) {
	f := &Fault{Words: "so"}
	for range 2 * deepest {
		f = &Fault{Words: "so", About: &About{Path: "a", Err: *f}}
	}
	if err := f.Err(); !errors.Is(err, ErrBroken) {
		t.Error(err)
	}
}

func TestNamesThatAreNotUTF8CrossAsTheyAre(t *testing.T) {
	effort.Check(t, 50, 300, func(r *rapid.T) {
		name := Text(rapid.SliceOf(rapid.Byte()).Draw(r, "name"))
		text, err := name.MarshalText()
		var got Text
		if failed := errors.Join(err, got.UnmarshalText(text)); failed != nil || got != name {
			r.Errorf("%q became %q, by %q: %v", name, got, text, failed)
		}
	})
}

// What is copied comes out as it went in, whatever its size, in frames that an end takes; and an error of reading is
// told.
func TestAContentIsCopiedInFrames(t *testing.T) {
	failed := errors.New("it cannot be read")
	for _, size := range []int{0, 1, Chunk, 8*Chunk + 1, 8*Chunk + 3*MaxData + 7} {
		content := bytes.Repeat([]byte("content"), size/7+1)[:size]
		for _, last := range []error{nil, failed} {
			var sent bytes.Buffer
			w := NewWriter(&sent)
			from := io.MultiReader(bytes.NewReader(content), iotest.ErrReader(cmp.Or(last, io.EOF)))
			if err := Copy(w, from); !errors.Is(err, last) {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if err := w.Send(End, struct{}{}); err != nil {
				t.Fatal(err)
			}
			if got, err := io.ReadAll(NewReader(&sent)); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes became %d: %v", size, len(got), err)
			}
		}
	}
}
