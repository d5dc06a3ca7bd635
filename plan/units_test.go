package plan

import "testing"

// A plan that says of nothing that it is taken whole, though it means to, is refused where it says so.
func TestAPatternOfUnitsThatCanMatchNothingIsRefused(t *testing.T) {
	for pattern, want := range map[string]string{".git": "", "*.bundle/": "", "a/[": "/options/atomic/1"} {
		p := manyCreates(1)
		p.Options.Atomic = []string{"work", pattern}
		nameVersion(p)
		switch wrong := p.Check(); {
		case want == "" && len(wrong) > 0, want != "" && (len(wrong) == 0 || wrong[0].Pointer != want):
			t.Errorf("%q: %+v, want %q", pattern, wrong, want)
		}
	}
}
