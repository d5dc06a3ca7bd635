package plan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// full is a plan with every action and several conflicts, as the golden files have them.
func full(t fataler) *plan.Plan {
	c := &tableCase{}
	var err error
	for _, line := range []string{
		"options: remote-fs=apfs",
		`base:   up=1 gone=2 old=M mode=4 time=5 both=6 lost=7 d/x=8`,
		`local:  up=11@20 new=mm old2=M mode=4!755 time=5@60 both=61@70 made/in=x d/x=8 l->up fresh=1@1`,
		`remote: up=1 gone=2 old=M mode=4 time=5 both=62@80 lost=71@90 d/x=8 fresh=22@1`,
	} {
		key, rest, _ := strings.Cut(line, ":")
		if err = c.add(key, strings.TrimSpace(rest)); err != nil {
			t.Fatalf("%v", err)
		}
	}
	w, err := c.world()
	if err != nil {
		t.Fatalf("%v", err)
	}
	p, err := w.compare()
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

func operation(p *plan.Plan, action plan.Action, path tree.Path) *plan.Operation {
	for i := range p.Operations {
		if op := &p.Operations[i]; op.Action == action && op.Path == path {
			return op
		}
	}
	panic(fmt.Sprintf("no %s of %s", action, path))
}

func conflict(p *plan.Plan, path tree.Path) *plan.Conflict {
	for i := range p.Conflicts {
		if c := &p.Conflicts[i]; c.Path == path {
			return c
		}
	}
	panic("no conflict at " + path)
}

func TestCheckNamesEveryBrokenRule(t *testing.T) {
	for _, c := range []struct {
		what    string
		edit    func(p *plan.Plan)
		pointer string // "OP:" stands for the edited element
		message string
	}{
		{"two ids", func(p *plan.Plan) {
			p.Operations[1].ID = p.Operations[0].ID
		}, "/operations/1/id", "that of /operations/0"},
		{"a conflict with an operation's id", func(p *plan.Plan) {
			p.Conflicts[0].ID = p.Operations[0].ID
		}, "/conflicts/0/id", "that of /operations/0"},
		{"a path out of the tree", func(p *plan.Plan) { p.Operations[0].Path = "../x" }, "/operations/0/path", `".."`},
		{"an absolute path", func(p *plan.Plan) { p.Operations[0].Path = "/x" }, "/operations/0/path", "absolute"},
		{"an empty path", func(p *plan.Plan) { p.Operations[0].Path = "" }, "/operations/0/path", "empty"},
		{"treaty's own folder", func(p *plan.Plan) {
			p.Operations[0].Path = "d/.Treaty/x"
		}, "/operations/0/path", "own folder"},
		{"a NUL", func(p *plan.Plan) { p.Operations[0].Path = "a\x00b" }, "/operations/0/path", "NUL"},
		{"a name that Windows has no room for", func(p *plan.Plan) {
			p.Remote.Filesystem = tree.FAT.Traits()
			operation(p, plan.Create, "new").Path = "a:b"
		}, "/path", "cannot hold"},
		{"a name too long", func(p *plan.Plan) {
			operation(p, plan.Create, "new").Path = tree.Path(strings.Repeat("x", 256))
		}, "/path", "256"},
		{"a path changed twice", func(p *plan.Plan) { operation(p, plan.Create, "new").Path = "up" }, "/path", "changed by"},
		{"a path changed twice in another case", func(p *plan.Plan) {
			operation(p, plan.Create, "new").Path = "UP"
		}, "/path", "changed by"},
		{"a path changed and in conflict", func(p *plan.Plan) {
			operation(p, plan.Create, "new").Path = "both"
		}, "/path", "changed by"},
		{"a file moved twice", func(p *plan.Plan) {
			twin := *operation(p, plan.Move, "old2")
			twin.ID, twin.Path = 99, "old3"
			p.Operations = append(p.Operations, twin)
		}, "/from", "changed by"},
		{"a file moved and deleted", func(p *plan.Plan) {
			operation(p, plan.Delete, "gone").Path = "old"
		}, "/path", "moved away"},
		{"a move to its own name", func(p *plan.Plan) {
			operation(p, plan.Move, "old2").Rare = &plan.Rare{From: "old2"}
		}, "/from", "two names"},
		{"a move from outside", func(p *plan.Plan) { operation(p, plan.Move, "old2").Rare = &plan.Rare{From: "../old"} }, "/from", `".."`},
		{"a create over something", func(p *plan.Plan) {
			op := operation(p, plan.Create, "new")
			op.Before = op.After
		}, "/before", "null"},
		{"an update from nothing", func(p *plan.Plan) {
			operation(p, plan.Update, "up").Before = nil
		}, "/before", "what is there"},
		{"a delete that leaves something", func(p *plan.Plan) {
			op := operation(p, plan.Delete, "gone")
			op.After = op.Before
		}, "/after", "null"},
		{"a create of nothing", func(p *plan.Plan) {
			operation(p, plan.Create, "new").After = nil
		}, "/after", "what is there"},
		{"a touch of a link", func(p *plan.Plan) {
			op := operation(p, plan.Touch, "time")
			op.Before = &tree.State{Type: tree.Symlink, Rare: tree.LinkTo("x")}
			op.After = op.Before
		}, "/after/type", "for files"},
		{"a move of a directory", func(p *plan.Plan) {
			op := operation(p, plan.Move, "old2")
			op.Before, op.After = &tree.State{Type: tree.Directory}, &tree.State{Type: tree.Directory}
		}, "/after/type", "for files"},
		{"a chmod to another type", func(p *plan.Plan) {
			operation(p, plan.Chmod, "mode").After.Type = tree.Directory
		}, "/after/type", "no type"},
		{"a chmod without a mode", func(p *plan.Plan) {
			operation(p, plan.Chmod, "mode").After.Mode = 0
		}, "/after", "needs a mode"},
		{"an update of a directory to a directory", func(p *plan.Plan) {
			op := operation(p, plan.Update, "up")
			op.Before, op.After = &tree.State{Type: tree.Directory}, &tree.State{Type: tree.Directory}
			op.Take(nil)
		}, "/after/type", "no content"},
		{"a touch that changes the content", func(p *plan.Plan) {
			operation(p, plan.Touch, "time").After.Size++
		}, "/after", "no content"},
		{"a move that changes the content", func(p *plan.Plan) {
			operation(p, plan.Move, "old2").After.SHA256[0]++
		}, "/after", "no content"},
		{"a file from nowhere", func(p *plan.Plan) { operation(p, plan.Create, "new").Take(nil) }, "", "needs a source"},
		{"a directory with a source", func(p *plan.Plan) {
			operation(p, plan.Create, "made").Take(&plan.Source{Tree: plan.Local, Path: "x"})
		}, "/source", "no source"},
		{"a file that is its own source", func(p *plan.Plan) {
			operation(p, plan.Update, "up").Take(&plan.Source{Tree: plan.Remote, Path: "up"})
		}, "/source", "itself"},
		{"a source outside", func(p *plan.Plan) {
			operation(p, plan.Update, "up").Take(&plan.Source{Tree: plan.Local, Path: "../up"})
		}, "/source/path", `".."`},
		{"a source in treaty's folder that is no trash", func(p *plan.Plan) {
			operation(p, plan.Update, "up").Take(&plan.Source{Tree: plan.Local, Path: ".treaty/config.json"})
		}, "/source/path", "own folder"},
		{"a source that leaves the trash", func(p *plan.Plan) {
			operation(p, plan.Update, "up").Take(&plan.Source{Tree: plan.Local, Path: ".treaty/trash/../../x"})
		}, "/source/path", `".."`},
		{"a link where there are none", func(p *plan.Plan) {
			p.Remote.Filesystem.Symlinks = false
		}, "/after/type", "no symlinks"},
		{"a file below a file", func(p *plan.Plan) {
			operation(p, plan.Create, "new").Path = "up/new"
		}, "/path", "no directory"},
		{"a file below a link", func(p *plan.Plan) {
			operation(p, plan.Create, "new").Path = "l/new"
		}, "/path", "no directory"},
		{"a file below a conflict between files", func(p *plan.Plan) {
			operation(p, plan.Create, "new").Path = "both/new"
		}, "/path", "no directory"},
		{"a move out of a file", func(p *plan.Plan) {
			operation(p, plan.Move, "old2").Rare = &plan.Rare{From: "gone/old"}
		}, "/from", "no directory"},
		{"a conflict about nothing", func(p *plan.Plan) {
			c := conflict(p, "lost")
			c.Local, c.Remote = nil, nil
		}, "", "no conflict"},
		{"a conflict outside", func(p *plan.Plan) { conflict(p, "lost").Path = "../lost" }, "/path", `".."`},
		{"another name outside", func(p *plan.Plan) { conflict(p, "lost").RemotePath = "../lost" }, "/remote_path", `".."`},
		{"both of what one side has", func(p *plan.Plan) {
			conflict(p, "lost").Resolution = plan.KeepBoth
		}, "/resolution", "not allowed"},
		{"the newer of two of the same time", func(p *plan.Plan) {
			conflict(p, "fresh").Resolution = plan.TakeNewer
		}, "/resolution", "not allowed"},
		{"a resolution that is not offered", func(p *plan.Plan) {
			c := conflict(p, "both")
			delete(c.Choices, plan.TakeLocal)
			c.Resolution = plan.TakeLocal
		}, "/resolution", "not among"},
		{"both under one name", func(p *plan.Plan) {
			c := conflict(p, "both")
			c.KeepBothAs = c.Path
		}, "/keep_both_as", "two names"},
		{"both without a name", func(p *plan.Plan) {
			c := conflict(p, "both")
			c.KeepBothAs, c.Resolution = "", plan.KeepBoth
		}, "", "keep_both_as"},
		{"both under a name that is taken", func(p *plan.Plan) {
			conflict(p, "both").KeepBothAs = "up"
		}, "/keep_both_as", "changed by"},
		{"both under a name outside", func(p *plan.Plan) {
			conflict(p, "both").KeepBothAs = "../both"
		}, "/keep_both_as", `".."`},
	} {
		t.Run(c.what, func(t *testing.T) {
			p := full(t)
			if wrong := p.Check(); len(wrong) > 0 {
				t.Fatal(wrong)
			}
			c.edit(p)
			for _, wrong := range p.Check() {
				if strings.HasSuffix(wrong.Pointer, c.pointer) && strings.Contains(wrong.Message, c.message) {
					return
				}
			}
			t.Errorf("want %s: …%s…, got %v", c.pointer, c.message, p.Check())
		})
	}
}

// A reviewer may do all this.
func TestCheckAllowsWhatAReviewerMayDo(t *testing.T) {
	for what, edit := range map[string]func(p *plan.Plan){
		"skip":                func(p *plan.Plan) { p.Operations[0].Decision = plan.Skip },
		"note":                func(p *plan.Plan) { p.Operations[0].Amend(func(r *plan.Rare) { r.Note = "why?" }) },
		"remove an operation": func(p *plan.Plan) { p.Operations = p.Operations[1:] },
		"remove a conflict":   func(p *plan.Plan) { p.Conflicts = p.Conflicts[1:] },
		"remove all":          func(p *plan.Plan) { p.Operations, p.Conflicts = []plan.Operation{}, []plan.Conflict{} },
		"leave gaps":          func(p *plan.Plan) { p.Operations[0].ID = 1000 },
		"reorder": func(p *plan.Plan) {
			p.Operations[0], p.Operations[1] = p.Operations[1], p.Operations[0]
		},
		"resolve":                  func(p *plan.Plan) { conflict(p, "both").Resolution = plan.KeepBoth },
		"fill what a move vacates": func(p *plan.Plan) { operation(p, plan.Create, "new").Path = "old" },
		"take from the trash": func(p *plan.Plan) {
			operation(p, plan.Create, "new").Take(&plan.Source{Tree: plan.Local, Path: ".treaty/trash/1/a"})
		},
	} {
		p := full(t)
		edit(p)
		if wrong := p.Check(); len(wrong) > 0 {
			t.Errorf("%s: %v", what, wrong)
		}
	}
}

// Whoever edits a plan however: it is refused, or touches nothing but what it lists.
func TestAHostileEditIsRefusedOrTouchesOnlyWhatItLists(t *testing.T) {
	words := []string{"a", "up", "d", "d/x", "old", "l/x", "../x", "/etc/passwd", ".treaty/x", "UP",
		"", "new", "both", "made"}
	effort.Check(t, 20, 100, func(t *rapid.T) {
		w := drawWorld(t, false)
		p := made(t, w)
		var doc any
		if err := json.Unmarshal([]byte(text(t, p)), &doc); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(1, 3).Draw(t, "edits") {
			mutate(t, doc.(map[string]any), words)
		}
		edited, err := json.Marshal(doc)
		if err != nil {
			t.Fatal(err)
		}
		read, err := plan.Read(edited)
		streamedAlike(t, edited, read)
		if err != nil {
			return
		}
		e, err := execute(read, w.trees)
		if err != nil {
			return
		}
		nothingLost(t, w, read, e)
		onlyListed(t, w, read, e)
	})
}

// mutate changes one member of an operation or a conflict.
func mutate(t *rapid.T, doc map[string]any, words []string) {
	list, _ := doc[rapid.SampledFrom([]string{"operations", "operations", "conflicts"}).Draw(t, "list")].([]any)
	if len(list) == 0 {
		return
	}
	element := rapid.SampledFrom(list).Draw(t, "element").(map[string]any)
	member := rapid.SampledFrom([]string{"path", "from", "side", "action", "source", "before", "after", "decision",
		"resolution", "keep_both_as", "remote_path", "local", "remote"}).Draw(t, "member")
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		element[member] = rapid.SampledFrom(words).Draw(t, "word")
	case 1:
		element[member] = rapid.SampledFrom([]any{nil, "local", "remote", "delete", "create", "update", "move", "skip",
			"take-local", "take-remote", "keep-both"}).Draw(t, "value")
	case 2:
		other := rapid.SampledFrom(list).Draw(t, "other").(map[string]any)
		element[member] = other[member]
	default:
		delete(element, member)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("{}"))
	f.Add([]byte(text(f, full(f))))
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := plan.Read(data)
		streamedAlike(t, data, p)
		if err != nil {
			return
		}
		// What parses is written in one way only.
		var first, second bytes.Buffer
		if err := p.Write(&first); err != nil {
			t.Fatal(err)
		}
		again, err := plan.Read(first.Bytes())
		if err != nil {
			t.Fatalf("what was written is no plan: %v\n%s", err, first.Bytes())
		}
		if err := again.Write(&second); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Fatalf("%s\nis written as\n%s", first.Bytes(), second.Bytes())
		}
	})
}

