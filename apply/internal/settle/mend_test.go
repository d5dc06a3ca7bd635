package settle

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"treaty/apply/internal/journal"
	"treaty/plan/tree"
)

// contentState is a file with a word as its content; "/" is a directory.
func contentState(word string) *tree.State {
	if word == "/" {
		return &tree.State{Type: tree.Directory}
	}
	return &tree.State{Type: tree.File, Size: int64(len(word)), Mtime: tree.UnixTime(10, 0),
		SHA256: sha256.Sum256([]byte(word))}
}

func TestWhatUndoesAChange(t *testing.T) {
	was, becomes := contentState("old"), contentState("new")
	things := map[string]observation{"-": {}, "old": {entry: tree.Entry{Type: tree.File, Size: 3}, hash: was.SHA256},
		"new":  {entry: tree.Entry{Type: tree.File, Size: 3}, hash: becomes.SHA256},
		"mine": {entry: tree.Entry{Type: tree.File, Size: 4}, hash: tree.Hash{1}}}
	for line, want := range map[string]bool{
		"create new - -": false, "create - - -": true, "create mine - -": false,
		"replace new - old": false, "replace - - old": true, "replace old - -": true, "replace mine - old": false,
		"replace new - -": false,
		"trash - - old":   false, "trash old - -": true, "trash old - old": false,
		"trash mine - old": false, "trash - - -": false,
		"move old - -": false, "move - old -": true, "move - - old": true, "move mine - old": false,
		"move - - -": false, "move old old -": false,
	} {
		words := strings.Fields(line)
		in := &journal.Intent{Kind: journal.Kind(words[0]), Before: was, After: becomes}
		path, from, place := things[words[1]], things[words[2]], things[words[3]]
		if got := undone(in, &path, &from, &place); got != want {
			t.Errorf("%s: undone is %v", line, got)
		}
	}
}

func TestDamageIsToldFromAPersonsWork(t *testing.T) {
	was, becomes := contentState("old-content"), contentState("new")
	becomes.Mtime = tree.UnixTime(20, 0)
	file := func(content string, second int64) observation {
		return observation{entry: tree.Entry{Type: tree.File, Size: int64(len(content)), Mtime: tree.UnixTime(second, 0)},
			hash: sha256.Sum256([]byte(content))}
	}
	bad := file("", 10)
	bad.entry.Size, bad.unreadable, bad.hash = was.Size, true, tree.Hash{}
	for _, c := range []struct {
		name string
		s    observation
		want bool
	}{
		{"the old", file("old-content", 10), false},
		{"the old at another time", file("old-content", 99), false},
		{"the new", file("new", 20), false},
		{"empty", file("", 99), true},
		{"cut short, under the old time", file("old-c", 10), true},
		{"cut short, under the new time", file("ne", 20), true},
		{"shorter, at another time", file("old-c", 99), false},
		{"longer", file("old-content, and more", 10), false},
		{"as long, and another", file("OLD-CONTENT", 10), false},
		{"unreadable", bad, true},
		{"nothing", observation{}, false},
		{"a directory", observation{entry: tree.Entry{Type: tree.Directory}}, false},
		{"a link", observation{entry: tree.Entry{Type: tree.Symlink, Target: "x"}}, false},
	} {
		if got := damaged(&c.s, []*tree.State{was, nil, becomes}); got != c.want {
			t.Errorf("%s: damaged is %v", c.name, got)
		}
	}
	empty := file("", 30)
	if damaged(&empty, []*tree.State{was, contentState("")}) {
		t.Errorf("what is to be empty may be")
	}
	if slices.ContainsFunc([]*tree.State{nil, contentState("/")}, func(s *tree.State) bool {
		return damaged(&empty, []*tree.State{s})
	}) {
		t.Errorf("an empty file where no file was to be is somebody's")
	}
}
