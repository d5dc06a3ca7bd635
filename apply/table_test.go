package apply_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// The language of testdata/apply:
//
//	case: what is true
//	options: ignore=*.tmp hash=conflicts remote-fs=fat align-times=yes fix-modes=yes
//	base: a=1                  what both sides agreed on; without this line nothing was ever synced
//	local: a=2 d/              the trees before
//	remote: a=1
//	links remote: a b ../outside  these names of remote are of one file, before; all hold what the first does
//	plan: update remote a      what the plan must have, where that matters; once a line
//	do: move remote b from a   a plan written by hand: also "mkdir remote d", "delete remote d",
//	                           "create remote c from local x", "update remote d from local a"
//	skip: update remote a      a reviewer's decision; once a line
//	remove: update remote a    the operation is taken out of the plan
//	resolve: a take-local      a resolution; a path in quotes is as in Go
//	after: a=2 d/              both trees, after
//	after local: …             one of them
//	result: skipped delete remote d     a result that is not "done"; once a line
//	trash remote: a=1          what the trash holds, without times and modes
//
// Every case is also held to the invariants: nothing lost, nothing else touched, the receipt true, and
// where nothing was skipped, drifted or failed, but for what was only for names that are given up, both trees equal
// and the next plan empty.

type tableCase struct {
	name, where      string
	options          []string
	base             nodes
	before, after    plan.Sides[nodes]
	trash            plan.Sides[nodes]
	links            plan.Sides[[]string]
	plan             []string
	skip, remove     []string
	do               []string
	resolve, notDone []string
}

func readTables(t *testing.T) []*tableCase {
	t.Helper()
	files, err := filepath.Glob("../testdata/apply/*.txt")
	check(t, err)
	if len(files) == 0 {
		t.Fatal("no tables")
	}
	var cases []*tableCase
	for _, file := range files {
		text, err := os.ReadFile(file)
		check(t, err)
		var c *tableCase
		for i, line := range strings.Split(string(text), "\n") {
			line = strings.TrimSpace(line)
			if line == "" || line[0] == '#' {
				continue
			}
			where := fmt.Sprintf("%s:%d", filepath.Base(file), i+1)
			key, rest, found := strings.Cut(line, ":")
			if rest = strings.TrimSpace(rest); key == "case" {
				c = &tableCase{name: rest, where: where}
				cases = append(cases, c)
			} else if !found || !c.add(t, key, rest) {
				t.Fatalf("%s: no line %q", where, key)
			}
		}
	}
	return cases
}

func (c *tableCase) add(t *testing.T, key, rest string) bool {
	t.Helper()
	key, of, one := strings.Cut(key, " ")
	sides := plan.BothSides[:]
	if one {
		var side plan.Side
		check(t, side.UnmarshalText([]byte(of)))
		sides = []plan.Side{side}
	}
	switch key {
	case "options":
		c.options = strings.Fields(rest)
	case "base":
		c.base = tryParse(t, rest)
	case "local":
		c.before[plan.Local] = tryParse(t, rest)
	case "remote":
		c.before[plan.Remote] = tryParse(t, rest)
	case "after":
		for _, side := range sides {
			c.after[side] = tryParse(t, rest)
		}
	case "trash":
		for _, side := range sides {
			c.trash[side] = tryParse(t, rest)
		}
	case "links":
		for _, side := range sides {
			c.links[side] = strings.Fields(rest)
		}
	case "plan":
		c.plan = append(c.plan, rest)
	case "do":
		c.do = append(c.do, rest)
	case "skip":
		c.skip = append(c.skip, rest)
	case "remove":
		c.remove = append(c.remove, rest)
	case "resolve":
		c.resolve = append(c.resolve, rest)
	case "result":
		c.notDone = append(c.notDone, rest)
	default:
		return false
	}
	return true
}

// lossy tells whether a side cannot hold all that the other has, so that the trees may differ in the end.
func (c *tableCase) lossy() bool {
	return slices.ContainsFunc(c.options, func(option string) bool { return option != "remote-fs=apfs" })
}

// set takes an option of the plan.
func (w *world) set(option string) {
	key, value, _ := strings.Cut(option, "=")
	profile := tree.Profile(value)
	switch key {
	case "ignore":
		w.options.Ignore = append(w.options.Ignore, value)
	case "hash":
		w.options.Hash = plan.HashWhat(value)
	case "bidirectional":
		w.options.Bidirectional = plan.Bidirectional(value)
	case "remote-fs":
		w.options.RemoteFS = &profile
	case "align-times":
		w.options.AlignTimes = value == "yes"
	case "fix-modes":
		w.options.FixModes = value == "yes"
	case "local-fs":
		w.options.LocalFS = &profile
	default:
		w.Fatalf("no option %s", key)
	}
}

