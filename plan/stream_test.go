package plan_test

import (
	"bytes"
	"fmt"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"treaty/plan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// streamedAlike holds what a text is read as piece by piece, if that is anything, to what it is read as whole.
func streamedAlike(t fataler, data []byte, whole *plan.Plan) *plan.Plan {
	t.Helper()
	streamed := plan.ReadFrom(iotest.OneByteReader(bytes.NewReader(data)))
	// Nothing that is plain fits into the one, and an operation or two into the other.
	for _, size := range []int{1, 1000} {
		if by := plan.ReadThrough(bytes.NewReader(data), make([]byte, size)); !reflect.DeepEqual(by, streamed) {
			t.Fatalf("a plan is read as %+v through %d bytes, and as %+v through many:\n%s", by, size, streamed, data)
		}
	}
	if streamed != nil && !reflect.DeepEqual(streamed, whole) {
		t.Fatalf("a plan is read as %+v piece by piece, and as %+v whole:\n%s", streamed, whole, data)
	}
	return streamed
}

// many is the text of a plan of more pieces than one.
func many(t *testing.T) string {
	made, err := plan.Compare(t.Context(), first(30, 200))
	if err != nil {
		t.Fatal(err)
	}
	p := full(t)
	p.Operations, p.Conflicts, p.Problems = made.Operations, []plan.Conflict{}, []plan.Problem{}
	p.Summarize()
	return text(t, p)
}

func TestAPlanOfManyPiecesIsReadAsItIsWhole(t *testing.T) {
	data := []byte(many(t))
	whole, err := plan.Read(data)
	if err != nil {
		t.Fatal(err)
	}
	if streamed := plan.ReadFrom(bytes.NewReader(data)); !reflect.DeepEqual(streamed, whole) {
		t.Fatal("it is read differently")
	}
}

func TestNoPieceOfAPlanHidesWhatIsWrongWithTheWhole(t *testing.T) {
	data := many(t)
	last := strings.LastIndex(data, `"action": "create"`)
	for what, broken := range map[string]string{
		"a second array of the same name": strings.Replace(data, `"conflicts": []`, `"operations": []`, 1),
		"the same array twice": strings.Replace(data, `"conflicts": [],`,
			`"conflicts": [], "conflicts": [],`, 1),
		"no comma between two elements": strings.Replace(data, "    },\n    {\n      \"id\": 1025",
			"    }\n    {\n      \"id\": 1025", 1),
		"two commas where two pieces meet": strings.Replace(data, "    },\n    {\n      \"id\": 1025",
			"    },,\n    {\n      \"id\": 1025", 1),
		"a comma before the first element": strings.Replace(data, `"operations": [`, `"operations": [,`, 1),
		"a comma behind the last element": strings.Replace(data, "}\n  ],\n  \"conflicts\"",
			"},\n  ],\n  \"conflicts\"", 1),
		"an array that ends as an object": strings.Replace(data, "}\n  ],\n  \"conflicts\"",
			"}\n  },\n  \"conflicts\"", 1),
		"an action in the last piece":         data[:last] + `"action": "eat"` + data[last+len(`"action": "create"`):],
		"one id twice, in pieces far apart":   strings.Replace(data, `"id": 5000,`, `"id": 1,`, 1),
		"something behind the end":            data + "{}",
		"an end too early":                    data[:len(data)-3],
		"a member without a value at the end": strings.TrimSuffix(strings.TrimSpace(data), "}") + `,"x"}`,
	} {
		if broken == data {
			t.Fatalf("%s: nothing was broken", what)
		}
		if _, err := plan.Read([]byte(broken)); err == nil {
			t.Errorf("%s: it is read whole", what)
		}
		if plan.ReadFrom(strings.NewReader(broken)) != nil {
			t.Errorf("%s: it is read piece by piece", what)
		}
	}
}

func TestAPlanIsNotReadOfWhatCannotBeReadToItsEnd(t *testing.T) {
	data := many(t)
	failing := io.MultiReader(strings.NewReader(data), iotest.ErrReader(io.ErrUnexpectedEOF))
	if plan.ReadFrom(failing) != nil {
		t.Error("it is read all the same")
	}
}

// What is kept of a plan while it is read is the plan, and not its text beside it.
func TestReadingAPlanPieceByPieceTakesLittleMemory(t *testing.T) {
	data := many(t)
	each := allocated(func() {
		if plan.ReadFrom(strings.NewReader(data)) == nil {
			t.Fatal("it is not read")
		}
	}) / 6000
	if most := uint64(700); each > most {
		t.Errorf("%d bytes are allocated an operation, at most %d are meant", each, most)
	}
}

// mixes are what a plan of very many operations may have of each new file.
var mixes = map[string]func(*plan.Operation){
	"creates": func(*plan.Operation) {},
	"updates": func(op *plan.Operation) {
		before := *op.After
		op.Action, op.Reason, op.Before = plan.Update, plan.ChangedOn.On(plan.Local), &before
	},
	"deletes": func(op *plan.Operation) {
		op.Action, op.Reason, op.Before, op.After = plan.Delete, plan.DeletedOn.On(plan.Local), op.After, nil
		op.Take(nil)
	},
	"moves": func(op *plan.Operation) {
		before := *op.After
		op.Action, op.Reason, op.Before = plan.Move, plan.MovedOn.On(plan.Local), &before
		op.Take(nil)
		op.Amend(func(r *plan.Rare) { r.From = op.Path + "~" })
	},
}

// mixed is the text of a plan of many operations of one kind, and some of directories.
func mixed(t *testing.T, mix func(*plan.Operation)) string {
	p := plan.ReadFrom(strings.NewReader(many(t)))
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.After.Type == tree.File {
			mix(op)
		} else if p.Operations[i+1].Action == plan.Delete {
			mixes["deletes"](op)
		}
	}
	p.Summarize()
	return text(t, p)
}

