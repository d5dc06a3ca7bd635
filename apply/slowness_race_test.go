//go:build unix && race

package apply_test

// slowness: under the race detector all takes some four times as long, and the same goroutines meet in each try.
const slowness = 2
