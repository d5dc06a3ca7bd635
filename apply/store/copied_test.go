package store

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"
	"testing/iotest"

	"treaty/plan/tree"
)

// What is copied is whole, and so is its hash; of what cannot be read or written to the end, the error is told.
func TestACopyIsHashedAsItIsMade(t *testing.T) {
	for _, size := range []int{0, 1, putAtOnce - 1, putAtOnce, putAtOnce*pieces*2 + 7} {
		text := bytes.Repeat([]byte("0123456789abcdef!"), size/17+1)[:size]
		var to bytes.Buffer
		sum, err := copyHashed(&to, iotest.HalfReader(bytes.NewReader(text)))
		if err != nil || sum != tree.Hash(sha256.Sum256(text)) || !bytes.Equal(to.Bytes(), text) {
			t.Errorf("%d bytes: %v, %v", size, sum, err)
		}
	}
	broken := errors.New("broken")
	if _, err := copyHashed(io.Discard, iotest.ErrReader(broken)); err != broken {
		t.Error(err)
	}
	refuses, writes := io.Pipe()
	refuses.CloseWithError(broken)
	if _, err := copyHashed(writes, bytes.NewReader(make([]byte, 4*putAtOnce))); err != broken {
		t.Error(err)
	}
}
