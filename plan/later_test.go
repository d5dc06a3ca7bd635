package plan

import (
	"slices"
	"testing"

	"treaty/plan/tree"
)

// took is an operation that takes what is at a path of local.
func took(op Operation, path tree.Path) *Operation {
	op.Take(&Source{Tree: Local, Path: path})
	return &op
}

func TestADiffThatIsMadeLaterKeepsToThePlansOptions(t *testing.T) {
	p := &Plan{Options: Options{Sensitive: []string{"*.key"}}}
	diff := DiffLater(p, took(Operation{Side: Remote, Path: "a.txt"}, "b.txt"), []byte("old\n"), []byte("new\n"))
	want := []string{"--- remote/a.txt", "+++ local/b.txt", "@@ -1 +1 @@", "-old", "+new"}
	if !slices.Equal(diff.Lines, want) {
		t.Errorf("it is %q", diff.Lines)
	}
	diff = DiffLater(p, took(Operation{Path: "my.key"}, "my.key"), []byte("old\n"), []byte("new\n"))
	if len(diff.Lines) > 0 || diff.Omitted != "sensitive" {
		t.Errorf("of a sensitive file it is %+v", diff)
	}
	diff = DiffLater(p, took(Operation{Path: "a.txt", Rare: &Rare{Rarer: &Rarer{Diff: &Diff{}}}}, "a.txt"), nil, nil)
	if diff != nil {
		t.Errorf("where the plan has one, it is %+v", diff)
	}
}
