package programs

import (
	"maps"
	"testing"

	"treaty/plan/tree"
)

func TestTheFirstThatSpeaksSaysTheMode(t *testing.T) {
	overrides, extensions := map[string]bool{"docs/*.sh": false}, map[string]bool{".RUN": true, "py": false}
	rules := New(maps.All(overrides), extensions, tree.Perm(0o022))
	script, plain, kept := []byte("#!/bin/sh\n"), []byte("text"), tree.Perm(0o640)
	for _, c := range []struct {
		path   tree.Path
		former tree.Mode
		head   []byte
		want   tree.Mode
		needs  bool
	}{
		{path: "docs/a.sh", former: tree.Perm(0o755), head: script, want: tree.Perm(0o644)},
		{path: "a.sh", former: kept, head: script, want: kept},
		{path: "a.sh", head: plain, want: tree.Perm(0o755)},
		{path: "a.run", head: plain, want: tree.Perm(0o755)},
		{path: "a.py", head: script, want: tree.Perm(0o644)},
		{path: ".sh", head: plain, want: tree.Perm(0o644), needs: true},
		{path: "a", head: script, want: tree.Perm(0o755), needs: true},
		{path: "a", former: kept, head: script, want: kept},
	} {
		if got := rules.Infer(c.path, c.former, c.head); got != c.want {
			t.Errorf("%s, which had %s, gets %s, want %s", c.path, c.former, got, c.want)
		}
		if needs := rules.NeedsHead(c.path, c.former); needs != c.needs {
			t.Errorf("%s, which had %s, needs its first bytes: %v", c.path, c.former, needs)
		}
	}
	if _, speaks := rules.Ruled("a", 100, nil); speaks {
		t.Error("what was not read is judged by its first bytes")
	}
	if got := rules.As(tree.Perm(0o701), false); got != tree.Perm(0o644) {
		t.Errorf("what is no program keeps the mode %s", got)
	}
}
