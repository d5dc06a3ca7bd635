package disk

import (
	"errors"
	"os"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

func TestProbeOfThisVolume(t *testing.T) {
	s := newSide(t, Options{})
	p, err := Probe(s.root, nil)
	check(t, err)
	t.Logf("%+v", p)
	if names, _ := os.ReadDir(s.path(".treaty")); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
	want := native.Traits()
	if p.Traits.MtimeGranularity != want.MtimeGranularity || p.Traits.Modes != want.Modes ||
		want.Symlinks && !p.Traits.Symlinks ||
		p.Traits.Names != want.Names {
		t.Errorf("%+v", p)
	}
}

func TestAVolumeTellsItsSpace(t *testing.T) {
	space, err := newSide(t, Options{}).Space()
	if err != nil || space.Total > 0 && (space.Free <= 0 || space.Block <= 0) {
		t.Errorf("%+v, %v", space, err)
	}
}

func TestShortNamesStandForNothing(t *testing.T) {
	s := newSide(t, Options{Can: ways[0].can, Traits: tree.FAT.Traits()})
	s.write("LONGFI~1.TXT", "really called so")
	if _, err := s.Trash("LONGFI~1.TXT", s.state("LONGFI~1.TXT"), ""); err != nil {
		t.Error(err)
	}
	if _, err := s.Create("a:b", s.stage("x")); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("a name FAT can't hold: %v", err)
	}
}
