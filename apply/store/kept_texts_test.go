package store

import (
	"crypto/sha256"
	"strings"
	"testing"

	"treaty/plan/tree"
)

func TestTheNameOfABaseTellsItsHash(t *testing.T) {
	for _, sum := range []tree.Hash{{}, sha256.Sum256(nil), sha256.Sum256([]byte("a"))} {
		name := baseName(sum)
		if got, is := sumOf(name); !is || got != sum {
			t.Errorf("%s is of %v, %t", name, got, is)
		}
		for _, other := range []string{name[1:], name[:len(name)-1], name + "0", "x" + name[1:], name[:len(name)-1] + "x",
			basesFolder + "/ff/" + name[len(basesFolder)+4:], basesFolder + "/" + name[len(basesFolder)+4:],
			basesFolder + "//" + name[len(basesFolder)+1:], strings.ToUpper(name),
			basesFolder + "/" + strings.ToUpper(name[len(basesFolder)+1:])} {
			if _, is := sumOf(other); is && other != name {
				t.Errorf("%s is the name of a base", other)
			}
		}
	}
}
