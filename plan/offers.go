package plan

import (
	"fmt"
	"slices"

	"treaty/plan/tree"
)

// offer is all that the rest of the program asks about a resolution. Who adds one adds a line to offers, the
// constant, what the schema says of it, and to resolver.resolved the operations that it comes to.
type offer struct {
	name Resolution
	// lacks is what the states of a conflict lack for it, "" for nothing, and cannot why it may be no choice all
	// the same.
	lacks  func(*Conflict) string
	cannot string
	// says says what it would do.
	says func(*Conflict, Words) string
	// taken is the side to which it makes the other one equal; false where it does no such thing.
	taken func(*Conflict) (Side, bool)
	// does is what it does on both sides, seen from outside of what is in conflict, and on which sides what is
	// there stays there.
	does func(*Conflict) (deeds []deed, stays Sides[bool])
}

const cannotHold = "a side cannot hold what it would get"

// offers are all resolutions, in the order in which they are offered.
var offers = [...]offer{
	{TakeLocal, lacksNothing, cannotHold, saysTaken(local), local, doesTaken(local)},
	{TakeRemote, lacksNothing, cannotHold, saysTaken(remote), remote, doesTaken(remote)},
	{TakeNewer, lacksNewer, "nothing tells which is newer", saysNewer, (*Conflict).Newer, doesTaken((*Conflict).Newer)},
	{TakeMerged, lacksMerge, cannotHold, saysMerged, neither, doesMerged},
	{KeepBoth, lacksBoth, cannotHold, saysKept, neither, doesKept},
	{SkipPath, lacksNothing, "", saysSkipped, neither, doesNothing},
}

// Resolutions are all there are to choose from, in the order in which they are offered.
var Resolutions = func() (names [len(offers)]Resolution) {
	for i := range offers {
		names[i] = offers[i].name
	}
	return names
}()

// unresolved is what is asked about a conflict without a resolution, or with one that is none.
var unresolved = offer{lacks: lacksNothing, says: saysSkipped, taken: neither,
	does: func(*Conflict) ([]deed, Sides[bool]) { return nil, Sides[bool]{} }}

func offered(r Resolution) *offer {
	if at := slices.IndexFunc(offers[:], func(o offer) bool { return o.name == r }); at >= 0 {
		return &offers[at]
	}
	return &unresolved
}

// lacks is what the conflict's states lack for a resolution, "" for nothing.
func (c *Conflict) lacks(r Resolution) string { return offered(r).lacks(c) }

// taken is the side to which the resolution makes the other one equal; false where it does no such thing.
func (c *Conflict) taken() (Side, bool) { return offered(c.Resolution).taken(c) }

// deeds are what the resolution does, as in an offer.
func (c *Conflict) deeds() (deeds []deed, stays Sides[bool]) { return offered(c.Resolution).does(c) }

func local(*Conflict) (Side, bool)   { return Local, true }
func remote(*Conflict) (Side, bool)  { return Remote, true }
func neither(*Conflict) (Side, bool) { return 0, false }

func lacksNothing(*Conflict) string { return "" }

func lacksNewer(c *Conflict) string {
	_, tells := c.Newer()
	switch {
	case c.Local.Of() != tree.File || c.Remote.Of() != tree.File:
		return "it is not a file on both sides"
	case !tells:
		return "both were written at the same time"
	}
	return ""
}

func lacksBoth(c *Conflict) string {
	if c.Local == nil || c.Remote == nil {
		return "one side has nothing"
	}
	if c.Local.Type == tree.Directory && c.Remote.Type == tree.Directory {
		return "the directory is taken whole"
	}
	return ""
}

// Words are how a conflict's choices are put for whoever reads them: what the sides are called, and how times are
// written.
type Words struct {
	Names Sides[string]
	Time  func(tree.Time) string
}

// ownWords are those of the plan's file.
var ownWords = Words{Sides[string]{Local.String(), Remote.String()}, tree.Time.String}

// Says says what a choice would do; of what is no resolution, what is done without one.
func (c *Conflict) Says(r Resolution, in Words) string { return offered(r).says(c, in) }

func saysTaken(taken func(*Conflict) (Side, bool)) func(*Conflict, Words) string {
	return func(c *Conflict, in Words) string {
		side, _ := taken(c)
		return saysEqual(c, side, in)
	}
}

func saysNewer(c *Conflict, in Words) string {
	newer, _ := c.Newer()
	return fmt.Sprintf("take %s's version, written at %s: %s", in.Names[newer],
		in.Time(c.State(newer).Mtime), saysEqual(c, newer, in))
}

func saysKept(c *Conflict, in Words) string {
	if c.Kind == RenamedDifferently {
		return fmt.Sprintf("keep both names, %q and %q, on both sides", c.Path, c.RemotePath)
	}
	return fmt.Sprintf("keep %s's version under its name and %s's as %q, both on both sides",
		in.Names[Local], in.Names[Remote], c.KeepBothAs)
}

func saysSkipped(*Conflict, Words) string {
	return "leave both sides as they are; the next plan asks again"
}

// saysEqual says what making the other side equal to side would do.
func saysEqual(c *Conflict, side Side, in Words) string {
	other := side.Other()
	have, lose, there := c.State(side), c.State(other), in.Names[other]
	switch {
	case c.Kind == RenamedDifferently:
		return fmt.Sprintf("rename %q to %q on %s", c.PathOn(other), c.PathOn(side), there)
	case have == nil:
		return fmt.Sprintf("delete %s on %s; it goes to the trash there", describe(lose), there)
	case lose == nil:
		return fmt.Sprintf("bring back %s on %s", describe(have), there)
	}
	return fmt.Sprintf("replace %s on %s by %s of %s; what is replaced goes to the trash there",
		describe(lose), there, describe(have), in.Names[side])
}

func doesTaken(taken func(*Conflict) (Side, bool)) func(*Conflict) ([]deed, Sides[bool]) {
	return func(c *Conflict) (deeds []deed, stays Sides[bool]) {
		from, tells := taken(c)
		if !tells {
			return doesNothing(c)
		}
		to := from.Other()
		d := deed{side: to, before: c.State(to).Of(), after: c.State(from).Of()}
		if c.State(to) != nil {
			d.from = c.PathOn(to)
		}
		if c.State(from) != nil {
			d.to = c.PathOn(from)
		}
		stays[from] = c.State(from) != nil
		return []deed{d}, stays
	}
}

func doesKept(c *Conflict) (deeds []deed, stays Sides[bool]) {
	for _, side := range BothSides {
		to, state := c.KeepBothAs, c.Remote
		if c.Kind == RenamedDifferently {
			to, state = c.PathOn(side.Other()), c.State(side.Other())
		}
		deeds = append(deeds, deed{side: side, to: to, after: state.Of()})
	}
	return deeds, Sides[bool]{true, true}
}

func doesNothing(c *Conflict) ([]deed, Sides[bool]) {
	return nil, Sides[bool]{c.Local != nil, c.Remote != nil}
}

func describe(s *tree.State) string {
	switch s.Type {
	case tree.Directory:
		if all := s.Subtree(); all != nil {
			if all.Entries == 1 {
				return "the directory with 1 entry"
			}
			return fmt.Sprintf("the directory with %d entries", all.Entries)
		}
		return "the directory"
	case tree.Symlink:
		return fmt.Sprintf("the link to %q", s.Target())
	}
	if s.Size == 1 {
		return "the file of 1 byte"
	}
	return fmt.Sprintf("the file of %d bytes", s.Size)
}
