package store

import (
	"encoding/binary"
	"math/bits"
	"sync"
)

// A text of which each byte has its own code, by how often it is in most texts, is a block of DEFLATE's without
// matches (RFC 1951, 3.2.7). It is a third smaller for that, which is enough where it then takes no more room than any
// text does, and is written several times as fast as what a compressor finds matches for.

// mostLiterals is from how many bytes on hardly any text takes as little without matches.
const mostLiterals = 2 * baseRoom

// codeLengths are of how many bits the codes of all bytes and of the end are, in hexadecimal: by how often they are in
// source text, manuals and data, mostly in English.
const codeLengths = "ccccccccc65ccccccccccccccccccccc" + "3a68cab9778b676777778989997a989c" +
	"c8a8989a98cc99999c888ababbb989c7" + "6575546665a756556a554677879999cc" +
	"cccccccccccccccccccccccccccccccc" + "cccccccccccccccccccccccccccccccc" +
	"cccccccccccccccccccccccccccccccc" + "cccccccccccccccccccccccccccccccc" + "c"

// literalCode is how texts are written that have no matches.
type literalCode struct {
	// of are the codes of all bytes, and 256 that of the end: its length, in bits, in the lowest four, and above them the
	// code, the first bit lowest.
	of   [257]uint32
	head bitString
}

var literals = sync.OnceValue(func() *literalCode {
	var length [257]uint8
	var have [16]uint16 // how many have a length
	for i := range length {
		digit := codeLengths[i]
		if length[i] = digit - '0'; digit >= 'a' {
			length[i] = digit - 'a' + 10
		}
		have[length[i]]++
	}
	var next [16]uint16 // code of a length (3.2.2)
	for n := 1; n < len(next)-1; n++ {
		next[n+1] = (next[n] + have[n]) << 1
	}
	c := &literalCode{head: begun(length[:])}
	for i, n := range length {
		c.of[i] = uint32(bits.Reverse16(next[n])>>(16-n))<<4 | uint32(n)
		next[n]++
	}
	return c
})

// begun is what a text begins with: that one block follows, with codes of its own, and their lengths. The code of a
// length is that length, in four bits: it needs no better one.
func begun(length []uint8) (b bitString) {
	b.add(1, 1)                       // the last block
	b.add(2, 2)                       // with codes of its own
	b.add(uint64(len(length)-257), 5) // for bytes, the end, and no length of a match
	b.add(0, 5)                       // for one distance, which has none
	order := [...]int{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}
	b.add(uint64(len(order)-4), 4)
	for _, n := range order {
		if n < 16 {
			b.add(4, 3)
		} else {
			b.add(0, 3)
		}
	}
	for _, n := range length {
		b.add(uint64(bits.Reverse8(n)>>4), 4)
	}
	b.add(0, 4)
	return b
}

// sampled is of how many bytes it is told whether a text may be short enough.
const sampled = 256

// write writes a text into the room that any text takes, and returns that much of it; nil for a text that takes more,
// mostly without having tried.
func (c *literalCode) write(to *[baseRoom]byte, text []byte) []byte {
	if step := len(text) / sampled; step > 0 {
		bits := 0
		for i := 0; i < len(text); i += step {
			bits += int(c.of[text[i]] & 15)
		}
		if bits*step/8 > len(to) {
			return nil
		}
	}
	at := copy(to[:], c.head.whole)
	bits, pending := c.head.last, c.head.pending
	for ; len(text) >= 4; text = text[4:] { // their codes have 48 bits at most, and fewer than 8 are pending
		for _, b := range text[:4] {
			code := c.of[b]
			bits |= uint64(code>>4) << (pending & 63)
			pending += uint(code & 15)
		}
		if at+8 > len(to) {
			return nil
		}
		binary.LittleEndian.PutUint64(to[at:], bits)
		at += int(pending / 8)
		bits >>= pending &^ 7 & 63
		pending %= 8
	}
	rest := bitString{to[:at], bits, pending}
	for _, b := range text {
		rest.add(uint64(c.of[b]>>4), uint(c.of[b]&15))
	}
	rest.add(uint64(c.of[256]>>4), uint(c.of[256]&15))
	rest.add(0, -rest.pending&7)
	if len(rest.whole) > len(to) {
		return nil
	}
	return rest.whole
}

// bitString is bits, the first lowest: whole bytes, and fewer than 8 that are pending.
type bitString struct {
	whole   []byte
	last    uint64
	pending uint
}

// add adds n bits, 48 at most.
func (b *bitString) add(value uint64, n uint) {
	b.last |= value << b.pending
	b.pending += n
	b.flush()
}

// flush appends what are whole bytes.
func (b *bitString) flush() {
	var eight [8]byte
	binary.LittleEndian.PutUint64(eight[:], b.last)
	n := b.pending / 8
	b.whole = append(b.whole, eight[:n]...)
	b.last >>= n * 8
	b.pending %= 8
}
