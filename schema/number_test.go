package schema

import (
	"encoding/json"
	"math/big"
	"regexp"
	"strings"
	"testing"
)

var aNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?$`)

func FuzzWhole(f *testing.F) {
	for _, text := range []string{"0", "-0", "10.0", "1e3", "1.5", "1.5e1", "12e-1", "120e-1", "9007199254740992",
		"9007199254740991.0", "0.0e-9", "1e400", "-2.50E+02"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 400 || !aNumber.MatchString(text) {
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok {
			t.Fatalf("%s is no number", text)
		}
		want := ""
		if exact.IsInt() && exact.Num().CmpAbs(big.NewInt(maxNumber)) <= 0 {
			want = exact.Num().String()
		}
		if got := whole(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	})
}

// A number that is whole is an integer, however it is written.
func TestWholeNumbersAreIntegersHoweverTheyAreWritten(t *testing.T) {
	data := string(fixtures(t, "valid")["testdata/valid/head.json"])
	for _, written := range []string{"12.0", "1.2e1", "120E-1"} {
		text := []byte(strings.Replace(data, `"number": 1`, `"number": `+written, 1))
		doc, err := Parse(Head, text)
		if err != nil || string(text) == data {
			t.Fatalf("%s: %v in %s", written, err, text)
		}
		if got := string(doc.Member("number")); got != "12" {
			t.Errorf("%s is %s", written, got)
		}
		var head struct{ Number int }
		if err := json.Unmarshal(InDigits(text), &head); err != nil || head.Number != 12 {
			t.Errorf("%s: %v, %d", written, err, head.Number)
		}
	}
	for _, written := range []string{"12.5", "1e-1", "1e99", "1e999999999", "-12", "1e16"} {
		if Validate(Head, []byte(strings.Replace(data, `"number": 1`, `"number": `+written, 1))) == nil {
			t.Errorf("%s is taken for a number of ours", written)
		}
	}
}

// What a newer minor version adds may hold numbers of any form; what this version knows may not.
func TestUnknownMembersMayHoldAnyNumber(t *testing.T) {
	for name, data := range fixtures(t, "newer") {
		for _, n := range []string{"0.25", "-1e400", "1e999999999", "123456789012345678901234567890", "-0"} {
			text := strings.Replace(string(data), `"format_version"`, `"likelihood": [`+n+`], "format_version"`, 1)
			if err := Validate(kindOf(name), []byte(text)); err != nil {
				t.Errorf("%s with %s:\n%v", name, n, err)
			}
		}
	}
	plan := string(fixtures(t, "newer")["testdata/newer/plan.json"])
	for _, n := range []string{"0.25", "1e400", "1e999999999"} {
		text := regexp.MustCompile(`"id": [0-9]+`).ReplaceAllString(plan, `"id": `+n)
		if err := Validate(Plan, []byte(text)); err == nil || text == plan {
			t.Errorf("an id of %s is accepted", n)
		}
	}
}
