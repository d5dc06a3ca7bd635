package textdiff

import (
	"unicode/utf8"

	"github.com/sergi/go-diff/diffmatchpatch"
)

// exactLines is up to how many lines, both sides together, the exact search is used.
// Its cost is at worst quadratic in them: some 20 ms for one search.
const exactLines = 4096

// go-diff returns its findings as strings of the runes it was given: a line's number
// must be a rune that survives this, which surrogates would not.
const _ uint = 0xd800 - 2*MaxLines

// match finds what a and b have in common: for each line of a the line of b that it is,
// or -1. The lines of b that are used increase.
func match(a, b []rune) (pair []int) {
	pair = make([]int, len(a))
	for i := range pair {
		pair[i] = -1
	}
	fromA, fromB := shared(a, b)
	m := matcher{pick(a, fromA), pick(b, fromB), func(i, j int) { pair[fromA[i]] = fromB[j] }}
	m.match(block{0, len(fromA), 0, len(fromB)}, runLengths)
	return pair
}

// shared is where the lines are that occur on both sides.
func shared(a, b []rune) (fromA, fromB []int) {
	const inA, inB = 1, 2
	in := make([]byte, len(a)+len(b))
	for _, line := range a {
		in[line] |= inA
	}
	for _, line := range b {
		in[line] |= inB
	}
	where := func(lines []rune) (at []int) {
		for i, line := range lines {
			if in[line] == inA|inB {
				at = append(at, i)
			}
		}
		return at
	}
	return where(a), where(b)
}

func pick(lines []rune, at []int) []rune {
	out := make([]rune, len(at))
	for i, from := range at {
		out[i] = lines[from]
	}
	return out
}

type matcher struct {
	a, b  []rune
	found func(i, j int) // told of every matched pair of lines
}

// block is a pair of ranges still to be matched with each other.
type block struct{ a0, a1, b0, b1 int }

func (k block) lines() int { return k.a1 - k.a0 + k.b1 - k.b0 }

// match matches a block. What is too large for the exact search is cut at runs of the
// first of the lengths, and the parts are matched with the others.
func (m *matcher) match(k block, lengths []int) {
	for k.a0 < k.a1 && k.b0 < k.b1 && m.a[k.a0] == m.b[k.b0] {
		m.found(k.a0, k.b0)
		k.a0, k.b0 = k.a0+1, k.b0+1
	}
	for k.a0 < k.a1 && k.b0 < k.b1 && m.a[k.a1-1] == m.b[k.b1-1] {
		k.a1, k.b1 = k.a1-1, k.b1-1
		m.found(k.a1, k.b1)
	}
	switch {
	case k.a0 == k.a1 || k.b0 == k.b1:
	case k.lines() <= exactLines:
		m.exact(k)
	case len(lengths) > 0:
		// An anchor heads the part after it, where it is found as common head.
		part := k
		for _, at := range anchors(m.a[k.a0:k.a1], m.b[k.b0:k.b1], lengths[0]) {
			part.a1, part.b1 = k.a0+at.i, k.b0+at.j
			m.match(part, lengths[1:])
			part.a0, part.b0 = part.a1, part.b1
		}
		part.a1, part.b1 = k.a1, k.b1
		m.match(part, lengths[1:])
	default:
		m.slices(k)
	}
}

// exact finds a longest common subsequence. DiffTimeout 0 is no timeout.
func (m *matcher) exact(k block) {
	dmp := &diffmatchpatch.DiffMatchPatch{DiffTimeout: 0}
	i, j := k.a0, k.b0
	for _, d := range dmp.DiffMainRunes(m.a[k.a0:k.a1], m.b[k.b0:k.b1], false) {
		n := utf8.RuneCountInString(d.Text)
		switch d.Type {
		case diffmatchpatch.DiffDelete:
			i += n
		case diffmatchpatch.DiffInsert:
			j += n
		default:
			for range n {
				m.found(i, j)
				i, j = i+1, j+1
			}
		}
	}
}

// slices matches what no anchor divides, lines that come again and again, as if its
// parts were of the same length on both sides.
func (m *matcher) slices(k block) {
	n := (k.lines() + exactLines - 1) / exactLines
	for s := range n {
		m.match(block{
			k.a0 + (k.a1-k.a0)*s/n, k.a0 + (k.a1-k.a0)*(s+1)/n,
			k.b0 + (k.b1-k.b0)*s/n, k.b0 + (k.b1-k.b0)*(s+1)/n,
		}, nil)
	}
}
