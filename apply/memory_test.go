package apply_test

import (
	"testing"

	"pgregory.net/rapid"

	"treaty/apply/internal/memory"
	"treaty/plan"
	"treaty/testdata/effort"
)

// mixes are worlds in which a side, or each, lies in memory: a real tree is nil.
var mixes = []struct {
	name  string
	kinds plan.Sides[*memory.Kind]
	// far are the sides that are reached through an agent.
	far plan.Sides[bool]
}{
	{"both in memory", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX}, plan.Sides[bool]{}},
	{"a remote that can do little", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.Weak}, plan.Sides[bool]{}},
	{"both may lose what is renamed", plan.Sides[*memory.Kind]{&memory.Lossy, &memory.Lossy}, plan.Sides[bool]{}},
	{"remote in memory", plan.Sides[*memory.Kind]{nil, &memory.POSIX}, plan.Sides[bool]{}},
	{"local in memory", plan.Sides[*memory.Kind]{&memory.POSIX, nil}, plan.Sides[bool]{}},
	{"remote behind an agent", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX}, plan.Sides[bool]{false, true}},
	{"local behind an agent", plan.Sides[*memory.Kind]{&memory.Weak, &memory.POSIX}, plan.Sides[bool]{true, false}},
	{"a real remote behind an agent", plan.Sides[*memory.Kind]{&memory.POSIX, nil}, plan.Sides[bool]{false, true}},
	{"both behind agents, and may lose what is renamed", plan.Sides[*memory.Kind]{&memory.Lossy, &memory.Lossy},
		plan.Sides[bool]{true, true}},
}

// dirOf is the folder for the real trees of a mix, "" where there is none.
func dirOf(t *testing.T, kinds plan.Sides[*memory.Kind]) string {
	if kinds[plan.Local] != nil && kinds[plan.Remote] != nil {
		return ""
	}
	return scratch(t)
}

// What a plan comes to does not depend on how its trees are reached.
func TestTablesInMemory(t *testing.T) {
	each := 5 // one of so many is tried in each mix but the first, which has all; no part of 8, see below
	if testing.Short() {
		each = 3 // each case once, on two trees in memory
	}
	for nth, mix := range mixes {
		t.Run(mix.name, func(t *testing.T) {
			for i, c := range readTables(t) {
				if effort.Sweep() == 0 && i%each != nth%each && (nth > 0 || testing.Short()) {
					continue
				}
				real := mix.kinds[plan.Local] == nil || mix.kinds[plan.Remote] == nil
				if real && i%8 > 0 && effort.Sweep() == 0 {
					continue // a sample
				}
				t.Run(c.where+" "+c.name, func(t *testing.T) {
					if real {
						c.fit(t)
					}
					w := newWorldOf(t, dirOf(t, mix.kinds), mix.kinds)
					w.far = mix.far
					c.testIn(t, w)
				})
			}
		})
	}
}

func TestAnyPlanOfAnyTreesInMemory(t *testing.T) {
	effort.Check(t, 20, 60, func(r *rapid.T) {
		kinds := plan.Sides[*memory.Kind]{anyKind(r, "local"), anyKind(r, "remote")}
		w := newWorldOf(r, "", kinds)
		w.far = anyFar(r)
		w.fill(r)
		w.anyPlan(r)
	})
}

func TestAnyEditedPlanInMemory(t *testing.T) {
	applied := 0
	effort.Check(t, 20, 60, func(r *rapid.T) {
		w := newWorldOf(r, "", plan.Sides[*memory.Kind]{anyKind(r, "local"), anyKind(r, "remote")})
		w.far = anyFar(r)
		w.fill(r)
		applied += w.anyEditedPlan(r)
	})
	if applied == 0 {
		t.Error("no edited plan was ever applied")
	}
}

// anyKind draws a kind of volume that can hold all that trees here have.
func anyKind(r *rapid.T, label string) *memory.Kind {
	return rapid.SampledFrom([]*memory.Kind{&memory.POSIX, &memory.Weak, &memory.Lossy}).Draw(r, label)
}

// anyFar draws which sides are reached through an agent.
func anyFar(r *rapid.T) plan.Sides[bool] {
	return plan.Sides[bool]{rapid.Bool().Draw(r, "local far"), rapid.Bool().Draw(r, "remote far")}
}
