package ends

import (
	"slices"

	"treaty/plan"
)

// Lock takes the locks of both trees, the lower path first, so that two treaties cannot wait for each
// other.
func (e *Ends) Lock() (unlock func(), err error) {
	var held []func() error
	unlock = func() {
		for _, release := range slices.Backward(held) {
			// A lock that stays is found stale by the next run.
			_ = release()
		}
	}
	order := plan.BothSides
	if e[plan.Remote].Root() < e[plan.Local].Root() {
		order = [2]plan.Side{plan.Remote, plan.Local}
	}
	for _, side := range order {
		s := e[side].Store
		if !s.There() {
			// A refusal leaves nothing behind.
			held = append(held, s.RemoveEmpty)
		}
		release, err := s.Lock()
		if err != nil {
			unlock()
			return nil, e[side].writable(err)
		}
		held = append(held, release)
	}
	return unlock, nil
}
