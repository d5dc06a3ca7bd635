package plan_test

import (
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// Names and paths that are too long are told at plan time, in what the side that would get them counts: bytes,
// or UTF-16 units; a name there already is never too long.
func TestNamesAndPathsThatAreTooLong(t *testing.T) {
	deep := func(folders int, name string) string { return strings.Repeat(name+"/", folders) + "f" }
	for _, c := range []struct {
		what     string
		profile  tree.Profile // remote's
		path     string
		code     plan.Code
		existing bool
	}{
		{"255 bytes", tree.POSIX, strings.Repeat("x", 255), "", false},
		{"256 bytes", tree.POSIX, strings.Repeat("x", 256), plan.PathTooLong, false},
		{"128 letters of two bytes", tree.POSIX, strings.Repeat("é", 128), plan.PathTooLong, false},
		{"128 letters of two bytes, for FAT", tree.FAT, strings.Repeat("é", 128), "", false},
		{"255 units", tree.ExFAT, strings.Repeat("ж", 255), "", false},
		{"256 units", tree.NTFS, strings.Repeat("ж", 256), plan.PathTooLong, false},
		{"127 letters of two units, and one of one", tree.NTFS, strings.Repeat("\U0001F600", 127) + "x", "", false},
		{"128 letters of two units", tree.NTFS, strings.Repeat("\U0001F600", 128), plan.PathTooLong, false},
		{"a name of 256 bytes that is there", tree.POSIX, strings.Repeat("x", 256), "", true},
		{"255 levels", tree.POSIX, deep(254, "d"), "", false},
		{"256 levels", tree.POSIX, deep(255, "d"), plan.PathTooLong, false},
		{"3,584 bytes", tree.POSIX, deep(17, strings.Repeat("x", 209)) + strings.Repeat("y", 13), "", false},
		{"3,585 bytes", tree.POSIX, deep(17, strings.Repeat("x", 209)) + strings.Repeat("y", 14), plan.PathTooLong, false},
	} {
		w := &world{options: defaults()}
		for i, profile := range []tree.Profile{tree.POSIX, c.profile} {
			w.trees[i] = newTree(profile)
			if i == 0 || c.existing {
				w.trees[i].put(tree.Path(c.path),
					&node{kind: tree.File, content: "1"[i:], size: int64(1 - i),
						mtime: epoch.Add(-time.Duration(i) * 60e9), mode: tree.Perm(0o644)})
			}
		}
		p, err := w.compare()
		if err != nil {
			t.Fatal(err)
		}
		if c.code == "" {
			if len(p.Problems) != 0 || len(p.Operations) == 0 {
				t.Errorf("%s: %d operations, problems %v", c.what, len(p.Operations), p.Problems)
			}
			continue
		}
		if len(p.Problems) != 1 || p.Problems[0].Code != c.code || p.Problems[0].Severity != plan.Blocked ||
			string(*p.Problems[0].Path) != c.path {
			t.Errorf("%s: %v", c.what, p.Problems)
		}
		for _, op := range p.Operations {
			if string(op.Path) == c.path {
				t.Errorf("%s: %s", c.what, op.Action)
			}
		}
	}
}
