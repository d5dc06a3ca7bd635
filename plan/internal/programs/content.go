package programs

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// ByContent tells from a file's first bytes, as many as tree.Wanted asks for, whether a system would run it: a
// script whose interpreter is named the way kernels take it, an ELF program, a Mach-O one. A byte-order mark or a
// CR before the first line's end keeps a script from running, so it is none. Windows programs need no bit.
func ByContent(name string, head []byte) bool {
	switch {
	case bytes.HasPrefix(head, []byte("#!")):
		return shebang(head)
	case bytes.HasPrefix(head, []byte("\x7fELF")):
		return elf(name, head)
	}
	return machO(head)
}

// shebang follows Linux' binfmt_script: an absolute interpreter on a first line of at most 255 bytes.
func shebang(head []byte) bool {
	line, _, found := bytes.Cut(head, []byte("\n"))
	if !found && len(head) > 255 || len(line) > 255 || bytes.IndexByte(line, 0) >= 0 || bytes.IndexByte(line, '\r') >= 0 {
		return false
	}
	return bytes.HasPrefix(bytes.TrimLeft(line[2:], " \t"), []byte("/"))
}

// elf takes programs, position-independent ones too, and neither libraries nor objects. The dynamic
// section's DF_1_PIE is what tells a program from a library with an interpreter; where it lies beyond
// the head, an interpreter and a name that is no library's have to do.
func elf(name string, head []byte) bool {
	const (
		typeExec, typeDyn       = 2, 3
		segmentDynamic          = 2
		segmentInterp           = 3
		tagFlags1, flag1PIE     = 0x6ffffffb, 0x08000000
		class64, bigEndianOrder = 2, 2
	)
	if len(head) < 64 {
		return false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[5] == bigEndianOrder {
		order = binary.BigEndian
	}
	switch order.Uint16(head[16:]) {
	case typeExec:
		return true
	case typeDyn:
	default:
		return false
	}
	wide := head[4] == class64
	word := func(b []byte) uint64 {
		if wide {
			return order.Uint64(b)
		}
		return uint64(order.Uint32(b))
	}
	width := uint64(4)
	at, size, count := uint64(order.Uint32(head[28:])), uint64(order.Uint16(head[42:])), int(order.Uint16(head[44:]))
	offsetAt, lengthAt, least := uint64(4), uint64(16), uint64(32)
	if wide {
		width = 8
		at, size, count = order.Uint64(head[32:]), uint64(order.Uint16(head[54:])), int(order.Uint16(head[56:]))
		offsetAt, lengthAt, least = 8, 32, 56
	}
	length := uint64(len(head))
	interp := false
	for range count {
		if size < least || at > length || length-at < least {
			break
		}
		segment := head[at:]
		switch order.Uint32(segment) {
		case segmentInterp:
			interp = true
		case segmentDynamic:
			from, n := word(segment[offsetAt:]), word(segment[lengthAt:])
			for ; n >= 2*width && from < length && length-from >= 2*width; from, n = from+2*width, n-2*width {
				if word(head[from:]) == tagFlags1 {
					return word(head[from+width:])&flag1PIE != 0
				}
			}
		}
		at += size
	}
	return interp && !strings.Contains(name, ".so")
}

// machO takes thin programs of either byte order, and fat ones of which a slice is one. Java's class
// files share the fat magic; their next word is a version of 45 or more, a fat file's a small count.
func machO(head []byte) bool {
	const (
		magic32, magic64       = 0xfeedface, 0xfeedfacf
		magicFat, magicFat64   = 0xcafebabe, 0xcafebabf
		typeExecute, maxSlices = 2, 20
	)
	if len(head) < 16 {
		return false
	}
	thin := func(b []byte) (is, program bool) {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if magic := order.Uint32(b); magic == magic32 || magic == magic64 {
				return true, order.Uint32(b[12:]) == typeExecute
			}
		}
		return false, false
	}
	if is, program := thin(head); is {
		return program
	}
	order := binary.BigEndian
	magic, count := order.Uint32(head), order.Uint32(head[4:])
	if magic != magicFat && magic != magicFat64 || count == 0 || count >= maxSlices {
		return false
	}
	step := uint64(20)
	if magic == magicFat64 {
		step = 32
	}
	for i := range uint64(count) {
		at := 8 + i*step
		if at+step > uint64(len(head)) {
			return false
		}
		offset := uint64(order.Uint32(head[at+8:]))
		if magic == magicFat64 {
			offset = order.Uint64(head[at+8:])
		}
		if offset < 8+uint64(count)*step {
			return false
		}
		if offset < uint64(len(head)) && uint64(len(head))-offset >= 16 {
			if _, program := thin(head[offset:]); program {
				return true
			}
		}
	}
	return false
}
