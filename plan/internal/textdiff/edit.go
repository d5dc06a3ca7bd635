package textdiff

import "slices"

// edit replaces the lines [a0, a1) of one text by the lines [b0, b1) of the other. At
// least one range is not empty. In a script edits are in order, with an unchanged line
// or more between any two.
type edit struct{ a0, a1, b0, b1 int }

// edits is a script that turns a into b. Of the two orders of its arguments a caller
// names one as swapped: the script of (b, a, true) is that of (a, b, false) turned round.
func edits(a, b []string, swapped bool) []edit {
	if swapped {
		script := edits(b, a, false)
		for i, e := range script {
			script[i] = edit{e.b0, e.b1, e.a0, e.a1}
		}
		return script
	}
	x, y := intern(a, b)
	return slide(scriptOf(match(x, y), len(b)), x, y)
}

// intern numbers the different lines from 0, in order of appearance.
func intern(a, b []string) (x, y []rune) {
	number := make(map[string]rune, len(a))
	numbered := func(lines []string) []rune {
		out := make([]rune, len(lines))
		for i, line := range lines {
			n, ok := number[line]
			if !ok {
				n = rune(len(number))
				number[line] = n
			}
			out[i] = n
		}
		return out
	}
	return numbered(a), numbered(b)
}

// scriptOf reads a script off a matching: pair has for each line of the first text the
// line of the second that it is, or -1.
func scriptOf(pair []int, lines int) []edit {
	var script []edit
	i, j := 0, 0
	until := func(i1, j1 int) {
		if i < i1 || j < j1 {
			script = append(script, edit{i, i1, j, j1})
		}
		i, j = i1+1, j1+1
	}
	for i1, j1 := range pair {
		if j1 >= 0 {
			until(i1, j1)
		}
	}
	until(len(pair), lines)
	return script
}

// slide moves each pure insertion and deletion down past lines that equal its own first
// ones: the result is the same text. One that comes to touch the next edit becomes part
// of it.
func slide(script []edit, a, b []rune) []edit {
	end := edit{a0: len(a), b0: len(b)}
	for k := range script {
		e := &script[k]
		next := &end
		if k+1 < len(script) {
			next = &script[k+1]
		}
		for e.a1 < next.a0 && (e.a0 == e.a1 && b[e.b0] == b[e.b1] || e.b0 == e.b1 && a[e.a0] == a[e.a1]) {
			e.a0, e.a1, e.b0, e.b1 = e.a0+1, e.a1+1, e.b0+1, e.b1+1
		}
		if e.a1 == next.a0 && next != &end {
			next.a0, next.b0 = e.a0, e.b0
			*e = edit{}
		}
	}
	return slices.DeleteFunc(script, func(e edit) bool { return e == edit{} })
}