func TestNothingIsHeldOfAPlanThatWasReadButThePlan(t *testing.T) {
	live := func() int64 {
		var now runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&now)
		return int64(now.HeapAlloc)
	}
	for mix, most := range map[string]int64{"creates": 190, "updates": 250, "deletes": 190, "moves": 260} {
		data := mixed(t, mixes[mix])
		before := live()
		p := plan.ReadFrom(strings.NewReader(data))
		if p == nil {
			t.Fatalf("%s: it is not read", mix)
		}
		if each := (live() - before) / int64(len(p.Operations)); each > most {
			t.Errorf("%s: %d bytes are held an operation, at most %d are meant", mix, each, most)
		}
		runtime.KeepAlive(p)
		runtime.KeepAlive(data)
	}
}

// Where a directory goes with all that is in it, nothing has to be listed to tell that nothing holds it up.
func TestWhatIsDeletedWholeTakesNoListToTell(t *testing.T) {
	p := plan.ReadFrom(strings.NewReader(mixed(t, mixes["deletes"])))
	each := allocated(func() {
		if skips := p.Skips(nil); len(skips) > 0 {
			t.Fatal(skips)
		}
	}) / 6000
	if most := uint64(16); each > most {
		t.Errorf("%d bytes are allocated an operation, at most %d are meant", each, most)
	}
}

// What is left out is told by the plan itself: beside it there is a byte an operation, and what holds things up.
func TestWhatIsLeftOutTakesNoListToTell(t *testing.T) {
	p := plan.ReadFrom(strings.NewReader(many(t)))
	left := &p.Operations[len(p.Operations)/2+1]
	left.Decision = plan.Skip
	each := allocated(func() {
		if skips := p.Skips(nil); len(skips) != 1 || skips[left.ID] != plan.SaysSo {
			t.Fatalf("%d are skipped, and %d for %q", len(skips), left.ID, skips[left.ID])
		}
	}) / 6000
	if most := uint64(16); each > most {
		t.Errorf("%d bytes are allocated an operation, at most %d are meant", each, most)
	}
}

