package review

import (
	"crypto/sha256"
	"fmt"
	"strconv"
	"strings"
	"time"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
)

// parse makes a plan of lines such as
//
//	create remote dir/
//	delete local dir/file 12
//	move remote old/file > new/file
//	both-changed notes/a.txt 12@1 13@2
//	changed-and-deleted notes/b.txt 12@1 -
//	warning kept-not-empty remote some/dir
//
// Directories end in a slash. Sizes are in bytes, 1 if left out, and 12@3 is a file of 12 bytes of three o'clock. A
// conflict has local's state first, "-" being nothing, and a diff where the sizes are equal, as those of its lines are.
func parse(t rapid.TB, text string) *plan.Plan {
	t.Helper()
	p := blank()
	for l := range strings.Lines(text) {
		words := strings.Fields(l)
		if len(words) == 0 {
			continue
		}
		switch what := words[0]; what {
		case "warning", "blocked":
			var side plan.Side
			path := tree.Path(words[3])
			must(t, side.UnmarshalText([]byte(words[2])))
			p.Problems = append(p.Problems, plan.Problem{Severity: plan.Severity(what), Code: plan.Code(words[1]),
				Side: &side, Path: &path, Message: "that is how it is"})
		case "create", "delete", "update", "move", "touch":
			p.Operations = append(p.Operations, operation(t, words))
		default:
			p.Conflicts = append(p.Conflicts, conflict(t, words))
		}
	}
	p.Sort()
	p.Number()
	p.Summarize()
	return p
}

func operation(t rapid.TB, words []string) plan.Operation {
	op := plan.Operation{Decision: plan.Apply}
	must(t, op.Action.UnmarshalText([]byte(words[0])))
	must(t, op.Side.UnmarshalText([]byte(words[1])))
	path, rest := words[2], words[3:]
	if op.Action == plan.Move {
		op.Rare, path, rest = &plan.Rare{From: tree.Path(path)}, words[4], words[5:]
	}
	size := "1@1"
	if len(rest) > 0 {
		size = rest[0] + "@1"
	}
	path, state := stateOf(t, path, size)
	op.Path = tree.Path(path)
	from := op.Side.Other()
	switch op.Action {
	case plan.Create:
		op.After, op.Reason = state, plan.OnlyOn.On(from)
	case plan.Delete:
		op.Before, op.Reason = state, plan.DeletedOn.On(from)
	case plan.Move:
		op.Before, op.After, op.Reason = state, state, plan.MovedOn.On(from)
	default:
		after := *state
		after.Mtime = hour(2)
		op.Before, op.After, op.Reason = state, &after, plan.ChangedOn.On(from)
	}
	if op.Action == plan.Update {
		op.Rare = &plan.Rare{Rarer: &plan.Rarer{Diff: diff(path, 3)}}
	}
	if op.After.Of() == tree.File && (op.Action == plan.Create || op.Action == plan.Update) {
		op.Take(&plan.Source{Tree: from, Path: op.Path})
	}
	return op
}

func conflict(t rapid.TB, words []string) plan.Conflict {
	c := plan.Conflict{Kind: plan.Kind(words[0]), Choices: plan.Choices{}}
	path, local := stateOf(t, words[1], words[2])
	_, remote := stateOf(t, words[1], words[3])
	c.Path, c.Local, c.Remote = tree.Path(path), local, remote
	if c.Kind == plan.ChangedAndDeleted {
		_, c.Base = stateOf(t, words[1], "1@1")
	}
	for _, r := range c.Allowed() {
		c.Choices[r] = "what " + string(r) + " does"
	}
	if c.Choices.Allows(plan.KeepBoth) {
		c.KeepBothAs = c.Path + " (remote)"
	}
	if local.Of() == tree.File && remote.Of() == tree.File && local.Size == remote.Size {
		c.Diff = diff(path, 3)
	}
	return c
}

// stateOf is a state, and the path without the slash of a directory.
func stateOf(t rapid.TB, path, word string) (string, *tree.State) {
	dir, isDir := strings.CutSuffix(path, "/")
	if word == "-" {
		return dir, nil
	}
	if isDir {
		return dir, &tree.State{Type: tree.Directory, Mode: tree.Perm(0o755)}
	}
	bytes, at, _ := strings.Cut(word, "@")
	size, err := strconv.ParseInt(bytes, 10, 64)
	must(t, err)
	hours, err := strconv.Atoi(at)
	must(t, err)
	return path, &tree.State{Type: tree.File, Size: size, Mtime: hour(hours), Mode: tree.Perm(0o644),
		SHA256: sha256.Sum256([]byte(path + word))}
}

// diff is one with so many lines on each side.
func diff(path string, lines int) *plan.Diff {
	d := &plan.Diff{Format: "unified", Added: lines, Removed: lines,
		Lines: []string{"--- local/" + path, "+++ remote/" + path,
			fmt.Sprintf("@@ -1,%d +1,%d @@", lines+1, lines+1), " the same"}}
	for i := range lines {
		d.Lines = append(d.Lines, fmt.Sprintf("-old\t%d", i))
	}
	for i := range lines {
		d.Lines = append(d.Lines, fmt.Sprintf("+new\t%d", i))
	}
	return d
}

func hour(n int) tree.Time { return tree.TimeOf(time.Date(2026, 7, 1, n, 0, 0, 0, time.UTC)) }

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// blank is a plan between two trees that are in sync.
func blank() *plan.Plan {
	apfs, fat := tree.APFS.Traits(), tree.FAT.Traits()
	apfs.Source, fat.Source = tree.Hinted, tree.Recorded
	return &plan.Plan{Format: plan.Format, FormatVersion: plan.FormatVersion, ID: "01981f3e-0000-7000-8000-000000000001",
		Local:  plan.Snapshot{Root: "/home/ann/macbook", Filesystem: apfs, Files: 1203, Directories: 80, Bytes: 123_456_789},
		Remote: plan.Snapshot{Root: "/media/stick", Filesystem: fat, Files: 1, Directories: 1, Bytes: 1000}}
}

// pair is a plan of a pair of trees, with something of most that there is.
const pair = `
	both-changed notes/a.txt 120@1 120@2
	both-changed notes/b.txt 120@1 130@2
	both-created notes/deeper/c.txt 50@1 90@1
	changed-and-deleted letters/kim.txt 400@3 -
	same-time-different-size odd 30@1 40@1
	update remote work/today.txt 2000
	create remote photos/
	create remote photos/2025/
	create remote photos/2025/a.jpg 2000000
	create remote photos/2025/b.jpg 3000000
	create remote photos/latest.jpg 70
	create local music/one.ogg 5000000
	move local old/name.txt > new/name.txt
	create local renamed/
	move local before/1 > renamed/1
	move local before/2 > renamed/2
	delete local before/
	delete remote attic/
	delete remote attic/x 70000
	delete remote attic/y 70000
	touch local clock
	warning kept-not-empty remote attic/kept
	blocked name-not-allowed remote aux.c
`
