package baseline_test

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
	"unsafe"

	"pgregory.net/rapid"

	"treaty/apply/baseline"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// directory is one directory of a baseline, as written.
type directory struct {
	path    tree.Path
	entries []tree.Agreed
}

var header = baseline.Header{IDs: [2]string{"here", "there"}, PlanID: "019b76da",
	SyncedAt: time.Date(2026, 1, 2, 3, 4, 5, 6, time.UTC)}

func write(t interface{ Fatalf(string, ...any) }, h baseline.Header, dirs []directory) []byte {
	data, err := written(func(w io.Writer, _ baseline.Header) (*baseline.Writer, error) {
		return baseline.NewWriter(w, h)
	}, dirs)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return data
}

func written(begin func(io.Writer, baseline.Header) (*baseline.Writer, error), dirs []directory) ([]byte, error) {
	var out bytes.Buffer
	w, err := begin(&out, header)
	for _, d := range dirs {
		if err == nil {
			err = w.Directory(d.path, slices.Clone(d.entries))
		}
	}
	if err == nil {
		err = w.Close()
	}
	return out.Bytes(), err
}

// each reads all of it.
func each(r *baseline.Reader) (dirs []directory, err error) {
	err = r.Each(func(path tree.Path, entries []tree.Agreed) error {
		dirs = append(dirs, directory{path, entries})
		return nil
	})
	return dirs, err
}

func open(data []byte, first, second string) (*baseline.Reader, error) {
	return baseline.Open(bytes.NewReader(data), first, second)
}

// names are what names come to: long, not UTF-8, with another spelling on the other side.
var names = rapid.Custom(func(t *rapid.T) string {
	return rapid.OneOf(rapid.SampledFrom([]string{"a", "A", "e\u0301", "\xff\xfe", "a b\n", strings.Repeat("x", 255)}),
		rapid.StringN(1, 8, 255).Filter(isName)).Draw(t, "name")
})

func isName(s string) bool { return s != "." && s != ".." && !strings.ContainsAny(s, "/\x00") }

// times are any that a filesystem may tell.
var times = rapid.Custom(func(t *rapid.T) tree.Time {
	return tree.UnixTime(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-1e11, 1e12)).Draw(t, "seconds"),
		rapid.Int64Range(0, 999_999_999).Draw(t, "nanoseconds"))
})

var modes = rapid.Custom(func(t *rapid.T) tree.Mode {
	return rapid.SampledFrom([]tree.Mode{0, tree.Perm(0), tree.Perm(0o644), tree.Perm(0o777)}).Draw(t, "mode")
})

var entries = rapid.Custom(func(t *rapid.T) tree.Agreed {
	e := tree.Agreed{Type: rapid.SampledFrom([]tree.Type{tree.File, tree.Directory, tree.Symlink}).Draw(t, "type")}
	e.Name[0] = names.Draw(t, "first")
	e.Name[1] = e.Name[0]
	if rapid.Bool().Draw(t, "spelled otherwise") {
		e.Name[1] = names.Draw(t, "second")
	}
	for i := range e.On {
		e.On[i].Racy = rapid.Bool().Draw(t, "racy")
	}
	switch e.Type {
	case tree.Symlink:
		e.Target = rapid.StringN(0, 20, 400).Draw(t, "target")
		return e
	case tree.File:
		e.Size = rapid.Int64Min(0).Draw(t, "size")
		e.Mtime = times.Draw(t, "mtime")
		for i := range e.On {
			e.On[i].Mtime, e.On[i].Inode = e.Mtime, rapid.Uint64().Draw(t, "inode")
			if rapid.Bool().Draw(t, "own time") {
				e.On[i].Mtime = times.Draw(t, "own mtime")
			}
		}
		if rapid.Bool().Draw(t, "hashed") {
			e.SHA256 = sha256.Sum256([]byte(e.Name[0]))
		}
	}
	for i := range e.On {
		e.On[i].Mode = modes.Draw(t, "mode")
	}
	return e
})

func drawBaseline(t *rapid.T) []directory { return drawBelow(t, tree.Root, 3) }

