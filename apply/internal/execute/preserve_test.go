package apply

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"

	"treaty/apply/internal/journal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// The language: a step is "ACTION SIDE PATH", then "from PATH", "was CONTENT" (a word; "/" is a directory, "->"
// a link, "?" a file of unknown hash), "is CONTENT", "of SIDE PATH" for where that comes from, and "done",
// "drifted" or "skipped". In danger is "PATH", then "or PATH" for each twin.
var dangers = []struct {
	name, steps, want string
}{
	{"what is replaced, deleted or moved", `
		update remote a was 1 is 2 of local a
		delete remote b was 3
		move remote d from c was 4 is 4`, "a; b; c or d"},
	{"nothing on the other side, and nothing that keeps its name", `
		update local a was 1 is 2 of remote a
		create remote b is 3 of local b
		chmod remote c was 4 is 4
		touch remote d was 5 is 5`, ""},
	{"no directories, and no links", `
		delete remote a was /
		update remote b was / is 1 of local b
		update remote c was -> is 2 of local c
		update remote d was 3 is /`, "d"},
	{"nothing that is over, or is not to be", `
		update remote a was 1 is 2 of local a done
		delete remote b was 3 skipped
		delete remote c was 4 drifted`, ""},
	{"a moved file is at its new name on the other side", `
		move remote new from old was 1 is 1`, "old or new"},
	{"but not if that is about to change there", `
		move remote new from old was 1 is 1
		update local new was 1 is 2 of remote x`, "old"},
	{"nor if it is to be moved there", `
		move remote new from old was 1 is 1
		move local other from new was 1 is 1`, "old"},
	{"nor if only its time changes there", `
		move remote new from old was 1 is 1
		touch local new was 1 is 1`, "old"},
	{"what a step leaves alone does not change", `
		move remote new from old was 1 is 1
		delete local new was 1 skipped`, "old or new"},
	{"a deleted file that something is copied from is there still", `
		delete remote a was 1
		create remote b is 1 of local b
		create remote c is 1 of local c`, "a or b or c"},
	{"but not if that lies in a trash", `
		delete remote a was 1
		create remote b is 1 of local .treaty/trash/x/b`, "a"},
	{"nor if it is copied on its own side", `
		delete remote a was 1
		create remote b is 1 of remote c`, "a"},
	{"what was copied from here, and is there for good", `
		move remote new from old was 1 is 1
		create local new is 1 of remote old done`, "old or new"},
	{"but not if that came to nothing", `
		move remote new from old was 1 is 1
		create local new is 1 of remote old drifted`, "old"},
	{"nor if it is yet to be done", `
		move remote new from old was 1 is 1
		create local new is 1 of remote old`, "old"},
	{"what nobody has hashed is no twin, and has none", `
		delete remote a was ?
		create remote b is ? of local b`, "a"},
}

func TestWhatIsInDanger(t *testing.T) {
	for _, c := range dangers {
		var steps []plan.Step
		var outcomes []Outcome
		for line := range strings.SplitSeq(strings.TrimSpace(c.steps), "\n") {
			step, outcome := parseStep(t, strings.Fields(line))
			steps, outcomes = append(steps, step), append(outcomes, outcome)
		}
		var got []string
		for _, d := range tasksOf(steps, outcomes).inDanger(plan.Remote) {
			words := []string{string(d.at)}
			for _, twin := range d.twins {
				words = append(words, string(twin))
			}
			got = append(got, strings.Join(words, " or "))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", c.name, strings.Join(got, "; "), c.want)
		}
		// The other side is the same, with the sides exchanged.
		for i := range steps {
			op := *steps[i].Operation
			if op.Side = op.Side.Other(); op.Source != nil {
				op.Source = &plan.Source{Tree: op.Source.Tree.Other(), Path: op.Source.Path}
			}
			steps[i].Operation = &op
		}
		if mirrored := tasksOf(steps, outcomes).inDanger(plan.Local); len(mirrored) != len(got) {
			t.Errorf("%s: mirrored, %d contents are in danger, not %d", c.name, len(mirrored), len(got))
		}
	}
}

// tasksOf are tasks of which some have outcomes.
func tasksOf(steps []plan.Step, outcomes []Outcome) *tasks {
	ts := newTasks(steps, &ends{}, nil)
	for i, outcome := range outcomes {
		ts.all[i].result.Outcome = outcome
	}
	return ts
}

