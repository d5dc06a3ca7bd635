package trees

import (
	"testing"

	"treaty/plan"
)

func TestTreesAreCalledByTheirDirectoriesAndToldApart(t *testing.T) {
	for _, c := range []struct{ local, remote, here, there string }{
		{"/home/ann/work", "/media/ann/STICK", "work", "STICK"},
		{"/home/ann/papers", "/media/ann/STICK/papers", "papers (ann)", "papers (STICK)"},
		{"/home/ann/papers", "/media/ann/Papers", "papers (local)", "Papers (remote)"},
		{"/home/ann/remote", "/media/STICK", "remote (local)", "STICK (remote)"},
		{"/srv/local", "/srv/remote", "local", "remote"},
		{`C:\Users\Ann\Work`, `E:\`, "Work", "E:"},
		{"/", "/mnt", "/", "mnt"},
		{"/home/ann/b (remote)", "/media/b", "local b (remote)", "remote b"},
		{"/home/ann/b", "/media/b (Local)", "local b", "remote b (Local)"},
	} {
		roots := plan.Sides[string]{c.local, c.remote}
		got := ToldApart(plan.Sides[string]{Base(c.local), Base(c.remote)}, roots)
		if want := (plan.Sides[string]{c.here, c.there}); got != want {
			t.Errorf("%q are called %q, not %q", roots, got, want)
		}
	}
}
