package ends

import (
	"treaty/apply/store"
	"treaty/plan"
)

// Lock takes the locks of both trees.
func (e *Ends) Lock() (unlock func(), err error) {
	lock := func(s *store.Store) (func() error, error) {
		release, err := s.Lock()
		if err != nil {
			return nil, e.of(s).writable(err)
		}
		return release, nil
	}
	return store.HoldBy(lock, e[plan.Local].Store, e[plan.Remote].Store)
}

// of is the end that has a store.
func (e *Ends) of(s *store.Store) *End {
	if e[plan.Remote].Store == s {
		return e[plan.Remote]
	}
	return e[plan.Local]
}