// A check of a million operations is not to take more than they do.
func TestCheckingAPlanHoldsNoneOfItsPaths(t *testing.T) {
	p := plan.ReadFrom(strings.NewReader(many(t)))
	each := allocated(func() {
		if wrong := p.Check(); len(wrong) > 0 {
			t.Fatal(wrong)
		}
	}) / 6000
	if most := uint64(16); each > most {
		t.Errorf("%d bytes are allocated an operation, at most %d are meant", each, most)
	}
}

// A plan may have a million operations, nearly all of them of files with a state each.
func TestAnOperationAndAStateAreSmall(t *testing.T) {
	for _, c := range []struct{ is, most uintptr }{
		{reflect.TypeFor[plan.Operation]().Size(), 56}, {reflect.TypeFor[tree.State]().Size(), 64},
	} {
		if c.is > c.most {
			t.Errorf("%d bytes, at most %d are meant", c.is, c.most)
		}
	}
}

func TestWhatNothingHoldsUpTakesNoListToTell(t *testing.T) {
	p := plan.ReadFrom(strings.NewReader(many(t)))
	p.Conflicts = full(t).Conflicts
	for i := range p.Conflicts {
		p.Conflicts[i].Resolution = plan.SkipPath
	}
	there := func(_ plan.Side, dir tree.Path) bool { return dir == tree.Root }
	each := allocated(func() {
		if skips := p.Skips(there); len(skips) > 0 {
			t.Fatal(skips)
		}
	}) / 6000
	if most := uint64(16); each > most {
		t.Errorf("%d bytes are allocated an operation, at most %d are meant", each, most)
	}
}

// Operations that come in another order than treaty's are held to the same rules.
func TestWhatIsTwiceInAPlanIsFoundInWhateverOrder(t *testing.T) {
	read := plan.ReadFrom(strings.NewReader(many(t)))
	effort.Check(t, 20, 100, func(t *rapid.T) {
		p := *read
		n := rapid.IntRange(2, 60).Draw(t, "operations")
		first := rapid.IntRange(0, len(read.Operations)-n).Draw(t, "first")
		p.Operations = slices.Clone(read.Operations[first : first+n])
		if rapid.Bool().Draw(t, "in any order") {
			p.Operations = rapid.Permutation(p.Operations).Draw(t, "order")
		}
		if wrong := p.Check(); len(wrong) > 0 {
			t.Fatal(wrong)
		}
		at, to := rapid.IntRange(0, n-1).Draw(t, "of"), rapid.IntRange(0, n).Draw(t, "to")
		twin := p.Operations[at]
		field, value := "/id", "x/twin"
		if rapid.Bool().Draw(t, "of the path") {
			field, value = "/path", string(twin.Path)
			twin.ID = 1 << 30
		}
		twin.Path = tree.Path(value)
		p.Operations = slices.Insert(p.Operations, to, twin)
		second := to
		if to <= at {
			second = at + 1
		}
		want := fmt.Sprintf("/operations/%d%s", second, field)
		if wrong := p.Check(); !slices.ContainsFunc(wrong, func(w plan.Wrong) bool { return w.Pointer == want }) {
			t.Fatalf("%s: %v", want, wrong)
		}
	})
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestAPlanThatMiscountsItsOperationsIsReadLikeAnyOther(t *testing.T) {
	data := many(t)
	start, rest, _ := strings.Cut(data, `"remote": {
      "create": {
        "count": `)
	for _, count := range []string{"7", "9007199254740991"} {
		miscounted := []byte(start + `"remote": {"create": {"count": ` + count + strings.TrimLeft(rest, "0123456789"))
		whole, err := plan.Read(miscounted)
		if err != nil {
			t.Fatal(err)
		}
		if streamedAlike(t, miscounted, whole) == nil {
			t.Errorf("with a count of %s it is not read piece by piece", count)
		}
	}
}
