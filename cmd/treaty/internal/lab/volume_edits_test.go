package lab

import (
	"os"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// tryEdits changes everything that can be changed on one side, then on the other, then on both.
func tryEdits(t *testing.T, v *volume) {
	d := paired(t, v)
	for i, side := range []plan.Side{plan.Local, plan.Remote} {
		setOut(d, side.String()+"/")
		d.sync()
		edit(d, side, side.String()+"/", 100*(i+1))
		want := holdings(t, d.at[side])
		p := d.sync()
		checkEdits(d, p, want, side)
	}
	// Both at once, in different files: no conflict, since both remember.
	setOut(d, "one/")
	setOut(d, "two/")
	d.sync()
	edit(d, plan.Local, "one/", 300)
	edit(d, plan.Remote, "two/", 400)
	d.sync()
}

// setOut makes what edit edits.
func setOut(d *desk, in string) {
	for i, name := range []string{"update.txt", "grow.txt", "same size.txt", "touch.txt", "delete.txt", "move.txt",
		"chain/1.txt", "chain/2.txt",
		"swap/a.txt", "swap/b.txt", "case.TXT", "gone/1.txt", "gone/deep/2.txt", "file to directory",
		"directory to file/x.txt",
		"moved folder/1.txt", "moved folder/2.txt", "mode.txt"} {
		d.put(plan.Local, in+name, "text of "+in+name, i)
	}
	d.put(plan.Local, in+"emptied/", "", 0)
}

func edit(d *desk, side plan.Side, in string, at int) {
	d.put(side, in+"update.txt", "new text, of another size", at)
	d.put(side, in+"grow.txt", strings.Repeat("more\n", 50_000), at+1)
	d.put(side, in+"same size.txt", "TEXT OF "+in+"SAME SIZE.TXT", at+2)
	d.put(side, in+"touch.txt", "text of "+in+"touch.txt", at+3)
	d.remove(side, in+"delete.txt")
	d.rename(side, in+"move.txt", in+"moved to/here.txt")
	d.rename(side, in+"chain/2.txt", in+"chain/3.txt")
	d.rename(side, in+"chain/1.txt", in+"chain/2.txt")
	d.rename(side, in+"swap/a.txt", in+"swap/c.txt")
	d.rename(side, in+"swap/b.txt", in+"swap/a.txt")
	d.rename(side, in+"swap/c.txt", in+"swap/b.txt")
	d.rename(side, in+"case.TXT", in+"Case.txt")
	d.remove(side, in+"gone")
	d.remove(side, in+"emptied")
	d.remove(side, in+"file to directory")
	d.put(side, in+"file to directory/inside.txt", "inside", at+4)
	d.remove(side, in+"directory to file")
	d.put(side, in+"directory to file", "a file now", at+5)
	d.rename(side, in+"moved folder", in+"folder, moved")
	d.put(side, in+"created/new.txt", "new", at+6)
	d.put(side, in+"created/nothing/", "", 0)
	if d.modes() {
		d.check(os.Chmod(d.path(side, in+"mode.txt"), 0o751))
	}
	if d.links() {
		d.check(os.Symlink("new.txt", d.path(side, in+"created/link")))
	}
}

// checkEdits: the other side got what was made of this one, and moves went as moves.
func checkEdits(d *desk, p *plan.Plan, want holding, side plan.Side) {
	d.Helper()
	if differences := d.compare(want, holdings(d.T, d.at[side]), d.traits[side], d.traits[side]); len(differences) > 0 {
		d.Errorf("the edited side changed:\n%s", strings.Join(differences, "\n"))
	}
	moves := 0
	for _, op := range p.Operations {
		if op.Side == side {
			d.Errorf("an operation on the edited side: %+v", op)
		}
		if op.Action == plan.Move {
			moves++
		}
	}
	// One moved, two in the chain, two in the swap, one by case, two in the folder.
	if moves != 8 {
		d.Errorf("%d moves, want 8", moves)
	}
}

// tryUndo: undoing an apply brings back what was there before.
func tryUndo(t *testing.T, v *volume) {
	for i, side := range plan.BothSides {
		t.Run("edits on "+side.String(), func(t *testing.T) {
			d := paired(t, v)
			setOut(d, "x/")
			d.sync()
			var before plan.Sides[holding]
			before[side.Other()] = holdings(t, d.at[side.Other()])
			edit(d, side, "x/", 100*(i+1))
			before[side] = holdings(t, d.at[side])
			d.sync()
			tried(t, 0, "-C", d.at[plan.Local], "undo")
			d.apply()
			d.remount()
			for _, s := range plan.BothSides {
				if differences := d.compare(before[s], holdings(t, d.at[s]), d.traits[s], d.traits[s]); len(differences) > 0 {
					t.Errorf("%s after the undo:\n%s", s, strings.Join(differences, "\n"))
				}
			}
			// The undone changes are proposed again, as no conflicts.
			d.sync()
		})
	}
}

// An undo does not wait for a real volume.
func TestUndoBringsBackWholeDirectories(t *testing.T) {
	if testing.Short() {
		t.Skip("is a dozen plans and applies")
	}
	tryUndo(t, &volume{name: "here", root: t.TempDir(), flags: []string{"--remote-fs", string(tree.ExFAT)}})
}
