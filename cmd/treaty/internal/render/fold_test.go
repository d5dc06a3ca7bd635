package render

import (
	"fmt"
	"math"
	"runtime"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// TestDirectoriesFold has operations, and what show makes of them.
func TestDirectoriesFold(t *testing.T) {
	for _, c := range []struct{ name, plan, want string }{
		{"a new directory with all in it is one line", `
create remote a/
create remote a/x 1000
create remote a/sub/
create remote a/sub/y 24
create remote ab 5`, `
Copy Local to Remote
  #1  a/  2 files, 1 directory, 1.0 KiB
  #5  ab  5 B, 2026-07-01T01:00:00Z`},
		{"an empty directory", `
create local a/`, `
Copy Remote to Local
  #1  a/  directory`},
		{"files in a directory that was there are listed", `
create remote a/x
create remote a/y`, `
Copy Local to Remote
  #1  a/x  1 B, 2026-07-01T01:00:00Z
  #2  a/y  1 B, 2026-07-01T01:00:00Z`},
		{"what is skipped in it is listed and not counted", `
create remote a/
create remote a/x 10
skip create remote a/sub/
create remote a/sub/y 24
create remote a/sub/z 24
skip create remote a/w`, `
Copy Local to Remote
  #1  a/  1 file, 10 B
    #3  a/sub/  skipped, 2 files, 48 B
    #6  a/w     skipped, 1 B, 2026-07-01T01:00:00Z`},
		{"a skipped directory is skipped with all in it", `
skip create remote a/
create remote a/x 10
create remote a/sub/
create remote a/sub/y 24`, `
Copy Local to Remote
  #1  a/  skipped, 2 files, 1 directory, 34 B`},
		{"what carries a note is counted, and listed too", `
create remote a/
create remote a/x 10 note=look
create remote a/sub/ note=deep
create remote a/sub/y 24`, `
Copy Local to Remote
  #1  a/  2 files, 1 directory, 34 B
    #3  a/sub/  1 file, 24 B
        note: deep
    #2  a/x     10 B, 2026-07-01T01:00:00Z
        note: look`},
		{"sides don't mix", `
create remote a/
create remote a/x
create local b/
create local b/y`, `
Copy Local to Remote
  #1  a/  1 file, 1 B

Copy Remote to Local
  #3  b/  1 file, 1 B`},
		{"a deleted directory is one line", `
delete local a/
delete local a/x 10
delete local a/sub/
delete local a/sub/y 20
delete remote b`, `
Delete
  #1  a/  2 files, 1 directory, 30 B, on local, deleted on remote
  #5  b   1 B, 2026-07-01T01:00:00Z, on remote, deleted on local`},
		{"a directory in which something stays stays itself", `
delete local a/
delete local a/x 10
delete local a/sub/
skip delete local a/sub/y 20
delete local a/sub/z 40`, `
Delete
  #1  a/  2 files, 50 B, on local, the directory itself stays, deleted on remote
    #4  a/sub/y  skipped, 20 B, 2026-07-01T01:00:00Z, on local, deleted on remote`},
		{"a directory that is skipped with all in it", `
skip delete local a/
skip delete local a/x 10`, `
Delete
  #1  a/  skipped, 1 file, 10 B, on local, deleted on remote`},
		{"a directory that is skipped, but not what is in it", `
skip delete local a/
delete local a/x 10`, `
Delete
  #1  a/  1 file, 10 B, on local, the directory itself stays, deleted on remote`},
		{"a renamed directory is one line", `
create remote b/
create remote b/sub/
move remote a/sub/y > b/sub/y 20
move remote a/x > b/x 10
delete remote a/
delete remote a/sub/`, `
Move
  #1  a/ → b/  2 files, 1 directory, 30 B, on remote, moved on local`},
		{"it holds empty files and copies too, which cannot be told apart", `
create remote b/
create remote b/__init__.py 0
create remote b/copy 10 =same
move remote a/x > b/x 10
delete remote a/
delete remote a/__init__.py 0
delete remote a/copy 10 =same`, `
Move
  #1  a/ → b/  3 files, 20 B, on remote, moved on local`},
		{"what was edited or came besides keeps its line", `
create remote b/
create remote b/new 7
move remote a/x > b/x 10
move remote a/y > b/y 10
delete remote a/
delete remote a/gone 5`, `
Copy Local to Remote
  #2  b/new  7 B, 2026-07-01T01:00:00Z

Move
  #1  a/ → b/  2 files, 20 B, on remote, moved on local

Delete
  #6  a/gone  5 B, 2026-07-01T01:00:00Z, on remote, deleted on local`},
		{"but not where less moved than went", `
create remote b/
move remote a/x > b/x 10
delete remote a/
delete remote a/1
delete remote a/2`, `
Copy Local to Remote
  #1  b/  directory

Move
  #2  a/x → b/x  10 B, on remote, moved on local

Delete
  #3  a/  2 files, 2 B, on remote, deleted on local`},
		{"a directory merged into one that was there", `
move remote a/x > b/x 10
move remote a/sub/y > b/sub/y 10
delete remote a/
delete remote a/sub/`, `
Move
  #2  a/ → b/  2 files, 20 B, on remote, moved on local`},
		{"a directory that stays was not moved", `
create remote b/
move remote a/x > b/x 10`, `
Copy Local to Remote
  #1  b/  directory

Move
  #2  a/x → b/x  10 B, on remote, moved on local`},
		{"files that went to several places", `
create remote b/
create remote c/
move remote a/x > b/x 10
move remote a/y > c/y 10
delete remote a/`, `
Copy Local to Remote
  #1  b/  directory
  #2  c/  directory

Move
  #3  a/x → b/x  10 B, on remote, moved on local
  #4  a/y → c/y  10 B, on remote, moved on local

Delete
  #5  a/  directory, on remote, deleted on local`},
		{"a file with another name too", `
create remote b/
move remote a/x > b/x 10
move remote a/y > b/z 10
delete remote a/`, `
Copy Local to Remote
  #1  b/  directory

Move
  #2  a/x → b/x  10 B, on remote, moved on local
  #3  a/y → b/z  10 B, on remote, moved on local

Delete
  #4  a/  directory, on remote, deleted on local`},
		{"one of the moves is skipped", `
create remote b/
move remote a/x > b/x 10
skip move remote a/y > b/y 10
delete remote a/`, `
Copy Local to Remote
  #1  b/  directory

Move
  #2  a/x → b/x  10 B, on remote, moved on local
  #3  a/y → b/y  skipped, 10 B, on remote, moved on local

Delete
  #4  a/  skipped: something in the directory stays, directory, on remote, deleted on local`},
		{"a skipped move keeps its name from what is new there", `
create remote a 7
skip move remote a > b 10`, `
Copy Local to Remote
  #1  a  skipped: the name is not vacated, 7 B, 2026-07-01T01:00:00Z

Move
  #2  a → b  skipped, 10 B, on remote, moved on local`},
		{"all of a rename is skipped", `
skip create remote b/
skip move remote a/x > b/x 10
skip delete remote a/`, `
Move
  #1  a/ → b/  skipped, 1 file, 10 B, on remote, moved on local`},
		{"a note in a rename", `
create remote b/
move remote a/x > b/x 10 note=mine
delete remote a/`, `
Move
  #1  a/ → b/  1 file, 10 B, on remote, moved on local
    #2  a/x → b/x  10 B, on remote, moved on local
        note: mine`},
		{"only the part that moved", `
create remote q/sub/
move remote p/sub/x > q/sub/x 10
delete remote p/sub/`, `
Move
  #1  p/sub/ → q/sub/  1 file, 10 B, on remote, moved on local`},
		{"a directory moved into a new one", `
create remote q/
create remote q/sub/
create remote q/other
move remote sub/x > q/sub/x 10
delete remote sub/`, `
Copy Local to Remote
  #1  q/  1 file, 1 B

Move
  #2  sub/ → q/sub/  1 file, 10 B, on remote, moved on local`},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := text(t, Show, parse(t, c.plan), Options{}); got != strings.TrimPrefix(c.want, "\n")+"\n" {
				t.Errorf("got\n%s", got)
			}
		})
	}
}

