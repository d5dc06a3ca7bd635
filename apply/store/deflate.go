package store

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"sync"

	"treaty/plan"
)

// A text that takes no less room for being small is one block of DEFLATE's that is stored as it is (RFC 1951, 3.2.4):
// this byte, its length and that inverted, each in two bytes, and the text. No compressor is needed for that, and none
// to read it: theirs is the most memory that many small texts take.
const (
	lastStored = 1
	storedHead = 5
)

// packers deflate, one text at a time each.
var packers = sync.Pool{New: func() any {
	w, _ := flate.NewWriter(nil, flate.BestSpeed) // a level that there is
	return w
}}

// pack is text, deflated, in memory of its own: a line may still send it when whoever sends it has given up.
func pack(text []byte) ([]byte, error) {
	if len(text) < baseRoom {
		return append(storedAs(len(text)), text...), nil
	}
	var packed bytes.Buffer
	w := packers.Get().(*flate.Writer)
	defer packers.Put(w)
	w.Reset(&packed)
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err := w.Close()
	return packed.Bytes(), err
}

// storedAs begins the one block of a text of n bytes.
func storedAs(n int) []byte {
	head := []byte{lastStored, 0, 0, 0, 0}
	binary.LittleEndian.PutUint16(head[1:], uint16(n))
	binary.LittleEndian.PutUint16(head[3:], ^uint16(n))
	return head
}

// inflaters read what was deflated, one text at a time each.
var inflaters = sync.Pool{New: func() any { return flate.NewReader(nil) }}

// unpack is the text that was deflated, of which no more is read than one byte over plan.MostText.
func unpack(packed []byte) ([]byte, error) {
	if n := len(packed) - storedHead; 0 <= n && n < baseRoom && bytes.HasPrefix(packed, storedAs(n)) {
		return packed[storedHead:], nil
	}
	r := inflaters.Get().(io.Reader)
	defer inflaters.Put(r)
	if err := r.(flate.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, plan.MostText+1))
}