// What a plan says in words is said again by what its states say.
func TestChoicesAreWordedByTheStates(t *testing.T) {
	text, err := os.ReadFile("../testdata/plans/both-ways.plan.json")
	if err != nil {
		t.Fatal(err)
	}
	p, err := plan.Read(text)
	if err != nil || len(p.Conflicts) == 0 {
		t.Fatalf("%v: %d conflicts", err, len(p.Conflicts))
	}
	for r, sentence := range p.Conflicts[0].Choices {
		quoted, _ := json.Marshal(sentence)
		lie := bytes.ReplaceAll(text, quoted, []byte(`"changes nothing at all"`))
		if bytes.Equal(lie, text) {
			t.Fatalf("%s: %s is not in the plan", r, quoted)
		}
		read, err := plan.Read(lie)
		if err != nil {
			t.Fatal(err)
		}
		if got := read.Conflicts[0].Choices[r]; got != sentence {
			t.Errorf("%s: %q, want %q", r, got, sentence)
		}
	}
}

func TestWhatNobodyRemembersIsNotRemoved(t *testing.T) {
	p := full(t)
	p.Baseline = nil
	wrong := fmt.Sprint(p.Check())
	if !strings.Contains(wrong, "a plan without a baseline removes nothing") {
		t.Errorf("%s", wrong)
	}
	for i := range p.Operations {
		p.Operations[i].Reason = plan.Undo
	}
	if wrong := p.Check(); len(wrong) > 0 {
		t.Errorf("an undo: %v", wrong)
	}
}

