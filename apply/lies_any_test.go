package apply_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply/internal/wire"
	"treaty/testdata/effort"
)

// Whatever a far end answers, and however often, nothing is lost here, nor changed but what the plan says; and once
// it is honest again, both trees can be planned with.
func TestAFarEndMayAnswerAnything(t *testing.T) {
	effort.Check(t, 4, 60, func(r *rapid.T) {
		w, p := farRich(r, rapid.SampledFrom(kinds).Draw(r, "kind").of)
		first := rapid.IntRange(2, 250).Draw(r, "first")
		last := first + rapid.SampledFrom([]int{0, 0, 3, 500}).Draw(r, "more")
		how := rapid.SampledFrom([]string{"twisted", "twisted", "flipped", "torn", "another's"}).Draw(r, "how")
		dice := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 1))
		var mu sync.Mutex // many calls are answered at once
		var earlier []byte
		w.appliesTo(&liar{lie: func(c *lied) bool {
			if c.nth < first || c.nth > last {
				return false
			}
			c.honest()
			mu.Lock()
			said := spoiled[how](dice, c.raw, earlier)
			earlier = c.raw
			mu.Unlock()
			sends(c.begin(), said)
			return true
		}}, p)
		w.truth(p)
	})
}

// spoiled are ways to make of an honest answer, and an earlier one, another.
var spoiled = map[string]func(dice *rand.Rand, answer, earlier []byte) []byte{
	"twisted": twisted,
	"flipped": func(dice *rand.Rand, answer, _ []byte) []byte {
		answer = bytes.Clone(answer)
		for range 1 + dice.IntN(3) {
			answer[dice.IntN(len(answer))] ^= 1 << dice.IntN(8)
		}
		return answer
	},
	"torn":      func(dice *rand.Rand, answer, _ []byte) []byte { return answer[:dice.IntN(len(answer))] },
	"another's": func(_ *rand.Rand, _, earlier []byte) []byte { return earlier },
}

// odd are values that no answer has, or not there.
var odd = []any{nil, -1, 0, 1, 1 << 62, 0.5, "", "a", "..", "../outside", "/etc", "a/../../b", "%00", "%zz", "\u202e",
	strings.Repeat("a", 70_000), true, []any{}, map[string]any{}, []any{nil, -1, "a"}, "99999-99-99T99:99:99Z"}

// twisted has another value in one place of the JSON of an answer.
func twisted(dice *rand.Rand, answer, _ []byte) []byte {
	var out []byte
	for rest := answer; len(rest) > 0; {
		size := 5 + binary.BigEndian.Uint32(rest[1:])
		kind, text := wire.Kind(rest[0]), rest[5:size]
		rest = rest[size:]
		var value any
		if kind != wire.Data && json.Unmarshal(text, &value) == nil {
			text, _ = json.Marshal(twist(dice, value)) // it was JSON
		}
		out = append(out, frame(kind, text)...)
	}
	return out
}

// twist replaces a part of a value, or adds one that answers have.
func twist(dice *rand.Rand, value any) any {
	switch v := value.(type) {
	case map[string]any:
		if len(v) == 0 || dice.IntN(8) == 0 {
			names := []string{"fault", "stopped", "entry", "staged", "result", "name", "loans", "opened", "begun", "size"}
			v[names[dice.IntN(len(names))]] = odd[dice.IntN(len(odd))]
			return v
		}
		name := slices.Sorted(maps.Keys(v))[dice.IntN(len(v))]
		v[name] = twist(dice, v[name])
		return v
	case []any:
		if len(v) > 0 {
			at := dice.IntN(len(v))
			v[at] = twist(dice, v[at])
			return v
		}
	}
	return odd[dice.IntN(len(odd))]
}
