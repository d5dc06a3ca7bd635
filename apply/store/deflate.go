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

// packer deflates texts, one after the other. The compressors are not those of the standard library, which take two to
// three times as long for texts of some KiB and make them no smaller: on a first copy that was the most that treaty did
// beside what the system does.
type packer struct {
	// compressors are by their level, nil before there was a text that needs one.
	compressors map[int]*flate.Writer
	packed      bytes.Buffer
}

// mostShort is up to how many bytes nearly any text takes the least room there is without a search for what is in it
// twice, which takes as long as all the rest.
const mostShort = baseRoom + baseRoom/2

var packers = sync.Pool{New: func() any { return newPacker() }}

func newPacker() *packer { return &packer{compressors: map[int]*flate.Writer{}} }

// pack is text, deflated, in memory that is overwritten by the next one.
func (p *packer) pack(text []byte) ([]byte, error) {
	if len(text) < baseRoom {
		p.packed.Reset()
		head := storedAs(len(text))
		p.packed.Write(head[:])
		p.packed.Write(text)
		return p.packed.Bytes(), nil
	}
	if len(text) <= mostShort {
		packed, err := p.deflate(text, flate.HuffmanOnly)
		if err != nil || len(packed) <= baseRoom {
			return packed, err
		}
	}
	return p.deflate(text, flate.BestSpeed)
}

// deflate is text by the compressor of a level.
func (p *packer) deflate(text []byte, level int) ([]byte, error) {
	p.packed.Reset()
	compressor := p.compressors[level]
	if compressor == nil {
		w, err := flate.NewWriter(&p.packed, level)
		if err != nil {
			return nil, err
		}
		compressor, p.compressors[level] = w, w
	}
	compressor.Reset(&p.packed)
	if _, err := compressor.Write(text); err != nil {
		return nil, err
	}
	err := compressor.Close()
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
