package main

import (
	"strings"
	"testing"

	"treaty/apply"
	"treaty/plan"
)

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
