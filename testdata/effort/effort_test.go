package effort

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestSamplesHaveTheFirstAndTheLast(t *testing.T) {
	for _, c := range []struct {
		sweep string
		all   int
		want  []int
	}{
		{"1", 9, []int{1}}, {"3", 9, []int{1, 5, 9}}, {"100", 3, []int{1, 2, 3}},
		{"all", 4, []int{1, 2, 3, 4}}, {"all", 0, nil},
	} {
		t.Setenv("TREATY_TEST_SWEEP", c.sweep)
		if got := Samples(c.all); !slices.Equal(got, c.want) {
			t.Errorf("%s of %d: %v, want %v", c.sweep, c.all, got, c.want)
		}
	}
}

func TestASweepSaysHowMuchIsTried(t *testing.T) {
	t.Setenv("TREATY_TEST_SWEEP", "7")
	drawn := 0
	Check(t, 1, 2, func(*rapid.T) { drawn++ })
	if drawn != 7 || Tries(1, 2) != 7 || Stride(99, 9) != 1 || Stride(99, 30) != 4 {
		t.Errorf("%d drawn, %d tries, strides %d and %d", drawn, Tries(1, 2), Stride(99, 9), Stride(99, 30))
	}
}

func TestTestsAskForTheirOwnNumberOfCases(t *testing.T) {
	t.Setenv("TREATY_TEST_SWEEP", "")
	for _, n := range []int{1, 4, 3} {
		drawn := 0
		Check(t, n, n, func(*rapid.T) { drawn++ })
		if drawn != n {
			t.Errorf("%d drawn, want %d", drawn, n)
		}
	}
}
