package plan

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"testing"

	"treaty/plan/tree"
	"treaty/schema"
)

// clash is a plan in which both sides have changed a text, with its merge.
func clash(base, local, remote string) *Plan {
	state := func(text string, second int64) *tree.State {
		return &tree.State{Type: tree.File, Size: int64(len(text)), Mtime: tree.UnixTime(second, 0), Mode: tree.Perm(0o644),
			SHA256: sha256.Sum256([]byte(text))}
	}
	p := manyCreates(0)
	p.Operations, p.Problems = []Operation{}, []Problem{}
	c := Conflict{ID: 1, Kind: BothChanged, Path: "a.txt", Local: state(local, 20), Remote: state(remote, 30),
		Base: state(base, 10), Choices: Choices{TakeLocal: "", TakeRemote: "", SkipPath: ""}}
	c.Merge = MergeOf(c.Base.SHA256, [3][]byte{[]byte(base), []byte(local), []byte(remote)})
	c.reword()
	p.Conflicts = []Conflict{c}
	keepMerges(p)
	nameVersion(p)
	return p
}

func TestAPlanWithAMergeIsOfTheVersionThatKnowsIt(t *testing.T) {
	p := clash("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")
	text, err := p.Text()
	if err != nil {
		t.Fatal(err)
	}
	read, err := Read(text)
	if err != nil {
		t.Fatal(err)
	}
	c := &read.Conflicts[0]
	known := read.FormatVersion == "1.1" && read.Known()
	if !known || string(c.Merge.Text()) != "A\nb\nC\n" || c.WhyNot(TakeMerged) != "" {
		t.Errorf("%s: %+v, %q", read.FormatVersion, c.Merge, c.WhyNot(TakeMerged))
	}
	if again, err := read.Text(); err != nil || string(again) != string(text) {
		t.Errorf("%v: it is written otherwise", err)
	}
	p.Conflicts[0].Merge, p.Options.Merge = nil, nil
	p.Conflicts[0].reword()
	nameVersion(p)
	if text, err = p.Text(); err != nil || strings.Contains(string(text), "merge") ||
		!strings.Contains(string(text), `"format_version": "1.0"`) {
		t.Errorf("%v: without a merge there is one:\n%s", err, text)
	}
}

func TestMergesThatLieAreRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		lie     func(p *Plan, c *Conflict)
		pointer string
	}{
		{"of another base", func(_ *Plan, c *Conflict) { c.Merge.BaseSHA256[0]++ }, "/conflicts/0/merge/base_sha256"},
		{"other lines", func(_ *Plan, c *Conflict) { c.Merge.Lines[0] = "X" }, "/conflicts/0/merge/sha256"},
		{"two lines in one", func(_ *Plan, c *Conflict) {
			c.Merge.Lines[0] += "\nmore"
			c.Merge.SHA256 = sha256.Sum256(c.Merge.Text())
		}, "/conflicts/0/merge/lines"},
		{"no last newline", func(_ *Plan, c *Conflict) { c.Merge.FinalNewline = false }, "/conflicts/0/merge/sha256"},
		{"a NUL", func(_ *Plan, c *Conflict) { c.Merge.Lines[0] = "\x00" }, "/conflicts/0/merge/lines"},
		{"more open than there are", func(_ *Plan, c *Conflict) { c.Merge.Open = 3 }, "/conflicts/0/merge/open"},
		{"open with a hash", func(_ *Plan, c *Conflict) { c.Merge.Open = 1 }, "/conflicts/0/merge/sha256"},
		{"open and taken", func(_ *Plan, c *Conflict) {
			c.Merge.Open, c.Merge.SHA256, c.Resolution = 1, tree.Hash{}, TakeMerged
		}, "/conflicts/0/resolution"},
		{"a base without a hash", func(_ *Plan, c *Conflict) { c.Base.SHA256 = tree.Hash{} }, "/conflicts/0/merge"},
		{"no merge, and taken", func(_ *Plan, c *Conflict) { c.Merge, c.Resolution = nil, TakeMerged },
			"/conflicts/0/resolution"},
		{"in a plan that knows none", func(p *Plan, _ *Conflict) { p.FormatVersion = "1.0" }, "/format_version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := clash("a\nb\nc\n", "A\nb\nc\n", "a\nb\nC\n")
			c.lie(p, &p.Conflicts[0])
			wrong := p.Check()
			if len(wrong) == 0 || wrong[0].Pointer != c.pointer {
				t.Errorf("%+v, want %s", wrong, c.pointer)
			}
		})
	}
}

