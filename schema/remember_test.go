package schema

import (
	"bytes"
	"testing"
)

// A text that was found valid is not judged again, and nothing else profits from that: not the same text as
// another kind, nor one that differs in a byte.
func TestAVerdictIsOfTheExactText(t *testing.T) {
	valid := fixtures(t, "valid")["testdata/valid/plan-full.json"]
	for range 2 {
		if err := Validate(Plan, valid); err != nil {
			t.Fatal(err)
		}
	}
	broken := bytes.Replace(valid, []byte(`"decision": "apply"`), []byte(`"decision": "aplly"`), 1)
	if bytes.Equal(broken, valid) {
		t.Fatal("the fixture has no such decision")
	}
	if Validate(Plan, broken) == nil {
		t.Error("the same text with a broken decision is found valid")
	}
	if Validate(Receipt, valid) == nil {
		t.Error("a valid plan is found to be a valid receipt")
	}
	for range 2 * maxVerdicts {
		valid = append(valid, '\n')
		if err := Validate(Plan, valid); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(conforming.last); n > maxVerdicts {
		t.Errorf("%d verdicts are kept", n)
	}
}
