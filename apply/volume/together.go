package volume

import (
	"context"

	"treaty/plan/tree"
)

// Gathering is a Changer that is reached over a line, on which changes that do not wait for each other cross together.
type Gathering interface {
	Changer
	// Directory is that of a Looker.
	Directory(dir tree.Path) (tree.Entry, error)
	// Together is the function of that name.
	Together(ctx context.Context, n int, do func(i int, as Changer))
}

// Following is a Gathering of which changes may cross together with what has to be done before them.
type Following interface {
	Gathering
	// Follows tells whether the other end can do that.
	Follows() bool
	// Follow is Together where none from the number first on is tried unless all before it came to no error: else errors
	// of it wrap ErrNotTried.
	Follow(ctx context.Context, first, n int, do func(i int, as Changer))
}

// Follows tells whether a Changer is a Following whose other end can do that.
func Follows(changer Changer) bool {
	far, ok := changer.(Following)
	return ok && far.Follows()
}

// CrossingLog is the log of a tree that is far away.
type CrossingLog interface {
	Log
	// AppendThrough is Append by what makes changes of that tree that cross together.
	AppendThrough(as Changer, p []byte, sync bool) error
}

// Bundling is a Changer that does what is asked for together with fewer looks.
type Bundling interface {
	Changer
	// Bundle begins what is asked for together, until end is called. Several may be under way.
	Bundle() (end func())
}

// Together calls do for each number below n, with what it is to make its changes through. One is under way at a time,
// and none is made before those of a lower number were asked for; but over a line all ask before the first is answered.
// So none may depend on what another one came to. An end of the context ends what is under way.
func Together(ctx context.Context, changer Changer, n int, do func(i int, as Changer)) {
	if far, ok := changer.(Gathering); ok && n > 1 {
		far.Together(ctx, n, do)
		return
	}
	if here, ok := changer.(Bundling); ok && n > 1 {
		defer here.Bundle()()
	}
	for i := range n {
		do(i, changer)
	}
}

// GatheringLooker is a Looker that is reached over a line, on which looks that do not wait for each other cross
// together.
type GatheringLooker interface {
	Looker
	// LookTogether is the function of that name.
	LookTogether(ctx context.Context, n int, do func(i int, as Looker))
}

// LookTogether is Together of a Looker. What was opened is read and closed before the next one is.
func LookTogether(ctx context.Context, looker Looker, n int, do func(i int, as Looker)) {
	if far, ok := looker.(GatheringLooker); ok && n > 1 {
		far.LookTogether(ctx, n, do)
		return
	}
	for i := range n {
		do(i, looker)
	}
}