// A merge is no source of a plan's operations: an operation that says so is refused where it says so.
func TestOperationsTakeNothingFromThePlan(t *testing.T) {
	p := manyCreates(1)
	p.Operations[0].Take(&Source{Conflict: 7})
	_, err := p.Text()
	var wrong schema.Errors
	if !errors.As(err, &wrong) || !strings.HasPrefix(wrong[0].Pointer, "/operations/0/source") || wrong[0].Line == 0 {
		t.Errorf("%v", err)
	}
}

func TestATextThatAPersonMadeSettlesAConflict(t *testing.T) {
	const open = "a\nb\n"
	for _, c := range []struct{ name, text, want string }{
		{"whole", "one\ntwo\n", ""},
		{"without a last newline", "one\ntwo", ""},
		{"with a shorter marker", "<<<<<< local\n", ""},
		{"with a marker", "one\n=======\n", "the marker ======= is left in line 2"},
		{"with a marker and a CR", ">>>>>>> remote\r\n", "is left in line 1"},
		{"binary", "\x00", "NUL"},
		{"not UTF-8", "\xff", "not UTF-8"},
		{"too large", strings.Repeat("x", MostText+1), "over 1 MiB"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := clash(open, "A\nb\n", "X\nb\n")
			err := MergeAs(p, 1, []byte(c.text))
			k := &p.Conflicts[0]
			if c.want != "" {
				refused := errors.Is(err, ErrNoText) && strings.Contains(err.Error(), c.want)
				if !refused || k.Merge.Open != 1 || k.Resolution != Unresolved {
					t.Errorf("%v: %+v", err, k.Merge)
				}
				return
			}
			if err != nil || string(k.Merge.Text()) != c.text || k.Resolution != TakeMerged || len(p.Check()) > 0 {
				t.Errorf("%v: %q, %s, %+v", err, k.Merge.Text(), k.Resolution, p.Check())
			}
		})
	}
	if err := MergeAs(clash(open, "A\nb\n", "X\nb\n"), 2, []byte("x")); !errors.Is(err, ErrNoSuch) {
		t.Errorf("%v", err)
	}
}

func TestSizesOfWhatIsKept(t *testing.T) {
	for keep, want := range map[string]int64{"0": 0, "1B": 1, "8KiB": 8 << 10, "256MiB": 256 << 20, "2GiB": 2 << 30,
		"999999999999GiB": 1<<63 - 1} {
		o := Options{Merge: &MergeOptions{Keep: keep}}
		if got := o.Keep(); got != want || CheckKeep(keep) != nil {
			t.Errorf("%s is %d, want %d (%v)", keep, got, want, CheckKeep(keep))
		}
	}
	for _, keep := range []string{"", "1", "01B", "0B", "MiB", "-1B", "1MB", "1 MiB", "1.5MiB", "9999999999999B"} {
		if CheckKeep(keep) == nil {
			t.Errorf("%q is a size", keep)
		}
	}
}

