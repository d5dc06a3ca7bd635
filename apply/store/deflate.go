package store

import (
	"bytes"
	standard "compress/flate"
	"encoding/binary"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"

	"treaty/plan"
)

// A text that takes no less room for being small is one block of DEFLATE's that is stored as it is (RFC 1951, 3.2.4):
// this byte, its length and that inverted, each in two bytes, and the text. No compressor is needed for that, and none
// to read it: theirs is the most memory that many small texts take.
const (
	lastStored = 1
	storedHead = 5
)

// packer deflates texts, one after the other. The compressor is not that of the standard library, which takes two to
// three times as long for texts of some KiB and makes them no smaller: on a first copy that was the most that treaty
// did beside what the system does.
type packer struct {
	compressor *flate.Writer // nil before there was a text that needs one
	packed     bytes.Buffer
	short      [baseRoom]byte // has what takes no more room without one
}

var packers = sync.Pool{New: func() any { return &packer{} }}

// pack is text, deflated, in memory that is overwritten by the next one.
func (p *packer) pack(text []byte) ([]byte, error) {
	p.packed.Reset()
	if len(text) < baseRoom {
		head := storedAs(len(text))
		p.packed.Write(head[:])
		p.packed.Write(text)
		return p.packed.Bytes(), nil
	}
	if len(text) < mostLiterals {
		if packed := literals().write(&p.short, text); packed != nil {
			return packed, nil
		}
	}
	if p.compressor == nil {
		w, err := flate.NewWriter(nil, flate.BestSpeed)
		if err != nil {
			return nil, err
		}
		p.compressor = w
	}
	p.compressor.Reset(&p.packed)
	if _, err := p.compressor.Write(text); err != nil {
		return nil, err
	}
	err := p.compressor.Close()
	return p.packed.Bytes(), err
}

// storedAs begins the one block of a text of n bytes.
func storedAs(n int) (head [storedHead]byte) {
	head[0] = lastStored
	binary.LittleEndian.PutUint16(head[1:], uint16(n))
	binary.LittleEndian.PutUint16(head[3:], ^uint16(n))
	return head
}

// inflaters read what was deflated, one text at a time each.
var inflaters = sync.Pool{New: func() any { return standard.NewReader(nil) }}

// unpack is the text that was deflated, of which no more is read than one byte over plan.MostText.
func unpack(packed []byte) ([]byte, error) {
	if n := len(packed) - storedHead; 0 <= n && n < baseRoom {
		if head := storedAs(n); bytes.HasPrefix(packed, head[:]) {
			return packed[storedHead:], nil
		}
	}
	r := inflaters.Get().(io.Reader)
	defer inflaters.Put(r)
	if err := r.(standard.Resetter).Reset(bytes.NewReader(packed), nil); err != nil {
		return nil, err
	}
	return io.ReadAll(io.LimitReader(r, plan.MostText+1))
}
