package textdiff

import (
	"slices"
	"strings"
)

// markersFor are the lines around and between the parts of an open region, of the least length at which no text
// has one of them.
func markersFor(texts ...[]string) [4]string {
	for n := leastMarks; ; n++ {
		markers := markersOf(n)
		taken := slices.ContainsFunc(texts, func(lines []string) bool {
			return slices.ContainsFunc(lines, func(line string) bool {
				return slices.Contains(markers[:], strings.TrimSuffix(line, "\r"))
			})
		})
		if !taken {
			return markers
		}
	}
}

// leastMarks is how many marks a marker of an open region has at least.
const leastMarks = 7

// begins ends the first marker of an open region.
const begins = " local"

// begun is how many marks a line has that is the first marker of an open region; 0 for another line.
func begun(line string) int {
	marks, found := strings.CutSuffix(strings.TrimSuffix(line, "\r"), begins)
	if !found || len(marks) < leastMarks || strings.Trim(marks, "<") != "" {
		return 0
	}
	return len(marks)
}

// markersOf are the lines around and between the parts of an open region, with marks of a length.
func markersOf(length int) [4]string {
	return [4]string{strings.Repeat("<", length) + begins, strings.Repeat("|", length) + " base",
		strings.Repeat("=", length), strings.Repeat(">", length) + " remote"}
}

// MarkersIn are the lines around and between the parts of the open regions of a merge with these lines, none where
// nothing is open, or the lines have another number of open regions.
func MarkersIn(lines []string, open int) []string {
	if open == 0 {
		return nil
	}
	count := map[string]int{}
	var lengths []int
	for _, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if n := begun(line); n > 0 && count[line] == 0 {
			lengths = append(lengths, n)
		}
		count[line]++
	}
	slices.Sort(lengths)
	for _, n := range lengths {
		markers := markersOf(n)
		if count[markers[0]] == open && count[markers[len(markers)-1]] == open {
			return markers[:]
		}
	}
	return nil
}

// MarkerLeft is the number of the first line that looks as if an open region began there, of a merge of whatever
// program, and ended further on. It is 0 where there is none.
func MarkerLeft(lines []string) int {
	first := map[int]int{} // the first lines that have so many marks
	for i, line := range lines {
		if n := marksOf(line, "<"); n > 0 && first[n] == 0 {
			first[n] = i + 1
		}
		if n := marksOf(line, ">"); first[n] > 0 {
			return first[n]
		}
	}
	return 0
}

// marksOf is of how many marks a line is a marker, 0 where it is none.
func marksOf(line, mark string) int {
	marks, _, _ := strings.Cut(strings.TrimSuffix(line, "\r"), " ")
	if len(marks) < leastMarks || strings.Trim(marks, mark) != "" {
		return 0
	}
	return len(marks)
}
