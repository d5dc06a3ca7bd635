package main

import (
	"errors"
	"testing"

	"treaty/apply"
)

// TestEveryCauseHasAHintAndAnExitCode: what package apply refuses for ends in a code of its own, and in something to type.
func TestEveryCauseHasAHintAndAnExitCode(t *testing.T) {
	for _, cause := range apply.Causes() {
		made := hints[cause]
		if made == nil {
			t.Errorf("cause %d, %v: no hint", cause, cause)
			continue
		}
		refusal := &apply.Refusal{Cause: cause, Why: "why", Root: "/tree"}
		if typed := made(refusal)(&invocation{args: []string{"apply"}}); typed == "" {
			t.Errorf("cause %d, %v: an empty hint", cause, cause)
		}
		if code := exitCode(refusal); code == exitFailed {
			t.Errorf("cause %d, %v: no exit code", cause, cause)
		}
		if !errors.Is(refusal, cause) {
			t.Errorf("cause %d, %v: cannot be tested for", cause, cause)
		}
	}
}
