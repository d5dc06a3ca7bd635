package execute

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"treaty/apply/internal/settle"
	"treaty/plan"
	"treaty/plan/tree"
)

func (p phase) String() string {
	on := map[sides]string{{true, true}: "both", {true, false}: "local", {false, true}: "remote"}[p.on]
	return fmt.Sprintf("%s %s", p.work, on)
}

func TestCopiesComeOffAVolumeBeforeAnythingIsRenamedThere(t *testing.T) {
	for fat, want := range map[sides]string{
		{}: "widen both, directories both, moves both, contents both, metadata both, deletes both, emptied both, directory " +
			"modes both",
		{false, true}: "widen both, directories local, moves local, contents local, preserve remote, directories remote, " +
			"moves remote, contents remote, " +
			"metadata both, deletes local, deletes remote, emptied both, directory modes both",
		{true, false}: "widen both, directories remote, moves remote, contents remote, preserve local, directories local, " +
			"moves local, contents local, " +
			"metadata both, deletes remote, deletes local, emptied both, directory modes both",
		{true, true}: "widen both, preserve both, directories both, moves both, contents both, metadata both, deletes " +
			"both, emptied both, directory modes both",
	} {
		var got []string
		for _, p := range phases(fat) {
			got = append(got, p.String())
			if New(&Site{Plan: &plan.Plan{}, Ends: &settle.Ends{}}, nil, Before{}, Counts{}).does[p.work] == nil {
				t.Errorf("nobody does %s", p)
			}
		}
		if strings.Join(got, ", ") != want {
			t.Errorf("FAT %v:\n%s, want\n%s", fat, strings.Join(got, ", "), want)
		}
	}
}

func TestAGroupIsOfSoManyFilesOrBytes(t *testing.T) {
	for _, c := range []struct {
		size int64 // of each file
		want []int
	}{{100, []int{1024, 76}}, {4096, []int{1024, 76}}, {1 << 20, []int{256, 256, 256, 256, 76}}} {
		list := make([]*task, 1100)
		for n := range list {
			list[n] = &task{Step: Step{Step: &plan.Step{Operation: &plan.Operation{After: &tree.State{Size: c.size}}}}}
		}
		var got []int
		for _, group := range cut(list, groupFiles) {
			got = append(got, len(group))
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%d files of %d bytes: %d, want %d", len(list), c.size, got, c.want)
		}
	}
}

func TestGroupsAreSmallWhereRenamesMayBeLost(t *testing.T) {
	g := &groups{Site: &Site{Ends: &settle.Ends{plan.Remote: {FAT: true}}}}
	for on, want := range map[sides]int{{true, false}: groupFiles, {false, true}: groupFilesFAT,
		{true, true}: groupFilesFAT} {
		if got := g.size(on); got != want {
			t.Errorf("on %v: %d, want %d", on, got, want)
		}
	}
}
