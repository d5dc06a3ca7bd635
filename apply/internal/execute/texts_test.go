package execute

import (
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"treaty/plan"
	"treaty/plan/tree"
)

// What goes far away is kept as soon as all of it was read, by the hash that it has, and only then: thousands may be on
// their way, of which none is held.
func TestATextThatGoesFarAwayIsKeptOnceItWasRead(t *testing.T) {
	kept := map[tree.Hash]string{}
	k := &Texts{Which: &plan.Keeping{}, Keep: func(sum tree.Hash, text []byte) { kept[sum] = string(text) }}
	sums := map[tree.Hash]string{}
	for _, text := range []string{"", "a text", strings.Repeat("long ", 10_000)} {
		sums[sha256.Sum256([]byte(text))] = text
		seen := &seenText{of: k, goes: true}
		if _, err := io.Copy(io.Discard, seen.reader(strings.NewReader(text))); err != nil {
			t.Fatal(err)
		}
		if kept[sha256.Sum256([]byte(text))] != text || !seen.over || seen.text != nil {
			t.Errorf("%.9q: %d are kept, over %v, held %v", text, len(kept), seen.over, seen.text != nil)
		}
		seen.end(tree.Hash{1}) // what the other end says of it
	}
	for _, from := range []io.Reader{strings.NewReader("a\x00b"),
		io.MultiReader(strings.NewReader("half of it"), iotest.ErrReader(errors.New("no")))} {
		seen := &seenText{of: k, goes: true}
		_, _ = io.Copy(io.Discard, seen.reader(from))
		if seen.drop(); seen.text != nil {
			t.Error("what is no text is held")
		}
	}
	if len(kept) != len(sums) {
		t.Errorf("%d are kept, of %d texts", len(kept), len(sums))
	}
}
