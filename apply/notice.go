package apply

import "treaty/plan"

// Notice is what a person should know of an apply and no result says.
type Notice struct {
	// TimesIgnored tells that files on the volume of Side keep the time of their writing, whatever time they are given.
	// It is told by the first apply that finds it.
	TimesIgnored bool
	Side         plan.Side
	// Unkept is why not all texts are kept by which changes of both sides would be merged, nil otherwise, and Root the
	// tree that was to keep them. It is told once.
	Unkept error
	Root   string
	// Words say all else.
	Words string
}

// tell tells a notice, where somebody asks.
func (r *Request) tell(n Notice) {
	if r.Tell != nil {
		r.Tell(n)
	}
}

// tellWords tells what there are only words for.
func (r *Request) tellWords(words string) { r.tell(Notice{Words: words}) }
