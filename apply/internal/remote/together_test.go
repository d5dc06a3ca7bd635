package remote

import "testing"

// A fiber has a stack, which grows: what is done by one after the other is done by one of them.
func TestFibersAreUsedAgain(t *testing.T) {
	const together, times = 5, 3
	p, over, seen := &fibers{}, 0, map[*fiber]bool{}
	for range times {
		var waiting []*fiber
		for range together {
			f := p.begin(func(via *fiber) {
				_, _ = via.ask(question{}, nil)
				over++
			})
			seen[f] = true
			waiting = append(waiting, f)
		}
		for _, f := range waiting {
			if p.goOn(f) {
				t.Error("it asks twice")
			}
		}
	}
	if len(seen) != together || over != together*times || len(p.idle) != together {
		t.Errorf("%d fibers did %d things, and %d wait for more", len(seen), over, len(p.idle))
	}
	if p.begin(func(*fiber) { over++ }) != nil || over != together*times+1 {
		t.Error("what makes no call is not over")
	}
	late := p.begin(func(via *fiber) { _, _ = via.ask(question{}, nil) })
	if p.end(); p.goOn(late) || len(p.idle) != 0 {
		t.Errorf("%d wait for more when the connection has ended", len(p.idle))
	}
}