// drawBelow draws a directory, and all below it, so deep.
func drawBelow(t *rapid.T, dir tree.Path, depth int) []directory {
	all := rapid.SliceOfN(entries, 0, 6).Draw(t, "entries")
	slices.SortStableFunc(all, func(a, b tree.Agreed) int {
		return cmp.Compare(tree.CollisionKey(a.Name[0]), tree.CollisionKey(b.Name[0]))
	})
	d := directory{path: dir}
	var below []directory
	for _, e := range all {
		if slices.ContainsFunc(d.entries, func(o tree.Agreed) bool {
			return o.Name[0] == e.Name[0] || o.Name[1] == e.Name[1]
		}) {
			continue
		}
		if e.Type == tree.Directory && depth == 0 {
			continue
		}
		if d.entries = append(d.entries, e); e.Type == tree.Directory {
			below = append(below, drawBelow(t, dir.Join(e.Name[0]), depth-1)...)
		}
	}
	return append([]directory{d}, below...)
}

// read is an entry as a reader gives it that is first or second of the two trees.
func read(e tree.Agreed, swapped bool) tree.Agreed {
	e.Spelled, e.Key = e.Name[0], tree.CollisionKey(e.Name[0])
	if swapped {
		e.Name[0], e.Name[1] = e.Name[1], e.Name[0]
		e.On[0], e.On[1] = e.On[1], e.On[0]
	}
	return e
}

func TestABaselineReadsWhatWasWritten(t *testing.T) {
	effort.Check(t, 20, 100, func(t *rapid.T) {
		dirs := drawBaseline(t)
		data := write(t, header, dirs)
		for _, swapped := range []bool{false, true} {
			first, second := header.IDs[0], header.IDs[1]
			if swapped {
				first, second = second, first
			}
			r, err := open(data, first, second)
			if err != nil {
				t.Fatalf("swapped %v: %v", swapped, err)
			}
			if r.Header != header {
				t.Errorf("the header is %v", r.Header)
			}
			got, err := each(r)
			if err != nil || len(got) != len(dirs) {
				t.Fatalf("%d directories of %d: %v", len(got), len(dirs), err)
			}
			for i := range dirs {
				want := make([]tree.Agreed, len(dirs[i].entries))
				for j, e := range dirs[i].entries {
					want[j] = read(e, swapped)
				}
				if got[i].path != dirs[i].path || !slices.Equal(got[i].entries, want) {
					t.Fatalf("%q, swapped %v:\n%+v\nwant\n%+v", dirs[i].path, swapped, got[i].entries, want)
				}
			}
		}
	})
}

// sample has all that a baseline can have.
func sample(t interface{ Fatalf(string, ...any) }) []byte {
	file := tree.Agreed{Name: [2]string{"f", "F"}, Type: tree.File, Size: 300, Mtime: tree.UnixTime(5, 0),
		SHA256: sha256.Sum256(nil),
		On:     [2]tree.Kept{{Mtime: tree.UnixTime(4, 0), Mode: tree.Perm(0o644)}, {Mtime: tree.UnixTime(5, 0), Racy: true}}}
	return write(t, header, []directory{
		{tree.Root, []tree.Agreed{{Name: [2]string{"d", "d"}, Type: tree.Directory}, file,
			{Name: [2]string{"l", "l"}, Type: tree.Symlink, Target: "to"}}},
		{"d", []tree.Agreed{{Name: [2]string{"e", "e"}, Type: tree.Directory}, {Name: [2]string{"g", "g"}, Type: tree.File}}},
		{"d/e", nil},
	})
}

// damagedOnly holds what Open says, and what reading says after it, to ErrDamaged.
func damagedOnly(t testing.TB, data []byte) error {
	t.Helper()
	r, err := open(data, "here", "there")
	if err == nil {
		_, err = each(r)
	}
	if err != nil && !errors.Is(err, baseline.ErrDamaged) {
		t.Errorf("not ErrDamaged: %v", err)
	}
	return err
}