// A directory that is deleted waits for what becomes of a conflict in it.
func TestADirectoryWithAConflictInIt(t *testing.T) {
	for resolution, want := range map[plan.Resolution]string{
		plan.Unresolved: "d/  directory, on remote, once conflict #2 leaves it empty, deleted on local",
		plan.TakeLocal:  "d/  directory, on remote, deleted on local",
		plan.TakeRemote: "d/  skipped: something in the directory stays, directory, on remote, deleted on local",
		plan.SkipPath:   "d/  skipped: something in the directory stays, directory, on remote, deleted on local",
	} {
		p := parse(t, "delete remote d/")
		p.Conflicts = []plan.Conflict{{ID: 2, Kind: plan.ChangedAndDeleted, Path: "d/f", Remote: file(9, 2, "r"),
			Base: file(8, 1, "b"), Resolution: resolution}}
		if got := text(t, Show, p, Options{}); !strings.Contains(got, want+"\n") {
			t.Errorf("resolved as %q:\n%s", resolution, got)
		}
	}
}

// What a person took out of the plan shows where it is known which directories there were.
func TestADirectoryTakenOutOfThePlan(t *testing.T) {
	there := func(_ plan.Side, dir tree.Path) bool { return dir == tree.Root || dir == "old" }
	p := parse(t, "create remote new/f 10\ncreate remote old/f 10\ncreate remote f 10")
	want := "new/f  skipped: the directory that it belongs in is not there, 10 B"
	if got := text(t, Show, p, Options{There: there}); !strings.Contains(got, want) || strings.Count(got, "skipped") != 1 {
		t.Errorf("%s", got)
	}
	if got := text(t, Summary, p, Options{There: there}); !strings.Contains(got, "skipped: 1 operation\n") {
		t.Errorf("%s", got)
	}
	if got := text(t, Show, p, Options{}); strings.Contains(got, "skipped") {
		t.Errorf("nobody knows, and yet\n%s", got)
	}
}

