package plan

import (
	"slices"
	"testing"
)

func TestADiffThatIsMadeLaterKeepsToThePlansOptions(t *testing.T) {
	p := &Plan{Options: Options{Sensitive: []string{"*.key"}}}
	diff := DiffLater(p, &Operation{Side: Remote, Path: "a.txt", Source: &Source{Path: "b.txt"}}, []byte("old\n"),
		[]byte("new\n"))
	want := []string{"--- remote/a.txt", "+++ local/b.txt", "@@ -1 +1 @@", "-old", "+new"}
	if !slices.Equal(diff.Lines, want) {
		t.Errorf("it is %q", diff.Lines)
	}
	diff = DiffLater(p, &Operation{Path: "my.key", Source: &Source{Path: "my.key"}}, []byte("old\n"), []byte("new\n"))
	if len(diff.Lines) > 0 || diff.Omitted != "sensitive" {
		t.Errorf("of a sensitive file it is %+v", diff)
	}
	diff = DiffLater(p, &Operation{Path: "a.txt", Source: &Source{Tree: Local, Path: "a.txt"},
		Rare: &Rare{Diff: &Diff{}}}, nil, nil)
	if diff != nil {
		t.Errorf("where the plan has one, it is %+v", diff)
	}
}
