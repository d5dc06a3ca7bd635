package trees

import (
	"path/filepath"
	"slices"
	"testing"
)

func TestATreeIsLookedForBelowWhatIsMountedUnderEachEndOfItsPath(t *testing.T) {
	path := filepath.FromSlash
	got := placesToLook(path("/media/ann/STICK/work"), []string{path("/mnt/usb"), path("/media/ann/STICK 1")})
	want := []string{
		"/mnt/usb/media/ann/STICK/work", "/mnt/usb/ann/STICK/work", "/mnt/usb/STICK/work", "/mnt/usb/work", "/mnt/usb",
		"/media/ann/STICK 1/media/ann/STICK/work", "/media/ann/STICK 1/ann/STICK/work",
		"/media/ann/STICK 1/STICK/work", "/media/ann/STICK 1/work", "/media/ann/STICK 1",
	}
	for i := range want {
		want[i] = path(want[i])
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, not %q", got, want)
	}
}

func TestWhereNoTreeIsKnownNoneIsLookedFor(t *testing.T) {
	if at := Whereabouts("", t.TempDir()); len(at) > 0 {
		t.Errorf("found at %s", at)
	}
}
