package store

import (
	"testing"

	"treaty/plan/tree"
)

// A tally is read as it was written, on the same boot; what nobody can have counted, or was changed since, is none.
func TestATallyIsWhatAnApplyWroteOnThisBoot(t *testing.T) {
	whole := Tally{Which: tree.Hash{1}, Records: 3, Room: 1 << 40, Counted: true,
		Last: DatedText{tree.Hash{2}, tree.UnixTime(-5, 7)}, Carried: 4}
	for _, tally := range []Tally{whole, {}} {
		text := tally.encode("boot")
		if got := decodeTally(text, "boot"); got == nil || *got != tally {
			t.Errorf("%s is read as %+v", text, got)
		}
		if got := decodeTally(text, "another boot"); got != nil {
			t.Errorf("%+v is of another boot", got)
		}
		for i := range text {
			torn := append([]byte{}, text...)
			torn[i] ^= 1
			if decodeTally(torn, "boot") != nil || decodeTally(text[:i], "boot") != nil {
				t.Errorf("%s\nis none, nor what is before byte %d", torn, i)
			}
		}
	}
	for _, forged := range []Tally{{Records: -1}, {Room: -1}, {Carried: -1}} {
		if decodeTally(forged.encode("boot"), "boot") != nil {
			t.Errorf("%+v counts", forged)
		}
	}
}