// What a plan says of a merge's regions is held to its lines and its base, and a marker that was left is found.
func TestRegionsThatLieAreRefused(t *testing.T) {
	for _, c := range []struct {
		name    string
		lie     func(m *Merge)
		pointer string
	}{
		{"as it is", func(*Merge) {}, ""},
		{"more than the base has room for", func(m *Merge) { m.Regions = 6 }, "/conflicts/0/merge/regions"},
		{"more open than there are markers", func(m *Merge) { m.Open, m.Regions = 2, 2 }, "/conflicts/0/merge/open"},
		{"open without a marker", func(m *Merge) { m.Lines = []string{"a", strings.Repeat("<", 1000) + " loca"} },
			"/conflicts/0/merge/open"},
		{"open without an end", func(m *Merge) { m.Lines = m.Lines[:2] }, "/conflicts/0/merge/open"},
	} {
		p := clash("a\nb\n", "A\nb\n", "X\nb\n")
		c.lie(p.Conflicts[0].Merge)
		wrong := p.Check()
		if (c.pointer == "") != (len(wrong) == 0) || len(wrong) > 0 && wrong[0].Pointer != c.pointer {
			t.Errorf("%s: %+v, want %s", c.name, wrong, c.pointer)
		}
	}
}

func TestAMarkerIsLeftWhereNoRegionIsOpen(t *testing.T) {
	m := Merge{Lines: []string{"a", "<<<<<<< local", "b", ">>>>>>> remote"}}
	if got := m.MarkerLeft(); got != 2 {
		t.Errorf("it is said to be left in line %d", got)
	}
	if m.Open = 1; m.MarkerLeft() != 0 {
		t.Error("it is said to be left though a region is open")
	}
}

// Merges stand in a plan in the order of paths as long as there is room for their lines; of those for which there is
// none that is said.
func TestAPlanHasRoomForSoManyMergedLines(t *testing.T) {
	big := strings.Repeat(strings.Repeat("x", 1023)+"\n", 1023)
	one := clash(big+"1\n2\n3\n", big+"A\n2\n3\n", big+"1\n2\nC\n").Conflicts[0]
	p := clash("a\n", "b\n", "c\n")
	p.Conflicts = nil
	const many = 70
	for i := range many {
		c := one
		c.ID, c.Path = i+1, tree.Path(fmt.Sprintf("%02d.txt", i))
		c.Choices = Choices{SkipPath: ""}
		p.Conflicts = append(p.Conflicts, c)
	}
	keepMerges(p)
	room, unmerged := int(mostMerged/one.Merge.size()), UnmergedIn(p)
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		if kept, offered := c.Merge != nil, c.WhyNot(TakeMerged) == ""; kept != (i < room) || offered != kept {
			t.Fatalf("%s: has a merge: %v, offered: %v; there is room for %d", c.Path, kept, offered, room)
		}
		if says := unmerged.Why(c); (i >= room) != (says == "too large, beside the other merges of the plan") {
			t.Fatalf("%s: %q", c.Path, says)
		}
	}
	last, all := &p.Conflicts[many-1], p.Conflicts
	said := unmerged.Why(last)
	p.Conflicts = nil
	if unmerged.Why(last) != said {
		t.Error("all conflicts are gone through for each")
	}
	p.Conflicts = all
	if room >= many || mergedBytes(p) > mostMerged {
		t.Errorf("there is room for %d, and they have %d bytes", room, mergedBytes(p))
	}
	small := &p.Conflicts[0]
	if err := MergeAs(p, small.ID, []byte(big[:1<<19])); err != nil {
		t.Errorf("a smaller text: %v", err)
	}
}

// A side that has the merged text already keeps its file, and the other one takes it.
func TestASideThatHasTheMergedTextKeepsIt(t *testing.T) {
	const base, less, more = "a\nb\nc\n", "A\nb\nc\n", "A\nb\nC\n"
	for side, texts := range map[Side][2]string{Local: {more, less}, Remote: {less, more}} {
		p := clash(base, texts[Local], texts[Remote])
		c := &p.Conflicts[0]
		deeds, stays := doesMerged(c)
		has, found := c.hasMerged()
		if !found || has != side || !stays[side] || stays[side.Other()] || len(deeds) != 1 || deeds[0].side != side.Other() {
			t.Errorf("%s has it: %v %v, stays %v, does %+v", side, has, found, stays, deeds)
		}
		if says := c.Choices[TakeMerged]; !strings.Contains(says, "which "+side.String()+" has already") {
			t.Errorf("%s has it: %q", side, says)
		}
	}
}