func TestEveryTruncationIsDamage(t *testing.T) {
	whole := sample(t)
	if err := damagedOnly(t, whole); err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		if damagedOnly(t, whole[:n]) == nil {
			t.Errorf("the first %d of %d bytes are taken for a baseline", n, len(whole))
		}
		if n+sha256.Size != len(whole) && damagedOnly(t, resum(whole[:n])) == nil {
			t.Errorf("the first %d of %d bytes, with a checksum of their own, are taken for a baseline", n, len(whole))
		}
	}
}

func TestEveryBitCounts(t *testing.T) {
	whole := sample(t)
	for i := range whole {
		for bit := range 8 {
			data := bytes.Clone(whole)
			data[i] ^= 1 << bit
			if damagedOnly(t, data) == nil {
				t.Errorf("bit %d of byte %d may be flipped", bit, i)
			}
			// A program with a fault, or a person with a purpose, mends the checksum too.
			damagedOnly(t, resum(data[:len(data)-sha256.Size]))
		}
	}
	for _, more := range []string{"\x00", "x", string(whole)} {
		if damagedOnly(t, append(bytes.Clone(whole), more...)) == nil {
			t.Errorf("%d bytes may follow", len(more))
		}
	}
}

// resum ends data with its checksum.
func resum(data []byte) []byte {
	sum := sha256.Sum256(data)
	return append(bytes.Clone(data), sum[:]...)
}

func TestWhatFollowsTheEndIsDamage(t *testing.T) {
	whole := sample(t)
	body := whole[:len(whole)-sha256.Size]
	if damagedOnly(t, resum(append(bytes.Clone(body), "more"...))) == nil {
		t.Error("bytes after the end are taken for a part of the baseline")
	}
}

func TestABaselineOfOtherTreesIsDamage(t *testing.T) {
	data := sample(t)
	for _, ids := range [][2]string{{"here", "elsewhere"}, {"elsewhere", "there"}, {"here", "here"}, {"", ""}} {
		if _, err := open(data, ids[0], ids[1]); !errors.Is(err, baseline.ErrDamaged) {
			t.Errorf("%v: %v", ids, err)
		}
	}
}

func TestWhatIsNoTreeIsNeitherWrittenNorBelieved(t *testing.T) {
	file := func(name string) tree.Agreed { return tree.Agreed{Name: [2]string{name, name}, Type: tree.File} }
	dir := func(name string) tree.Agreed { return tree.Agreed{Name: [2]string{name, name}, Type: tree.Directory} }
	tests := map[string][]directory{
		"no root":                           {},
		"another root":                      {{"d", nil}},
		"the root twice":                    {{tree.Root, nil}, {tree.Root, nil}},
		"a directory without what is in it": {{tree.Root, []tree.Agreed{dir("d")}}},
		"what is in a file":                 {{tree.Root, []tree.Agreed{file("d")}}, {"d", nil}},
		"what is in nothing":                {{tree.Root, nil}, {"d", nil}},
		"what is in a directory, twice":     {{tree.Root, []tree.Agreed{dir("d")}}, {"d", nil}, {"d", nil}},
		"another order of directories":      {{tree.Root, []tree.Agreed{dir("d"), dir("e")}}, {"e", nil}, {"d", nil}},
		"siblings before what is in the first": {{tree.Root, []tree.Agreed{dir("d"), dir("e")}},
			{"d", []tree.Agreed{dir("f")}}, {"e", nil}, {"d/f", nil}},
		"names out of order": {{tree.Root, []tree.Agreed{file("b"), file("a")}}},
		"a name twice":       {{tree.Root, []tree.Agreed{file("a"), file("a")}}},
		"a name twice in the second tree": {{tree.Root, []tree.Agreed{file("a"),
			{Name: [2]string{"A", "a"}, Type: tree.File}}}},
		"no name":           {{tree.Root, []tree.Agreed{file("")}}},
		"the parent's name": {{tree.Root, []tree.Agreed{file("..")}}},
		"a path for a name": {{tree.Root, []tree.Agreed{file("a/b")}}},
	}
	for name, dirs := range tests {
		if _, err := written(baseline.NewWriter, dirs); !errors.Is(err, baseline.ErrDamaged) {
			t.Errorf("%s is written: %v", name, err)
		}
		data, err := written(baseline.NewExcerpt, dirs)
		if err != nil {
			t.Fatal(err)
		}
		if damagedOnly(t, data) == nil {
			t.Errorf("%s is believed", name)
		}
	}
}

