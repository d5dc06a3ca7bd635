package execute

import (
	"treaty/plan"
)

// work is what one phase does.
type work string

const (
	widening    work = "widen"
	preserving  work = "preserve"
	making      work = "directories"
	moving      work = "moves"
	copying     work = "contents"
	dressing    work = "metadata"
	deleting    work = "deletes"
	emptying    work = "emptied"
	settingMode work = "directory modes"
)

// sides are those that a phase is about.
type sides = plan.Sides[bool]

// phase is some work on some sides, which is done before the next phase is begun.
type phase struct {
	work work
	on   sides
}

// sound are the others than those that may lose what is renamed.
func sound(fat sides) sides { return sides{!fat[plan.Local], !fat[plan.Remote]} }

// phases is the order of all work, given which volumes may lose what is renamed. On one of these nothing
// is renamed before what is copied from it to the other side is there for good, and the content that is
// to be displaced is out of its reach; deletes come last everywhere.
func phases(fat sides) []phase {
	var list []phase
	add := func(on sides, works ...work) {
		for _, w := range works {
			if on != (sides{}) {
				list = append(list, phase{w, on})
			}
		}
	}
	both, sound := sides{true, true}, sound(fat)
	add(both, widening)
	add(sound, making, moving, copying)
	add(fat, preserving, making, moving, copying)
	add(both, dressing)
	add(sound, deleting)
	add(fat, deleting)
	add(both, emptying, settingMode)
	return list
}
