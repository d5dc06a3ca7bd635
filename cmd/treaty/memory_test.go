package main

import (
	"runtime"
	"testing"
)

func TestASmallHeapIsNotCollectedUntilItIsAsLargeAsIsSpare(t *testing.T) {
	for _, live := range []uint64{0, 1 << 10, 1 << 20, smallest, 10 << 20, spare - 1, spare, many - 1, many,
		ample / 2, ample - most, ample,
		200 << 20, 1 << 30} {
		goal := live + live*uint64(growth(live, 0))/100
		if live >= 1<<20 && goal < spare*99/100 {
			t.Errorf("a heap of which %d bytes live is collected at %d", live, goal)
		}
		if goal > max(spare+most, live+most, live+live*least/100) && (live < many || goal > ample) {
			t.Errorf("a heap of which %d bytes live grows to %d", live, goal)
		}
	}
}

// What comes and goes in an apply of 100,000 files, of which 38 to 50 MiB live, is some 200 MiB.
func TestAHeapOfAnApplyOfManyFilesIsSeldomCollected(t *testing.T) {
	for _, live := range []uint64{many, 44 << 20, ample / 2} {
		collections := 0
		for made := uint64(0); made < 200<<20; made += live * uint64(growth(live, 0)) / 100 {
			collections++
		}
		if collections > 10 {
			t.Errorf("a heap of which %d bytes live is collected %d times", live, collections)
		}
	}
}

func TestWhatIsCalledAfterACollectionIsCalledAfterTheNextToo(t *testing.T) {
	calls := make(chan int, 64)
	n := 0
	collected(func() { n++; calls <- n })
	for want := 1; want <= 3; want++ {
		runtime.GC()
		if got := <-calls; got != want {
			t.Fatalf("call %d is number %d", want, got)
		}
	}
}

func TestAHeapOfWhichNearlyAllStaysIsCollectedLessOften(t *testing.T) {
	for _, live := range []uint64{spare, 100 << 20, large - 1, large, 1 << 30} {
		rarely, often := growth(live, 100), growth(live, nearlyAll-1)
		if goal := live + live*uint64(rarely)/100; rarely < often || rarely > 100 || rarely > often && goal > large {
			t.Errorf("a heap of which %d bytes live is collected at %d, or after %d percent more", live, goal, often)
		}
	}
	if rarely := growth(100<<20, nearlyAll); rarely < 50 {
		t.Errorf("a heap that only grows is collected after %d percent more", rarely)
	}
	for _, c := range []struct {
		last, now heap
		want      int
	}{{heap{}, heap{}, 0}, {heap{100, 100}, heap{150, 200}, 50}, {heap{100, 100}, heap{50, 200}, 0},
		{heap{100, 100}, heap{200, 200}, 100}, {heap{100, 100}, heap{300, 200}, 100}} {
		if got := c.now.stayed(c.last); got != c.want {
			t.Errorf("of %v after %v, %d percent stayed, want %d", c.now, c.last, got, c.want)
		}
	}
}
