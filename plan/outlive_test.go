package plan

import (
	"testing"
	"unsafe"

	"treaty/plan/tree"
)

// Of a first copy every file is a difference, and all of them are held.
func TestADifferenceTakesLittleRoom(t *testing.T) {
	if size := unsafe.Sizeof(difference{}); size > 128 {
		t.Errorf("a difference takes %d bytes", size)
	}
	if size := unsafe.Sizeof(item{}); size > 80 {
		t.Errorf("what a side has takes %d bytes", size)
	}
	if size := unsafe.Sizeof(tree.Entry{}); size > 120 {
		t.Errorf("an entry takes %d bytes", size)
	}
}

func TestWhatOutlivesAListingRefersToNothingOfIt(t *testing.T) {
	listed := tree.Entry{Name: "name", Key: "name", Type: tree.Symlink, Target: "to"}
	base := tree.Agreed{Key: "name", Type: tree.Symlink, Target: "to"}
	var from passing
	in := trio{name: Sides[string]{"name", "name"}, entry: Sides[*tree.Entry]{&listed}, base: &base,
		hash: Sides[tree.Hash]{{1}}}
	dir := directory{place: &place{path: Sides[tree.Path]{"a", "a"}}}
	d := outlive(from.difference(&dir, &in, Sides[tree.Traits]{}))
	from, base = passing{}, tree.Agreed{}
	if d.remote != nil {
		t.Error("a path that is alike on both sides is held twice")
	}
	of := trioOf(d)
	if *of.entry[Local] != listed || of.entry[Remote] != nil || of.base.Key != "name" ||
		of.name != (Sides[string]{"name", "name"}) || of.hash != (Sides[tree.Hash]{{1}}) {
		t.Errorf("%+v", of)
	}
}
