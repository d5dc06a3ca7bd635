package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/plan"
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

func TestWhoMakesAPlanAnewIsToldThatConflictsComeBack(t *testing.T) {
	const told = "the new plan asks for each conflict again"
	settled := &invocation{about: &plan.Plan{Conflicts: []plan.Conflict{{ID: 1}}}}
	if got := allowMuch(settled); !strings.Contains(got, told) {
		t.Errorf("it is not told: %s", got)
	}
	if got := allowMuch(&invocation{about: &plan.Plan{}}); strings.Contains(got, told) {
		t.Errorf("there are no conflicts: %s", got)
	}
}
