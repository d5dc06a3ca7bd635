package tree

import (
	"errors"
	"fmt"
	"testing"
)

func TestAnErrorNamesItsPathOnlyWhereNobodyElseDoes(t *testing.T) {
	broken := errors.New("it is broken")
	err := About("a/b", broken)
	for _, c := range []struct {
		err  error
		path Path
		want string
	}{
		{err, "a/b", "it is broken"},
		{err, "a", `"a/b": it is broken`},
		{broken, "a/b", "it is broken"},
		{fmt.Errorf("moved aside: %w", err), "a/b", `moved aside: "a/b": it is broken`},
	} {
		if got := Why(c.err, c.path); got != c.want {
			t.Errorf("beside %s: %s, not %s", c.path, got, c.want)
		}
	}
	if err.Error() != `"a/b": it is broken` || !errors.Is(err, broken) {
		t.Error(err)
	}
}
