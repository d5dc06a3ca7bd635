package main

import (
	"os"
	"path/filepath"
	"testing"

	"treaty/apply"
)

func TestOutputsInOneFileAreReadTogether(t *testing.T) {
	open := func(name string) *os.File {
		f, err := os.Create(filepath.Join(t.TempDir(), name))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { f.Close() })
		return f
	}
	a, b := open("a"), open("b")
	if !together(a, a) {
		t.Error("one file counts as two")
	}
	if together(a, b) {
		t.Error("two files count as one")
	}
}

func TestWhereOthersHaveSignedAnotherSignerIsAskedFor(t *testing.T) {
	i := &invocation{args: []string{"apply"}, name: "apply"}
	got := signIt(&apply.Refusal{Signed: 1})(i)
	if want := "another signer has to approve the same plan file by --sign, then: treaty apply"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
