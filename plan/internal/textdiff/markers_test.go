package textdiff

import (
	"strings"
	"testing"
)

func TestAMarkerThatWasLeftIsFound(t *testing.T) {
	for lines, want := range map[string]int{"a|<<<<<<< local|b|>>>>>>> remote": 2, "<<<<<<< HEAD\r|>>>>>>> 1234\r": 1,
		"<<<<<<<<|<<<<<<< x|>>>>>>> y": 2, "<<<<<<< local": 0, "<<<<<< local|>>>>>> remote": 0, ">>>>>>> y|<<<<<<< x": 0,
		"<<<<<<< x|>>>>>>>> y": 0, "<<<<<<<x|>>>>>>>y": 0, "": 0} {
		if got := MarkerLeft(strings.Split(lines, "|")); got != want {
			t.Errorf("%q: %d, want %d", lines, got, want)
		}
	}
}

// A merge's own markers are told from lines of its texts that look like others by how often they are there.
func TestTheMarkersOfAMergeAreFoundInItsLines(t *testing.T) {
	own, others := markersOf(leastMarks+1), markersOf(leastMarks)
	lines := append(append([]string{"a\r", others[0]}, own[:]...), own[:]...)
	for open, found := range map[int]bool{0: false, 1: false, 2: true, 3: false} {
		if got := MarkersIn(lines, open); (got != nil) != found || found && [4]string(got) != own {
			t.Errorf("of %d open regions the markers are %q", open, got)
		}
	}
}
