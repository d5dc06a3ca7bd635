package plan

import (
	"bytes"
	"errors"
	"testing"
)

func TestAPlanOfMoreBytesThanAreReadAgainIsTooLong(t *testing.T) {
	p := manyCreates(3 * pieceSize)
	var text bytes.Buffer
	if err := p.Write(&text); err != nil {
		t.Fatal(err)
	}
	before := longest
	defer func() { longest = before }()
	for _, c := range []struct {
		longest int64
		fits    bool
	}{{int64(text.Len()), true}, {int64(text.Len()) - 1, false}, {100, false}} {
		longest = c.longest
		err := p.Validate()
		var long *TooLong
		switch {
		case c.fits && err != nil:
			t.Errorf("of %d bytes at most: %v", c.longest, err)
		case !c.fits && (!errors.As(err, &long) || long.Size != int64(text.Len())):
			t.Errorf("%d bytes, of %d at most, are: %v", text.Len(), c.longest, err)
		}
	}
}
