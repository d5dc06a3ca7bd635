package plan_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// What an undo plans, of an apply that found the one on remote, and left the other, which may have changed since.
func TestReverseLeavesOutWithWordsWhatCannotBeTakenBack(t *testing.T) {
	for _, c := range []struct{ name, options, found, left, now, want string }{
		{name: "two names that are one to the side",
			options: "remote-fs=ntfs", found: `A=1 a/A=2 a/a=3 a/c=4 k=5`, left: ``, now: ``,
			want: `create remote k undo; blocked remote A name-collision; blocked remote a name-collision;
				blocked remote a/A name-collision; blocked remote a/a name-collision`},
		{name: "a name beside another that is one with it to the side",
			options: "remote-fs=fat", found: `d/A=1 d/b=2 d/c=3`, left: `d/b=2`, now: `d/a=7 d/b=2`,
			want: `create remote d/c undo; blocked remote d/A name-collision`},
		{name: "two names where case matters",
			found: `A=1 a/A=2 a/a=3`, left: ``, now: ``,
			want: `create remote A undo; create remote a undo; create remote a/A undo; create remote a/a undo`},
		{name: "what was below a directory that cannot come back",
			found: `c/d/e=1 c/f=2`, left: `c=3`, now: `c=4`,
			want: `blocked remote c changed-since`},
		{name: "what was in a directory that is a file now",
			found: `c/d=1 c/e=2 f=5`, left: `c/ f=6`, now: `c=3 f=6`,
			want: `update remote f undo; blocked remote c changed-since`},
		{name: "what was in a directory that is gone, which is made again",
			found: `c/d=1`, left: `c/`, now: ``,
			want: `create remote c/d undo`},
		{name: "what was in a directory that is gone, and cannot be made again",
			options: "remote-fs=fat", found: `x:y/d=1 x:y/e=2`, left: `x:y/`, now: ``,
			want: `blocked remote x:y name-not-allowed`},
		{name: "a directory that took a file's place, with something new in it",
			found: `c=1`, left: `c/a=2 c/b=3`, now: `c/a=2 c/b=3 c/n=4`,
			want: `delete remote c/a undo; delete remote c/b undo; blocked remote c/n changed-since`},
		{name: "a directory that took a file's place, with something changed in it",
			found: `c=1`, left: `c/a=2 c/b=3`, now: `c/a=2 c/b=9`,
			want: `delete remote c/a undo; blocked remote c/b changed-since`},
		{name: "a directory that took a file's place",
			found: `c=1`, left: `c/a=2`, now: `c/a=2`,
			want: `update remote c undo; delete remote c/a undo`},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := reversed(t, c.options, c.found, c.left, c.now)
			var want []statement
			for line := range strings.SplitSeq(c.want, ";") {
				want = append(want, parseWant(strings.TrimSpace(line)))
			}
			if diff := differ(want, statements(p)); diff != "" {
				t.Error(diff)
			}
			checkDocument(t, c.name, p)
			for _, problem := range p.Problems {
				if problem.Message == "" {
					t.Errorf("%s: no word about it", *problem.Path)
				}
			}
		})
	}
}

// reversed is the plan that takes back what made of the entries that remote had those that it was left with, where it
// has others now.
func reversed(t *testing.T, options, found, left, now string) *plan.Plan {
	t.Helper()
	states := func(entries string) (*world, *memoryTree) {
		c := tableCase{options: words(options)}
		if err := c.add("remote", entries); err != nil {
			t.Fatal(err)
		}
		w, err := c.world()
		if err != nil {
			t.Fatal(err)
		}
		return w, w.trees[plan.Remote]
	}
	_, before := states(found)
	_, after := states(left)
	w, _ := states(now)
	state := func(m *memoryTree, path tree.Path) *tree.State {
		if m.nodes[path] == nil {
			return nil
		}
		e := m.entry(path)
		s := e.State()
		s.SHA256 = m.nodes[path].hash()
		return s
	}
	var reversal []plan.Operation
	paths := slices.Concat(before.paths(), after.paths())
	slices.SortFunc(paths, tree.Compare)
	for _, path := range slices.Compact(paths) {
		op := plan.Operation{Side: plan.Remote, Action: plan.Update, Path: path, Reason: plan.Undo, Decision: plan.Apply,
			Before: state(after, path), After: state(before, path)}
		switch {
		case op.Before == nil:
			op.Action = plan.Create
		case op.After == nil:
			op.Action = plan.Delete
		case op.Before.Type == op.After.Type && op.Before.SHA256 == op.After.SHA256:
			continue
		}
		if op.After.Of() == tree.File {
			op.Take(&plan.Source{Tree: plan.Remote, Path: ".treaty/trash/" + path})
		}
		reversal = append(reversal, op)
	}
	p, err := plan.Reverse(context.Background(), w.input(), reversal, func(from plan.Source) *tree.Entry {
		path, _ := strings.CutPrefix(string(from.Path), ".treaty/trash/")
		e := before.entry(tree.Path(path))
		return &e
	})
	if err != nil {
		t.Fatal(err)
	}
	p.ID, p.CreatedAt = "019b76da-a800-7000-8000-000000000001", epoch.Time()
	p.CreatedBy = plan.Author{User: "ann", Host: "desk", Version: "1.0.0"}
	return p
}
