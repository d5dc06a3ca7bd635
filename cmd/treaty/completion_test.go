package main

import (
	"testing"

	"treaty/cmd/treaty/internal/complete"
)

func TestCompletionLeavesOutWhatAShellWouldWriteUnseen(t *testing.T) {
	for word, want := range map[string]bool{"a b": false, "Verträge": false, "a\u202eb": true, "a\u009bb": true,
		"a\u200bb": true, "a\u2028b": true, "a\x1bb": true, "a\xffb": true} {
		if got := hidden(complete.Candidate{Word: word}); got != want {
			t.Errorf("%q is left out: %v", word, got)
		}
	}
}
