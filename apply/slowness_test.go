//go:build unix && !race

package apply_test

// slowness is how much less is tried of what is tried many times.
const slowness = 1
