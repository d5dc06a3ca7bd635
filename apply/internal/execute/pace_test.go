package execute

import (
	"slices"
	"testing"
	"time"
)

// A disk that copies so much in a second, by how many contents are staged at a time.
func widths(groups int, rate [stagers]int64) (at []int) {
	var p pace
	for range groups {
		width := p.width()
		at = append(at, width)
		p.took(width, telling, time.Duration(float64(telling)/float64(rate[width-1])*float64(time.Second)))
	}
	return at
}

func TestHowManyAreStagedAtATimeIsMeasured(t *testing.T) {
	for name, c := range map[string]struct {
		rate [stagers]int64
		want map[int]int // how many of 60 groups
	}{
		"a quick one is not asked":                {[stagers]int64{200 << 20, 300 << 20}, map[int]int{2: 60}},
		"a head that goes to and fro":             {[stagers]int64{120 << 20, 60 << 20}, map[int]int{2: 4, 1: 56}},
		"a slow one that does several at a time":  {[stagers]int64{20 << 20, 40 << 20}, map[int]int{2: 56, 1: 4}},
		"one that is neither better nor worse so": {[stagers]int64{40 << 20, 40 << 20}, map[int]int{2: 56, 1: 4}},
	} {
		got := map[int]int{}
		for _, width := range widths(60, c.rate) {
			got[width]++
		}
		if got[1] > c.want[1]+1 || got[2] > c.want[2]+1 {
			t.Errorf("%s: %v, and not %v", name, got, c.want)
		}
	}
}

func TestADiskThatChangesIsMeasuredAnew(t *testing.T) {
	var p pace
	for range 10 {
		p.took(p.width(), telling, time.Second/time.Duration(p.width()*10)) // two are twice as quick
	}
	if p.width() != 2 {
		t.Fatalf("%d at a time where two are quicker", p.width())
	}
	var later []int
	for range 3 * heldFor {
		later = append(later, p.width())
		p.took(p.width(), telling, time.Duration(p.width())*time.Second/10) // and now half as quick
	}
	if n := len(later); !slices.Equal(later[n-4:], []int{1, 1, 1, 1}) {
		t.Errorf("two at a time stay where one is quicker by now: %v", later)
	}
}

func TestWhatIsLittleTellsNothing(t *testing.T) {
	var p pace
	p.took(2, telling-1, time.Hour)
	p.took(2, telling, tellingTime-1)
	if p.rate != [stagers]int64{} || p.width() != stagers {
		t.Errorf("%+v", p.rate)
	}
}
