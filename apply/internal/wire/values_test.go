package wire

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply/volume"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// A barrier that names very many, or such with very long names, takes several messages, of which each has room.
func TestWhatWaitsGoesIntoMessagesThatHaveRoom(t *testing.T) {
	effort.Check(t, 10, 40, func(t *rapid.T) {
		text := rapid.Custom(func(t *rapid.T) string {
			part := rapid.SampledFrom([]string{"name", "\x00", "\xff", "%", "<", "\u2028", "ä", `"`, "/"}).Draw(t, "part")
			return strings.Repeat(part, rapid.IntRange(0, 4096).Draw(t, "length")/len(part))
		})
		var staged []volume.Staged
		for n := range rapid.IntRange(0, 400).Draw(t, "many") {
			staged = append(staged, volume.Staged{Name: fmt.Sprint(n) + text.Draw(t, "name"),
				Target: text.Draw(t, "target"), Size: 1 << 60, Type: tree.File, Hash: tree.Hash{255},
				Mode: tree.Perm(0o7777), Mtime: tree.UnixTime(1<<33, 999_999_999)})
		}
		var got []volume.Staged
		for others := staged; ; {
			ask := BarrierAsk{Head: Head{Call: Barrier.Name(), Tree: 1 << 30, Run: 1 << 30}}
			ask.Stageds, others = StagedsOf(others)
			if err := NewWriter(&bytes.Buffer{}).Send(Message, &ask); err != nil {
				t.Fatalf("of %d: %v", len(ask.Stageds), err)
			}
			for _, s := range ask.Stageds {
				got = append(got, s.Staged())
			}
			if len(others) == 0 {
				break
			}
		}
		if !slices.Equal(got, staged) {
			t.Fatalf("%d went, of %d", len(got), len(staged))
		}
	})
}

// A group's usual names go together.
func TestAGroupGoesIntoOneMessage(t *testing.T) {
	name := "/stage/01a22b0c-c178-7966-93fa-0cc544cfd581/000001/staged-000001-000000-000000000000"
	group := slices.Repeat([]volume.Staged{{Name: ".treaty" + name, Type: tree.File, Size: 4096, Hash: tree.Hash{1},
		Mode: tree.Perm(0o644), Mtime: tree.UnixTime(1_700_000_000, 123_456_789)}}, 1024)
	if _, others := StagedsOf(group); len(others) > 0 {
		t.Errorf("%d are left", len(others))
	}
}
