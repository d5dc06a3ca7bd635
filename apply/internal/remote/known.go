package remote

import (
	"bytes"
	"crypto/sha256"
	"io"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/tree"
)

// known is a listing that may be known when a walk begins, and is when it ends. Of nil nothing is known, nor wanted.
type known struct {
	of   *volume.Known
	sent *exchange
	// came is what came over the line, and long that this is more than is kept.
	came []byte
	long bool
	// same is what is known, read once the other end has told that it is the tree's listing; nil before.
	same io.Reader
}

// sum is what the other end holds its listing to, zero for nothing.
func (k *known) sum() tree.Hash {
	if k == nil || len(k.of.Packed) == 0 {
		return tree.Hash{}
	}
	return sha256.Sum256(k.of.Packed)
}

// over is a listing as it is read: from what is sent, or, where nothing is, from what is known.
func (k *known) over(sent *exchange) io.Reader {
	if k == nil {
		return sent
	}
	k.sent = sent
	return k
}

// Read reads the listing.
func (k *known) Read(p []byte) (int, error) {
	if k.same != nil {
		return k.same.Read(p)
	}
	n, err := k.sent.Read(p)
	k.keep(p[:n])
	if err != io.EOF || len(k.came) > 0 || k.long || len(k.of.Packed) == 0 {
		return n, err
	}
	switch answer, err := end(k.sent, wire.Walk); {
	case err != nil:
		return 0, err
	case !answer.Yes:
		return 0, wire.Broken("a listing")
	}
	k.same = bytes.NewReader(k.of.Packed)
	return k.same.Read(p)
}

func (k *known) keep(p []byte) {
	if k.long = k.long || len(k.came)+len(p) > volume.MostKnown; k.long {
		k.came = nil
		return
	}
	k.came = append(k.came, p...)
}

// take takes what came for what is known from now on, unless that is the same.
func (k *known) take() {
	if k != nil && k.same == nil {
		k.of.Packed = k.came
	}
}
