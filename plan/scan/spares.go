package scan

import "treaty/plan/tree"

// spares are lists of entries that nobody refers to any more, for listings to come. They may be taken and given by many
// goroutines at once.
type spares chan []tree.Entry

const (
	mostSpares = 32
	// longestSpare is how many entries a list has at most that is kept.
	longestSpare = 1 << 12
)

// take is a list of so many entries of nothing.
func (s spares) take(n int) []tree.Entry {
	select {
	case list := <-s:
		if n <= cap(list) {
			list = list[:n]
			clear(list)
			return list
		}
	default:
	}
	return make([]tree.Entry, n)
}

// give keeps a list, unless there are enough.
func (s spares) give(list []tree.Entry) {
	if len(list) == 0 || cap(list) > longestSpare {
		return
	}
	select {
	case s <- list:
	default:
	}
}