// name is an operation as tables call it.
func name(op *plan.Operation) string {
	s := fmt.Sprintf("%s %s %s", op.Action, op.Side, op.Path)
	if op.From() != "" {
		s += " from " + string(op.From())
	}
	return s
}

// byHand replaces the plan's operations and conflicts.
func (w *world) byHand(p *plan.Plan, lines []string) {
	w.Helper()
	p.Operations, p.Conflicts = nil, []plan.Conflict{}
	state := func(side plan.Side, path string) *tree.State {
		n, there := w.was[side][tree.Path(path)]
		if !there {
			w.Fatalf("nothing at %s on %s", path, side)
		}
		return n.state()
	}
	for _, line := range lines {
		words := strings.Fields(line)
		var side plan.Side
		check(w, side.UnmarshalText([]byte(words[1])))
		op := plan.Operation{Side: side, Path: tree.Path(words[2]), Decision: plan.Apply,
			Reason: plan.ChangedOn.On(side.Other())}
		if words[0] != "mkdir" {
			check(w, op.Action.UnmarshalText([]byte(words[0])))
		} else {
			op.Action, op.After = plan.Create, &tree.State{Type: tree.Directory, Mode: tree.Perm(0o755)}
			if n, there := w.was[side][op.Path]; there && !slices.ContainsFunc(lines, func(line string) bool {
				return strings.HasSuffix(line, " from "+words[2])
			}) {
				op.Action, op.Before = plan.Update, n.state()
			}
		}
		if op.Action == plan.Update || op.Action == plan.Delete {
			op.Before = state(side, words[2])
		}
		switch {
		case op.Action == plan.Move:
			op.Rare, op.Before, op.After = &plan.Rare{From: tree.Path(words[4])}, state(side, words[4]), state(side, words[4])
		case len(words) == 6:
			var from plan.Side
			check(w, from.UnmarshalText([]byte(words[4])))
			op.After = state(from, words[5])
			if op.After.Type == tree.File {
				op.Take(&plan.Source{Tree: from, Path: tree.Path(words[5])})
			}
		}
		if p.Baseline == nil && (op.Action == plan.Delete || op.Action == plan.Update && op.Before.Type == tree.Directory) {
			op.Reason = plan.Undo // nothing else removes what nobody remembers
		}
		p.Operations = append(p.Operations, op)
	}
	p.Sort()
	p.Number()
}

func (n node) state() *tree.State {
	s := &tree.State{Type: n.kind, Mode: n.mode, Rare: tree.LinkTo(n.target)}
	if n.kind == tree.File {
		s.Size, s.Mtime, s.SHA256 = int64(len(n.content)), n.mtime, sha256.Sum256([]byte(n.content))
	}
	return s
}

// edit does to the plan what the case's reviewer does.
func (c *tableCase) edit(t *testing.T, p *plan.Plan) {
	t.Helper()
	find := func(wanted string) int {
		i := slices.IndexFunc(p.Operations, func(op plan.Operation) bool { return name(&op) == wanted })
		if i < 0 {
			t.Fatalf("no operation %q in\n%s", wanted, describe(p))
		}
		return i
	}
	for _, wanted := range c.plan {
		if path, found := strings.CutPrefix(wanted, "conflict "); found {
			conflict(t, p, path)
		} else {
			find(wanted)
		}
	}
	for _, wanted := range c.skip {
		p.Operations[find(wanted)].Decision = plan.Skip
	}
	for _, wanted := range c.remove {
		i := find(wanted)
		p.Operations = slices.Delete(p.Operations, i, i+1)
	}
	for _, words := range c.resolve {
		at := strings.LastIndexByte(words, ' ')
		path, resolution := words[:at], words[at+1:]
		if unquoted, err := strconv.Unquote(path); err == nil {
			path = unquoted
		}
		conflict(t, p, path).Resolution = plan.Resolution(resolution)
	}
}