// Of a plan with a million operations that are not folded there is no list beside the plan's, or one of pointers.
func TestLinesOfOneOperationTakeLittle(t *testing.T) {
	const files = 2000
	for what, c := range map[string]struct {
		of   plan.Action
		opts Options
		list func(*effect) int
		most uint64
	}{
		"all are listed": {plan.Create, Options{All: true}, (*effect).lines, 2},
		"moves":          {plan.Move, Options{}, (*effect).lines, 2},
		"by folders": {plan.Update, Options{}, func(e *effect) int {
			l := e.listing(e.sections()[0].lines)
			return l.len()
		}, 10},
	} {
		p := blank()
		for i := range files {
			op := plan.Operation{ID: i + 1, Side: plan.Remote, Action: c.of, Path: tree.Path(fmt.Sprintf("%05d", i)),
				Before: file(1, 1, ""), After: file(1, 1, ""), Decision: plan.Apply}
			switch c.of {
			case plan.Create:
				op.Before = nil
			case plan.Move:
				op.Rare = &plan.Rare{From: op.Path + "~"}
			}
			p.Operations = append(p.Operations, op)
		}
		lines, each := 0, uint64(math.MaxUint64)
		for range 5 { // the least of them, since the process may allocate beside
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			lines = c.list(effects(p, c.opts))
			runtime.ReadMemStats(&after)
			each = min(each, (after.TotalAlloc-before.TotalAlloc)/files)
		}
		if lines != files || each > c.most {
			t.Errorf("%s: %d lines of %d bytes each, at most %d are meant", what, lines, each, c.most)
		}
	}
}
