package main

import (
	"runtime"
	"testing"
)

func TestASmallHeapIsNotCollectedUntilItIsAsLargeAsIsSpare(t *testing.T) {
	for _, live := range []uint64{0, 1 << 10, 1 << 20, smallest, 10 << 20, spare - 1, spare, 200 << 20, 1 << 30} {
		goal := live + live*uint64(growth(live, 0))/100
		if live >= 1<<20 && goal < spare*99/100 {
			t.Errorf("a heap of which %d bytes live is collected at %d", live, goal)
		}
		if goal > max(spare+most, live+most, live+live*least/100) {
			t.Errorf("a heap of which %d bytes live grows to %d", live, goal)
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