func TestAnExcerptIsAnyPaths(t *testing.T) {
	dirs := []directory{{"d/e", []tree.Agreed{{Name: [2]string{"e", "e"}, Type: tree.File}}}, {"d", nil}}
	data, err := written(baseline.NewExcerpt, dirs)
	if err != nil {
		t.Fatal(err)
	}
	r, err := baseline.OpenExcerpt(bytes.NewReader(data), "here", "there")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := each(r); err != nil || len(got) != 2 || got[0].path != "d/e" ||
		len(got[0].entries) != 1 || got[1].path != "d" {
		t.Errorf("%+v %v", got, err)
	}
}

func TestDirectoriesAreAskedForInOrder(t *testing.T) {
	name := func(name string, kind tree.Type) tree.Agreed {
		return tree.Agreed{Name: [2]string{name, strings.ToUpper(name)}, Type: kind}
	}
	dirs := []directory{
		{tree.Root, []tree.Agreed{name("a", tree.Directory), name("b", tree.Directory), name("c", tree.Directory)}},
		{"a", []tree.Agreed{name("in", tree.Directory)}},
		{"a/in", []tree.Agreed{name("deep", tree.File)}},
		{"b", nil},
		{"c", []tree.Agreed{name("last", tree.File)}},
	}
	data := write(t, header, dirs)
	tests := []struct {
		ask  string
		want string
	}{
		{". a a/in b c", "a,b,c in deep - last"},
		{". b c", "a,b,c - last"},
		{". a c", "a,b,c in last"},
		{". c", "a,b,c last"},
		{". a/in", "a,b,c deep"},
		{". b a", "a,b,c - damaged"},
		{". c c", "a,b,c last damaged"},
		{"nowhere", "damaged"},
	}
	for _, test := range tests {
		r, err := open(data, "here", "there")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, ask := range strings.Fields(test.ask) {
			path := tree.Path(ask)
			if ask == "." {
				path = tree.Root
			}
			list, err := r.List(path)
			var names []string
			for _, e := range list {
				names = append(names, e.Spelled)
			}
			switch {
			case errors.Is(err, baseline.ErrDamaged):
				got = append(got, "damaged")
			case err != nil:
				t.Fatal(err)
			case len(names) == 0:
				got = append(got, "-")
			default:
				got = append(got, strings.Join(names, ","))
			}
		}
		if got := strings.Join(got, " "); got != test.want {
			t.Errorf("%s: %s\nwant %s", test.ask, got, test.want)
		}
	}
}

// FuzzOpen: whatever the bytes are, reading them ends, in little memory, with a baseline or with
// ErrDamaged; and what is read is written as the same.
func FuzzOpen(f *testing.F) {
	whole := sample(f)
	f.Add(whole[:len(whole)-sha256.Size])
	f.Add(write(f, header, []directory{{tree.Root, nil}})[:40])
	f.Add([]byte("treaty baseline 1\n"))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		if len(body) > 1<<16 {
			t.Skip("as much as a test should read")
		}
		r, err := open(resum(body), "here", "there")
		if err != nil {
			if !errors.Is(err, baseline.ErrDamaged) {
				t.Fatalf("not ErrDamaged: %v", err)
			}
			return
		}
		dirs, err := each(r)
		if err != nil {
			if !errors.Is(err, baseline.ErrDamaged) {
				t.Fatalf("not ErrDamaged: %v", err)
			}
			return
		}
		h := r.Header
		swapped := h.IDs == [2]string{"there", "here"}
		for i := range dirs {
			for j, e := range dirs[i].entries {
				if swapped {
					e.Name[0], e.Name[1] = e.Name[1], e.Name[0]
					e.On[0], e.On[1] = e.On[1], e.On[0]
				}
				dirs[i].entries[j] = e
			}
		}
		again, err := open(write(t, h, dirs), h.IDs[0], h.IDs[1])
		if err != nil {
			t.Fatalf("what was read is written as something else: %v", err)
		}
		got, err := each(again)
		if err != nil || !reflect.DeepEqual(got, dirs) {
			t.Fatalf("%+v, then %+v (%v)", dirs, got, err)
		}
	})
}

