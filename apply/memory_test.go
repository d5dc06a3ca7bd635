package apply_test

import (
	"testing"

	"treaty/apply/internal/memory"
	"treaty/plan"
)

// mixes are worlds in which a side, or each, lies in memory: a real tree is nil.
var mixes = []struct {
	name  string
	kinds plan.Sides[*memory.Kind]
}{
	{"both in memory", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX}},
	{"remote in memory", plan.Sides[*memory.Kind]{nil, &memory.POSIX}},
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
	for _, mix := range mixes {
		t.Run(mix.name, func(t *testing.T) {
			for _, c := range readTables(t) {
				t.Run(c.where+" "+c.name, func(t *testing.T) {
					c.testIn(t, newWorldOf(t, dirOf(t, mix.kinds), mix.kinds))
				})
			}
		})
	}
}
