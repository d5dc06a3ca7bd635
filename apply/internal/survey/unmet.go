package survey

import (
	"treaty/apply/internal/execute"
	"treaty/apply/internal/paths"
	"treaty/plan"
	"treaty/plan/tree"
)

// expectation is what a plan says that it found at a path, as far as listing shows it.
type expectation struct {
	path  tree.Path
	state *tree.State // nil: nothing
	// op is what is to take a name that nothing has.
	op   *plan.Operation
	side plan.Side
	// by is the side in whose spelling path is.
	by plan.Side
	// copied tells that state is what the other side will report, and only size and time, cut to that
	// side's traits, can be compared.
	copied bool
	// to is the traits' owner for copied.
	to plan.Side
	// timeless tells that the time need not be that of state.
	timeless bool
}

// unmet is which of a plan's expectations nothing was found for yet, by their places in the order of the plan. Of the
// million that operations may have it holds no more than that: each is made when it is asked for.
type unmet struct {
	plan *plan.Plan
	// more are those of conflicts, which come after those of the operations.
	more []expectation
	// open are those that were added, and are not met yet, by their places.
	open []bool
	// at is by the side of which something is expected, then by the side in whose spelling the path is. The two may
	// spell names crosswise.
	at plan.Sides[plan.Sides[*paths.Index]]
	// found has memory for those of a name.
	found []int
}

// What an operation may expect, in this order: to find what it moves, its name as it was or free, and what it copies.
const (
	mover = iota
	name
	source
	perOperation
)

func newUnmet(p *plan.Plan) *unmet {
	x := &unmet{plan: p, open: make([]bool, perOperation*len(p.Operations))}
	many := foreseen(p)
	for _, side := range plan.BothSides {
		x.at[side][side] = paths.New(many[side], x.pathOf)
		x.at[side][side.Other()] = paths.New(0, x.pathOf)
	}
	return x
}

// foreseen is of how many paths operations expect something, about.
func foreseen(p *plan.Plan) (many plan.Sides[int]) {
	for i := range p.Operations {
		op := &p.Operations[i]
		many[op.Side]++
		if op.Source() != nil {
			many[op.Source().Tree]++
		}
	}
	return many
}

// of is the expectation at a place, where there is one.
func (x *unmet) of(place int) expectation {
	operations := x.plan.Operations
	if place >= perOperation*len(operations) {
		return x.more[place-perOperation*len(operations)]
	}
	op := &operations[place/perOperation]
	want := expectation{side: op.Side, by: op.Side, path: op.Path, state: op.Before}
	switch place % perOperation {
	case mover:
		want.path = op.From()
	case name:
		if op.Action == plan.Move || op.Action == plan.Create {
			want.state, want.op = nil, op
		}
	case source:
		from := op.Source()
		want = expectation{side: from.Tree, by: from.Tree, path: from.Path, state: op.After, copied: true, to: op.Side,
			timeless: execute.Timeless(op)}
	}
	return want
}

// copyingTo is the operation that expects what it copies to the same path at a place, nil where that is another one's.
func (x *unmet) copyingTo(place int) *plan.Operation {
	if place >= perOperation*len(x.plan.Operations) || place%perOperation != source {
		return nil
	}
	if op := &x.plan.Operations[place/perOperation]; op.Source().Path == op.Path {
		return op
	}
	return nil
}

func (x *unmet) pathOf(place int) tree.Path { return x.of(place).path }

// addOperation adds what one of the operations expects. What moves vacate need not be free.
func (x *unmet) addOperation(number int, vacated map[tree.Path]bool, add func(place int)) {
	op, first := &x.plan.Operations[number], perOperation*number
	if op.Action == plan.Move {
		add(first + mover)
	}
	if takes := op.Action == plan.Move || op.Action == plan.Create; !takes || !vacated[op.Path] {
		add(first + name)
	}
	if from := op.Source(); from != nil && !from.InPlan() && !from.Path.Private() {
		add(first + source)
	}
}

// addMore makes a place for an expectation that is no operation's, and returns it.
func (x *unmet) addMore(want expectation) int {
	x.more, x.open = append(x.more, want), append(x.open, false)
	return len(x.open) - 1
}

// add adds the expectation at a place.
func (x *unmet) add(place int) {
	want := x.of(place)
	x.at[want.side][want.by].Add(place)
	x.open[place] = true
}

// places are those of what is expected of a side under a path, and not met, which hold until the next call.
func (x *unmet) places(side, by plan.Side, path tree.Path) []int {
	x.found = x.appendPlaces(x.found[:0], side, by, path)
	return x.found
}

// appendPlaces appends to places those of what is expected of a side under a path and not met.
func (x *unmet) appendPlaces(places []int, side, by plan.Side, path tree.Path) []int {
	from := len(places)
	all := x.at[side][by].All(places, path)
	places = all[:from]
	for _, place := range all[from:] {
		if x.open[place] {
			places = append(places, place)
		}
	}
	return places
}

// meetName takes what is expected of a name on a side, under its own spelling or the other side's, for met, and returns
// its places, which hold until the next call.
func (x *unmet) meetName(side plan.Side, n *plan.Name) []int {
	x.found = x.found[:0]
	for _, by := range plan.BothSides {
		x.found = x.appendPlaces(x.found, side, by, n.Path[by])
		x.meet(x.found)
	}
	return x.found
}

// meet takes what is expected at some places for met.
func (x *unmet) meet(places []int) {
	for _, place := range places {
		x.open[place] = false
	}
}
