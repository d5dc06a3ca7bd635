package plan

import (
	"iter"
	"slices"

	"treaty/plan/tree"
)

// deed is what an operation, or what settles a conflict, does on one side, as far as others depend on it.
type deed struct {
	side Side
	// from is where something is that it takes away or changes, to where something is afterwards; "" for
	// nothing. They differ for moves only.
	from, to tree.Path
	// before and after are the types of the two.
	before, after tree.Type
	why           Why
}

func deedOf(op *Operation) deed {
	d := deed{side: op.Side, before: op.Before.Of(), after: op.After.Of()}
	if op.Before != nil {
		d.from = op.from()
	}
	if op.After != nil {
		d.to = op.Path
	}
	if op.Decision == Skip {
		d.why = SaysSo
	}
	return d
}

func deedsOf(operations []Operation) iter.Seq[deed] {
	return func(yield func(deed) bool) {
		for i := range operations {
			if !yield(deedOf(&operations[i])) {
				return
			}
		}
	}
}

// deeds are those of a plan's operations, and then those of what settles its conflicts. Of an operation there may be a
// million: beside the plan there is only why it is not done.
type deeds struct {
	operations []Operation
	settling   []deed
	whys       []uint8 // places in causes
}

// causes are why a deed may not be done, the first of what is.
var causes = [...]Why{"", SaysSo, NotCreated, NotThere, NotEmpty, NotVacated, NotWhole, GivenUp}

func newDeeds(operations []Operation, settling []deed) *deeds {
	ds := &deeds{operations, settling, make([]uint8, len(operations)+len(settling))}
	for i, d := range ds.all() {
		if d.why != "" {
			ds.skip(i, d.why)
		}
	}
	return ds
}

// at is a deed, and why it is not done by now.
func (ds *deeds) at(i int) deed {
	var d deed
	if i < len(ds.operations) {
		d = deedOf(&ds.operations[i])
	} else {
		d = ds.settling[i-len(ds.operations)]
	}
	if why := ds.whys[i]; why > 0 {
		d.why = causes[why]
	}
	return d
}

// all are the deeds by their places.
func (ds *deeds) all() iter.Seq2[int, deed] {
	return func(yield func(int, deed) bool) {
		for i := range ds.whys {
			if !yield(i, ds.at(i)) {
				return
			}
		}
	}
}

// why is why a deed is not done, "" if it is.
func (ds *deeds) why(i int) Why { return causes[ds.whys[i]] }

// skip notes why a deed is not done.
func (ds *deeds) skip(i int, why Why) { ds.whys[i] = uint8(slices.Index(causes[:], why)) }

// from is where an operation finds what it changes. An update of a reversal has it where that is spelled otherwise.
func (op *Operation) from() tree.Path {
	if op.From() != "" {
		return op.From()
	}
	return op.Path
}
