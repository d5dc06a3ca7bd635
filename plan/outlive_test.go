package plan

import (
	"strings"
	"testing"
	"unsafe"

	"treaty/plan/tree"
)

// Of a first copy every file is a difference, and all of them are held.
func TestADifferenceTakesLittleRoom(t *testing.T) {
	if size := unsafe.Sizeof(difference{}); size > 240 {
		t.Errorf("a difference takes %d bytes", size)
	}
	if size := unsafe.Sizeof(tree.Entry{}); size > 120 {
		t.Errorf("an entry takes %d bytes", size)
	}
}

func TestWhatOutlivesAListingHoldsNamesAsPartsOfPaths(t *testing.T) {
	listed := strings.Clone("name")
	d := difference{trio: trio{name: Sides[string]{listed, listed},
		entry: Sides[*tree.Entry]{{Name: listed, Key: listed, Type: tree.File}}},
		path: Sides[tree.Path]{"a/name", tree.Path(strings.Clone("a/name"))}}
	outlive(&d)
	path := unsafe.StringData(string(d.path[Local]))
	for what, text := range map[string]string{"remote's path": string(d.path[Remote]), "a name": d.name[Remote],
		"an entry's name": d.entry[Local].Name, "its key": d.entry[Local].Key} {
		at := uintptr(unsafe.Pointer(unsafe.StringData(text))) - uintptr(unsafe.Pointer(path))
		if at > uintptr(len(d.path[Local])) {
			t.Errorf("%s is held beside the path", what)
		}
	}
	if d.name[Local] != "name" || d.entry[Local].Name != "name" || d.entry[Local].Key != "name" {
		t.Errorf("%+v, %+v", d.trio, d.entry[Local])
	}
}