// A count that a damaged file claims is not believed before its entries are there.
func TestALargeCountTakesNoMemory(t *testing.T) {
	body := write(t, header, []directory{{path: tree.Root}})
	body = body[:len(body)-sha256.Size-1-3]
	body = append(body, 1, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f)
	data := resum(body)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if damagedOnly(t, data) == nil {
		t.Error("taken for a baseline")
	}
	runtime.ReadMemStats(&after)
	if got := after.TotalAlloc - before.TotalAlloc; got > 1<<21 {
		t.Errorf("%d bytes of memory for %d of a file", got, len(data))
	}
}

// Memory for a large directory is made about twice over while it is read, however large it is.
func TestALargeDirectoryIsReadOnce(t *testing.T) {
	const many = 40_000
	entries := make([]tree.Agreed, many)
	for i := range entries {
		entries[i].Type, entries[i].Mtime = tree.File, tree.UnixTime(7, 0)
		entries[i].Name = [2]string{fmt.Sprintf("%06d", i), fmt.Sprintf("%06d", i)}
		entries[i].Key = tree.CollisionKey(entries[i].Name[0])
	}
	data := write(t, header, []directory{{tree.Root, entries}})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	r, err := open(data, header.IDs[0], header.IDs[1])
	if err != nil {
		t.Fatal(err)
	}
	dirs, err := each(r)
	runtime.ReadMemStats(&after)
	if err != nil || len(dirs) != 1 || len(dirs[0].entries) != many {
		t.Fatalf("%d directories (%v)", len(dirs), err)
	}
	const entry = uint64(unsafe.Sizeof(tree.Agreed{})) + 8 // and its name
	if got := after.TotalAlloc - before.TotalAlloc; got > many*entry*5/2 {
		t.Errorf("%d bytes an entry were made, of %d", got/many, entry)
	}
}

// oldBaseline is what the first kind of baseline was for one file, a, of one byte: without inodes, and with
// times as nanoseconds.
func oldBaseline(mtime int64) []byte {
	var b []byte
	text := func(s string) { b = append(binary.AppendUvarint(b, uint64(len(s))), s...) }
	b = append(b, "treaty baseline 1\n"...)
	for _, s := range []string{header.IDs[0], header.IDs[1], header.PlanID} {
		text(s)
	}
	b = binary.AppendVarint(b, header.SyncedAt.UnixNano())
	b = append(b, 1)
	text("")
	b = binary.AppendUvarint(b, 1)
	b = append(b, byte(tree.File)|1<<7)
	text("a")
	b = binary.AppendUvarint(b, 1)
	for _, at := range []int64{mtime, mtime + 1, mtime + 2} {
		b = binary.LittleEndian.AppendUint64(b, uint64(at))
	}
	for range 2 {
		b = binary.AppendUvarint(b, uint64(tree.Perm(0o644)))
	}
	b = append(b, 0)
	sum := sha256.Sum256(b)
	return append(b, sum[:]...)
}

func TestABaselineOfTheFirstKindIsReadStill(t *testing.T) {
	for _, mtime := range []int64{0, 1, -1, 1_700_000_000_123_456_789, -1_700_000_000_123_456_789} {
		r, err := open(oldBaseline(mtime), header.IDs[0], header.IDs[1])
		if err != nil {
			t.Fatal(err)
		}
		dirs, err := each(r)
		if err != nil || len(dirs) != 1 || len(dirs[0].entries) != 1 {
			t.Fatalf("%v, %v", dirs, err)
		}
		at := func(ns int64) tree.Time { return tree.TimeOf(time.Unix(0, ns)) }
		mode := tree.Perm(0o644)
		want := tree.Agreed{Name: [2]string{"a", "a"}, Spelled: "a", Key: "a", Type: tree.File, Size: 1, Mtime: at(mtime),
			On: [2]tree.Kept{{Mtime: at(mtime + 1), Mode: mode}, {Mtime: at(mtime + 2), Mode: mode}}}
		if got := dirs[0].entries[0]; got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
	}
}
