package textdiff

import (
	"slices"
	"sort"
)

// runLengths are the lengths of the runs that serve as anchors, longest first: the longer
// a run that occurs once, the surer it is the same place in both texts. Powers of 4.
var runLengths = []int{64, 16, 4, 1}

// anchor says that the run at line i of one text is the run at line j of the other.
type anchor struct{ i, j int }

// anchors are runs of the given length that occur exactly once in a and once in b: as
// many as there are in the same order on both sides, in this order. Runs may overlap, so
// only their first lines are known to fit together.
func anchors(a, b []rune, length int) []anchor {
	for n := 1; n < length; n *= 4 {
		number := make(map[[4]rune]rune, len(a))
		a, b = quadruple(a, n, number), quadruple(b, n, number)
	}
	return longestRising(unique(a, b))
}

// quadruple numbers the runs of 4n lines, given the numbers of the runs of n lines: out[i]
// and x[i] are for the runs that begin at line i.
func quadruple(x []rune, n int, number map[[4]rune]rune) []rune {
	out := make([]rune, max(0, len(x)-3*n))
	for i := range out {
		run := [4]rune{x[i], x[i+n], x[i+2*n], x[i+3*n]}
		id, ok := number[run]
		if !ok {
			id = rune(len(number))
			number[run] = id
		}
		out[i] = id
	}
	return out
}

// unique pairs what occurs exactly once on both sides, in the order of a.
func unique(a, b []rune) []anchor {
	type occurrence struct{ inA, inB, j int }
	seen := make(map[rune]occurrence, len(a))
	for _, x := range a {
		o := seen[x]
		o.inA++
		seen[x] = o
	}
	for j, x := range b {
		o := seen[x]
		o.inB, o.j = o.inB+1, j
		seen[x] = o
	}
	var pairs []anchor
	for i, x := range a {
		if o := seen[x]; o.inA == 1 && o.inB == 1 {
			pairs = append(pairs, anchor{i, o.j})
		}
	}
	return pairs
}

// longestRising is a longest subsequence in which j rises, by patience sorting. No two
// of the pairs have the same j.
func longestRising(pairs []anchor) []anchor {
	var ends []int // ends[n] is the pair with the least j that ends a subsequence of n+1
	before := make([]int, len(pairs))
	for p, at := range pairs {
		n := sort.Search(len(ends), func(n int) bool { return pairs[ends[n]].j > at.j })
		before[p] = -1
		if n > 0 {
			before[p] = ends[n-1]
		}
		if n == len(ends) {
			ends = append(ends, p)
		} else {
			ends[n] = p
		}
	}
	if len(ends) == 0 {
		return nil
	}
	var rising []anchor
	for p := ends[len(ends)-1]; p >= 0; p = before[p] {
		rising = append(rising, pairs[p])
	}
	slices.Reverse(rising)
	return rising
}
