package agent

import (
	"sync"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// answered is what a call came to: an answer, and its outcome, which is in it.
type answered struct {
	answer  any
	outcome *wire.Outcome
}

// carriedOut is how a call is carried out.
type carriedOut struct {
	name string
	do   func(c *call) (answered, error)
}

// by has a call carried out by a function. Also with an error it may answer something.
func by[Q, A any](of wire.Call[Q, A], do func(c *call, q *Q) (A, error)) carriedOut {
	return carriedOut{of.Name(), func(c *call) (answered, error) {
		var a A
		q, err := of.Read(c.asked)
		if err == nil {
			a, err = do(c, &q)
		}
		return answered{&a, of.Outcome(&a)}, err
	}}
}

// plainly is by of a call that is answered by an error alone, or by data.
func plainly[Q any](of wire.Call[Q, wire.Done], do func(c *call, q *Q) error) carriedOut {
	return by(of, func(c *call, q *Q) (wire.Done, error) { return wire.Done{}, do(c, q) })
}

// done answers by nothing but an error.
func done() answered {
	a := &wire.Done{}
	return answered{a, &a.Outcome}
}

// table are calls by their names, made when the first of them is asked for.
func table(calls func() []carriedOut) func() map[string]func(*call) (answered, error) {
	return sync.OnceValue(func() map[string]func(*call) (answered, error) {
		byName := map[string]func(*call) (answered, error){}
		for _, c := range calls() {
			byName[c.name] = c.do
		}
		return byName
	})
}

func entryOf(e tree.Entry, err error) (a wire.EntryAnswer, _ error) {
	if err == nil {
		entry := wire.EntryOf(&e)
		a.Entry = &entry
	}
	return a, err
}

func stagedOf(s volume.Staged, err error) (a wire.StagedAnswer, _ error) {
	if err == nil {
		a.Staged = wire.StagedOf(s)
	}
	return a, err
}

// resultOf answers with what a change left behind: also a change that failed may have moved something.
func resultOf(r volume.Result, err error) (wire.ResultAnswer, error) {
	return wire.ResultAnswer{Result: wire.ResultOf(r)}, err
}

func nameOf(name string, err error) (wire.NameAnswer, error) {
	return wire.NameAnswer{Name: wire.Text(name)}, err
}

func yesOf(yes bool, err error) (wire.YesAnswer, error) { return wire.YesAnswer{Yes: yes}, err }

// given is what waits to be installed, as it was given.
func given(s *wire.Staged) (volume.Staged, error) {
	if s == nil {
		return volume.Staged{}, lacks("what is staged")
	}
	return s.Staged(), nil
}