func TestTables(t *testing.T) {
	for i, c := range readTables(t) {
		if testing.Short() && i%6 > 0 {
			continue // TestTablesInMemory has them all
		}
		t.Run(c.where+" "+c.name, func(t *testing.T) {
			t.Parallel()
			c.fit(t)
			some := fats[i%len(fats):][:1]
			if effort.Sweep() > 0 {
				some = fats
			}
			for _, fat := range some {
				t.Run(fatNames(fat), func(t *testing.T) { c.test(t, fat) })
			}
		})
	}
}

// fats are the ways in which volumes may be ones that lose what is renamed. What comes of a plan differs in
// none.
var fats = []plan.Sides[bool]{{}, {false, true}, {true, false}, {true, true}}[:max(1, 4/slowness)]

func fatNames(fat plan.Sides[bool]) string {
	return map[plan.Sides[bool]]string{{}: "none FAT", {false, true}: "remote FAT", {true, false}: "local FAT",
		{true, true}: "both FAT"}[fat]
}

func (c *tableCase) test(t *testing.T, fat plan.Sides[bool]) {
	t.Parallel()
	w := newWorld(t, scratch(t))
	w.fat = fat
	c.testIn(t, w)
}

// testIn holds what comes of a case in a world to what it says.
func (c *tableCase) testIn(t *testing.T, w *world) {
	for _, option := range c.options {
		w.set(option)
	}
	for _, side := range plan.BothSides {
		w.place(side).write(t, c.before[side])
		w.link(side, c.links[side])
	}
	w.base = c.base
	p := w.compare()
	if c.do != nil {
		w.byHand(p, c.do)
	}
	c.edit(t, p)
	was := w.trees()
	r, err := w.apply(p)
	defer func() {
		if t.Failed() {
			t.Logf("plan:\n%s\nresults:\n%serror: %v\nlocal:  %v\nremote: %v", describe(p), outcomes(r),
				err, w.tree(0), w.tree(1))
		}
	}()
	if r == nil {
		t.Fatalf("not applied: %v", err)
	}
	if partial := r.Totals.Drifted+r.Totals.Failed > 0; errors.Is(err, apply.ErrPartial) != partial ||
		err != nil && !partial {
		t.Errorf("error: %v", err)
	}
	var notDone []string
	left := false // something is left to do
	for i := range r.Results {
		if r.Results[i].Outcome != apply.Done {
			notDone = append(notDone, line(&r.Results[i]))
			left = left || r.Results[i].Error != string(plan.GivenUp)
		}
	}
	if !slices.Equal(notDone, c.notDone) {
		t.Errorf("not done: %q\nwant      %q", notDone, c.notDone)
	}
	w.honest(p, r, was)
	w.keepsEverything(was)
	w.touchesOnly(p, was)
	for _, side := range plan.BothSides {
		if got := w.tree(side); c.after[side] != nil && !got.equal(c.after[side]) {
			t.Errorf("%s:\n%v, want\n%v", side, got, c.after[side])
		}
		if got := w.thrown(side, p.ID); c.trash[side] != nil && got != thrown(c.trash[side]) {
			t.Errorf("the trash of %s: %s\nwant %s", side, got, thrown(c.trash[side]))
		}
	}
	if !left && len(c.remove) == 0 && len(c.do) == 0 && !c.lossy() && len(p.Problems) == 0 {
		w.settled()
	} else if len(c.notDone) == 0 && (w.options.AlignTimes || w.options.FixModes) {
		w.base = nil
		if p, _ := w.survey(); !p.Empty() {
			t.Errorf("what was asked for is not so in the end:\n%s", describe(p))
		}
	}
	w.nothingStaged()
}

// thrown is what a trash holds: names and contents only, since times and modes move along.
func thrown(m nodes) string {
	short := nodes{}
	for path, n := range m {
		if n.kind != tree.Directory {
			short[path] = node{kind: n.kind, content: n.content, target: n.target}
		}
	}
	return short.String()
}

func (w *world) thrown(side plan.Side, id string) string {
	w.Helper()
	return thrown(w.place(side).read(w, ".treaty/trash/"+id, ""))
}

// nothingStaged holds an apply to have cleaned up after itself, but for the lock of who is gone.
func (w *world) nothingStaged() {
	w.Helper()
	for _, side := range plan.BothSides {
		s := w.store(side)
		if err := s.Locked(); err != nil {
			w.Errorf("%s: %v", side, err)
		}
		check(w, s.Close())
		for path, n := range w.place(side).read(w, ".treaty", "") {
			if n.kind != tree.Directory && path.Within("stage") || strings.Contains(string(path), "probe") {
				w.Errorf("%s: %s is left behind", side, path)
			}
		}
	}
}
