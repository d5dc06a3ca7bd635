package beside

import (
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// Piece is a run of a line, and whether the other version has something else there.
type Piece struct {
	Text    string
	Changed bool
}

// longLine is how many words lines have together of which each word is compared with each other one, at most.
const longLine = 400

// Words are two lines in pieces, of which those are changed that the other line does not have there. Lines that
// have less than a third of their words in common are others altogether, and nothing in them is.
func Words(old, fresh string) (olds, news []Piece) {
	a, b := wordsOf(old), wordsOf(fresh)
	if len(a)+len(b) > longLine {
		return []Piece{{Text: old}}, []Piece{{Text: fresh}}
	}
	inOld, inNew, common := inCommon(a, b)
	if 3*common < max(len(a), len(b)) {
		return []Piece{{Text: old}}, []Piece{{Text: fresh}}
	}
	return runsOf(a, inOld), runsOf(b, inNew)
}

// wordsOf are the words of a line, and what stands between them, a character each.
func wordsOf(line string) []string {
	var out []string
	word := false
	for state := -1; line != ""; {
		var character string
		character, line, _, state = uniseg.FirstGraphemeClusterInString(line, state)
		r, _ := utf8.DecodeRuneInString(character)
		wordly := r == '_' || unicode.In(r, unicode.L, unicode.N, unicode.M)
		if wordly && word {
			out[len(out)-1] += character
		} else {
			out = append(out, character)
		}
		word = wordly
	}
	return out
}

// inCommon tells which words belong to a longest common subsequence, and how many these are.
func inCommon(a, b []string) (inA, inB []bool, length int) {
	// best is, by place in a and b, how long the common subsequence of the rest of both is.
	best := make([][]int, len(a)+1)
	for i := range best {
		best[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				best[i][j] = best[i+1][j+1] + 1
			} else {
				best[i][j] = max(best[i+1][j], best[i][j+1])
			}
		}
	}
	inA, inB = make([]bool, len(a)), make([]bool, len(b))
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] == b[j]:
			inA[i], inB[j] = true, true
			i, j = i+1, j+1
		case best[i+1][j] >= best[i][j+1]:
			i++
		default:
			j++
		}
	}
	return inA, inB, best[0][0]
}

// runsOf are words joined to runs.
func runsOf(words []string, same []bool) []Piece {
	var out []Piece
	for i, w := range words {
		if n := len(out); n > 0 && out[n-1].Changed == !same[i] {
			out[n-1].Text += w
			continue
		}
		out = append(out, Piece{w, !same[i]})
	}
	return out
}
