package plan

import (
	"slices"
	"testing"
)

func TestADiffThatIsMadeLaterKeepsToThePlansOptions(t *testing.T) {
	p := &Plan{Options: Options{Sensitive: []string{"*.key"}}}
	diff := DiffLater(p, &Operation{Side: Remote, Path: "a.txt", Source: &Source{Local, "b.txt"}}, []byte("old\n"), []byte("new\n"))
	if want := []string{"--- remote/a.txt", "+++ local/b.txt", "@@ -1 +1 @@", "-old", "+new"}; !slices.Equal(diff.Lines, want) {
		t.Errorf("it is %q", diff.Lines)
	}
	if diff := DiffLater(p, &Operation{Path: "my.key", Source: &Source{Local, "my.key"}}, []byte("old\n"), []byte("new\n")); len(diff.Lines) > 0 || diff.Omitted != "sensitive" {
		t.Errorf("of a sensitive file it is %+v", diff)
	}
	if diff := DiffLater(p, &Operation{Path: "a.txt", Source: &Source{Local, "a.txt"}, Diff: &Diff{}}, nil, nil); diff != nil {
		t.Errorf("where the plan has one, it is %+v", diff)
	}
}
