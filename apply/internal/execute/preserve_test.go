package execute

import (
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"treaty/apply/internal/settle"
	"treaty/apply/paper"
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
		var outcomes []paper.Outcome
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
			from := op.Source()
			if op.Side = op.Side.Other(); from != nil {
				op.Take(&plan.Source{Tree: from.Tree.Other(), Path: from.Path})
			}
			steps[i].Operation = &op
		}
		if mirrored := tasksOf(steps, outcomes).inDanger(plan.Local); len(mirrored) != len(got) {
			t.Errorf("%s: mirrored, %d contents are in danger, not %d", c.name, len(mirrored), len(got))
		}
	}
}

// tasksOf are tasks of which some have outcomes.
func tasksOf(steps []plan.Step, outcomes []paper.Outcome) *tasks {
	ts := newTasks(&plan.Plan{}, steps, &settle.Ends{}, nil)
	for i, outcome := range outcomes {
		ts.all[i].end(ending{outcome: outcome})
	}
	return ts
}

func parseStep(t *testing.T, words []string) (plan.Step, paper.Outcome) {
	t.Helper()
	op := &plan.Operation{Path: tree.Path(words[2])}
	if err := op.Action.UnmarshalText([]byte(words[0])); err != nil {
		t.Fatal(err)
	}
	side := func(name string) (s plan.Side) {
		if err := s.UnmarshalText([]byte(name)); err != nil {
			t.Fatal(err)
		}
		return s
	}
	op.Side = side(words[1])
	step, outcome := plan.Step{Operation: op}, paper.Outcome("")
	for words = words[3:]; len(words) > 0; {
		taken := 2
		switch words[0] {
		case "from":
			op.Rare = &plan.Rare{From: tree.Path(words[1])}
		case "was":
			op.Before = contentState(words[1])
		case "is":
			op.After = contentState(words[1])
		case "of":
			op.Take(&plan.Source{Tree: side(words[1]), Path: tree.Path(words[2])})
			taken = 3
		case "done", "drifted":
			outcome, taken = paper.Outcome(words[0]), 1
		case "skipped":
			step.Skipped, outcome, taken = "the plan says so", paper.Skipped, 1
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
	return &tree.State{Type: tree.File, Size: int64(len(word)), Mtime: tree.UnixTime(10, 0),
		SHA256: sha256.Sum256([]byte(word))}
}

// What of its own side, or of the other, is replaced or moved in the same run may lie elsewhere by the time it is read.
func TestWhatIsInMotionIsNotStagedAhead(t *testing.T) {
	var steps []plan.Step
	for line := range strings.Lines(`create remote still is 1 of local still
		create remote a is 1 of local replaced
		update local replaced was 1 is 2 of remote replaced
		create local b is 3 of remote leaves
		move remote new from leaves was 3 is 3
		update remote spelled from Spelled was 4 is 5 of local spelled
		create local c is 4 of remote Spelled
		create local d is 6 of remote trashed`) {
		step, _ := parseStep(t, strings.Fields(line))
		steps = append(steps, step)
	}
	ts := tasksOf(steps, nil)
	ts.moved[plan.Remote]["trashed"] = ".treaty/trash/x/trashed"
	var got []string
	for _, one := range ts.all {
		if ts.inMotion(one) {
			got = append(got, string(one.Path))
		}
	}
	if want := []string{"a", "b", "c", "d"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// What the other side has already is not copied, and a volume that keeps what is renamed needs no copies.
func TestOnlyWhatIsInDangerAndNotOnTheOtherSideIsToBePreserved(t *testing.T) {
	var steps []plan.Step
	for _, line := range []string{"update remote a was 12345 is 2 of local a", "move remote d from c was 4 is 4",
		"delete local b was 3"} {
		step, _ := parseStep(t, strings.Fields(line))
		steps = append(steps, step)
	}
	e := New(&Site{Plan: &plan.Plan{}, Ends: &settle.Ends{plan.Remote: {FAT: true}}}, steps, Before{}, Counts{})
	if got := e.ToPreserve(); len(got[plan.Local]) != 0 || !slices.Equal(got[plan.Remote], []int64{5}) {
		t.Errorf("%v", got)
	}
}