func TestTheTwoVersionsNeedTwoNamesOnEveryVolume(t *testing.T) {
	for _, as := range []string{"both", "BOTH", "Both", "both/x", "BOTH/x"} {
		p := full(t)
		for i := range p.Conflicts {
			if k := &p.Conflicts[i]; k.Path == "both" {
				k.KeepBothAs = tree.Path(as)
			}
		}
		if wrong := fmt.Sprint(p.Check()); !strings.Contains(wrong, "keep_both_as") {
			t.Errorf("%s: %s", as, wrong)
		}
	}
}

func TestAHashOfZerosIsNone(t *testing.T) {
	text, err := os.ReadFile("../testdata/plans/both-ways.plan.json")
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(text, []byte(`"sha256": "`)) + len(`"sha256": "`)
	copy(text[at:], strings.Repeat("0", 64))
	if _, err := plan.Read(text); err == nil || !strings.Contains(err.Error(), "zeros") {
		t.Errorf("%v", err)
	}
}

// A plan may have a million operations, of each of which little is noted and nothing is put into words.
func TestCheckingAnOperationCostsFewAllocations(t *testing.T) {
	count := func(n int) float64 {
		p := &plan.Plan{Operations: make([]plan.Operation, n)}
		for i := range p.Operations {
			path := tree.Path(fmt.Sprintf("d%02d/f%05d", i/100, i))
			p.Operations[i] = plan.Operation{ID: i + 1, Side: plan.Remote, Action: plan.Create, Path: path,
				After: &tree.State{Type: tree.File}}.Taking(&plan.Source{Tree: plan.Local, Path: path})
		}
		p.Remote.Filesystem = tree.POSIX.Traits()
		return testing.AllocsPerRun(1, func() {
			if wrong := p.Check(); len(wrong) > 0 {
				t.Fatal(wrong)
			}
		})
	}
	if more := count(11_000) - count(1000); more > 2000 {
		t.Errorf("ten thousand operations more are %v allocations more", more)
	}
}