func parseStep(t *testing.T, words []string) (plan.Step, Outcome) {
	t.Helper()
	op := &plan.Operation{Action: plan.Action(words[0]), Path: tree.Path(words[2])}
	side := func(name string) (s plan.Side) {
		if err := s.UnmarshalText([]byte(name)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	op.Side = side(words[1])
	step, outcome := plan.Step{Operation: op}, Outcome("")
	for words = words[3:]; len(words) > 0; {
		taken := 2
		switch words[0] {
		case "from":
			op.From = tree.Path(words[1])
		case "was":
			op.Before = contentState(words[1])
		case "is":
			op.After = contentState(words[1])
		case "of":
			op.Source, taken = &plan.Source{Tree: side(words[1]), Path: tree.Path(words[2])}, 3
		case "done", "drifted":
			outcome, taken = Outcome(words[0]), 1
		case "skipped":
			step.Skipped, outcome, taken = "the plan says so", Skipped, 1
		default:
			t.Fatalf("no word %q", words[0])
		}
		words = words[taken:]
	}
	return step, outcome
}

func contentState(word string) *tree.State {
	switch word {
	case "/":
		return &tree.State{Type: tree.Directory}
	case "->":
		return &tree.State{Type: tree.Symlink}
	case "?":
		return &tree.State{Type: tree.File, Size: 1}
	}
	return &tree.State{Type: tree.File, Size: int64(len(word)), Mtime: tree.UnixTime(10, 0), SHA256: sha256.Sum256([]byte(word))}
}

// Copies take room on the other side, in its blocks, and are named where there is too little.
func TestCopiesNeedRoom(t *testing.T) {
	spaces := plan.Sides[volume.Space]{{Free: 4 << 20, Total: 1 << 40, Block: 4096}, {Free: 1 << 30, Total: 1 << 40, Block: 32768}}
	var steps []plan.Step
	for _, line := range []string{"update remote a was 12345 is 2 of local a", "move remote d from c was 4 is 4", "delete remote b was 3"} {
		step, _ := parseStep(t, strings.Fields(line))
		steps = append(steps, step)
	}
	steps[2].Before.Size = 2 << 20
	ts := tasksOf(steps, nil)
	copies := plan.Sides[[]endangered]{plan.Remote: ts.inDanger(plan.Remote)}
	got := needs(ts.all, copies, spaces)
	if want := (plan.Sides[need]{{4096 + 2<<20, 4096 + 2<<20, 2}, {32768, 0, 1}}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	if err := enoughSpace(plan.Local, spaces[plan.Local], got[plan.Local]); err != nil {
		t.Errorf("there is room: %v", err)
	}
	spaces[plan.Local].Free = 2<<20 + 5000
	err := enoughSpace(plan.Local, spaces[plan.Local], got[plan.Local])
	if !errors.Is(err, ErrSafety) || !strings.Contains(err.Error(), "2101248 of them for copies of what is replaced, moved or deleted on remote") {
		t.Errorf("without room: %v", err)
	}
}

func TestWhatUndoesAChange(t *testing.T) {
	was, becomes := contentState("old"), contentState("new")
	things := map[string]sight{"-": {}, "old": {entry: tree.Entry{Type: tree.File, Size: 3}, hash: was.SHA256},
		"new": {entry: tree.Entry{Type: tree.File, Size: 3}, hash: becomes.SHA256}, "mine": {entry: tree.Entry{Type: tree.File, Size: 4}, hash: tree.Hash{1}}}
	for line, want := range map[string]bool{
		"create new - -": false, "create - - -": true, "create mine - -": false,
		"replace new - old": false, "replace - - old": true, "replace old - -": true, "replace mine - old": false, "replace new - -": false,
		"trash - - old": false, "trash old - -": true, "trash old - old": false, "trash mine - old": false, "trash - - -": false,
		"move old - -": false, "move - old -": true, "move - - old": true, "move mine - old": false, "move - - -": false, "move old old -": false,
	} {
		words := strings.Fields(line)
		in := &journal.Intent{Kind: journal.Kind(words[0]), Before: was, After: becomes}
		path, from, place := things[words[1]], things[words[2]], things[words[3]]
		if got := undone(in, &path, &from, &place); got != want {
			t.Errorf("%s: undone is %v", line, got)
		}
	}
}

func TestDamageIsToldFromAPersonsWork(t *testing.T) {
	was, becomes := contentState("old-content"), contentState("new")
	becomes.Mtime = tree.UnixTime(20, 0)
	file := func(content string, second int64) sight {
		return sight{entry: tree.Entry{Type: tree.File, Size: int64(len(content)), Mtime: tree.UnixTime(second, 0)}, hash: sha256.Sum256([]byte(content))}
	}
	bad := file("", 10)
	bad.entry.Size, bad.unreadable, bad.hash = was.Size, true, tree.Hash{}
	for _, c := range []struct {
		name string
		s    sight
		want bool
	}{
		{"the old", file("old-content", 10), false},
		{"the old at another time", file("old-content", 99), false},
		{"the new", file("new", 20), false},
		{"empty", file("", 99), true},
		{"cut short, under the old time", file("old-c", 10), true},
		{"cut short, under the new time", file("ne", 20), true},
		{"shorter, at another time", file("old-c", 99), false},
		{"longer", file("old-content, and more", 10), false},
		{"as long, and another", file("OLD-CONTENT", 10), false},
		{"unreadable", bad, true},
		{"nothing", sight{}, false},
		{"a directory", sight{entry: tree.Entry{Type: tree.Directory}}, false},
		{"a link", sight{entry: tree.Entry{Type: tree.Symlink, Target: "x"}}, false},
	} {
		if got := damaged(&c.s, []*tree.State{was, nil, becomes}); got != c.want {
			t.Errorf("%s: damaged is %v", c.name, got)
		}
	}
	empty := file("", 30)
	if damaged(&empty, []*tree.State{was, contentState("")}) {
		t.Errorf("what is to be empty may be")
	}
	if slices.ContainsFunc([]*tree.State{nil, contentState("/")}, func(s *tree.State) bool { return damaged(&empty, []*tree.State{s}) }) {
		t.Errorf("an empty file where no file was to be is somebody's")
	}
}
