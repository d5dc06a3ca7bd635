package schema

import (
	"crypto/sha256"
	"slices"
	"sync"
)

// A verdict is that a text conforms to a schema. It follows from the two alone, so what was found once
// holds for as long as the program runs: a command that reads a plan, shows it and carries it out
// validates it once. A hash costs a fiftieth of a validation.
type verdict struct {
	variant variant
	sha256  [sha256.Size]byte
}

// verdicts are the last few; the texts themselves are not kept.
type verdicts struct {
	mu   sync.Mutex
	last []verdict
}

const maxVerdicts = 16

var conforming verdicts

func (v *verdicts) has(one verdict) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	return slices.Contains(v.last, one)
}

func (v *verdicts) add(one verdict) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.last = append(v.last[max(0, len(v.last)-maxVerdicts+1):len(v.last):len(v.last)], one)
}
