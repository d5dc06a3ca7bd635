package programs

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

// elfHead makes the head of an ELF file: its type, its segments' types, and a DF_1_PIE or none in the
// dynamic section.
func elfHead(wide bool, order binary.ByteOrder, kind uint16, interp, pie bool) []byte {
	class, phOff, phSize, width := byte(1), 52, 32, 4
	if wide {
		class, phOff, phSize, width = 2, 64, 56, 8
	}
	head := make([]byte, 512)
	copy(head, "\x7fELF")
	head[4], head[5] = class, 1
	if order == binary.BigEndian {
		head[5] = 2
	}
	order.PutUint16(head[16:], kind)
	word := func(at, v int) {
		if wide {
			order.PutUint64(head[at:], uint64(v))
		} else {
			order.PutUint32(head[at:], uint32(v))
		}
	}
	if wide {
		word(32, phOff)
		order.PutUint16(head[54:], uint16(phSize))
		order.PutUint16(head[56:], 2)
	} else {
		word(28, phOff)
		order.PutUint16(head[42:], uint16(phSize))
		order.PutUint16(head[44:], 2)
	}
	if interp {
		order.PutUint32(head[phOff:], 3)
	} else {
		order.PutUint32(head[phOff:], 1)
	}
	dynamic := phOff + phSize
	order.PutUint32(head[dynamic:], 2)
	offset, length := dynamic+4, dynamic+16
	if wide {
		offset, length = dynamic+8, dynamic+32
	}
	word(offset, 300)
	word(length, 4*width)
	if pie {
		word(300, 0x6ffffffb)
		word(300+width, 0x08000000)
	}
	return head
}

// machOHead makes the head of a thin Mach-O file.
func machOHead(order binary.ByteOrder, magic, kind uint32) []byte {
	head := make([]byte, 32)
	order.PutUint32(head, magic)
	order.PutUint32(head[12:], kind)
	return head
}

// fatHead makes a fat Mach-O file with one slice at 64.
func fatHead(slice []byte) []byte {
	head := make([]byte, 64)
	binary.BigEndian.PutUint32(head, 0xcafebabe)
	binary.BigEndian.PutUint32(head[4:], 1)
	binary.BigEndian.PutUint32(head[16:], 64)
	binary.BigEndian.PutUint32(head[20:], uint32(len(slice)))
	return append(head, slice...)
}

func TestFirstBytesTellPrograms(t *testing.T) {
	little, big := binary.LittleEndian, binary.BigEndian
	for _, c := range []struct {
		what string
		name string
		head []byte
		want bool
	}{
		{"nothing", "a", nil, false},
		{"text", "a", []byte("hello\n"), false},
		{"a script", "a", []byte("#!/bin/sh\necho\n"), true},
		{"a script of one line without an end", "a", []byte("#!/bin/sh"), true},
		{"a script with spaces before its interpreter", "a", []byte("#! \t/usr/bin/env python3\n"), true},
		{"a script with an argument", "a", []byte("#!/usr/bin/awk -f\n"), true},
		{"a byte order mark before a script", "a", []byte("\xef\xbb\xbf#!/bin/sh\n"), false},
		{"a script with a CR", "a", []byte("#!/bin/sh\r\necho\r\n"), false},
		{"a CR after the first line", "a", []byte("#!/bin/sh\necho\r\n"), true},
		{"a relative interpreter", "a", []byte("#!python3\n"), false},
		{"no interpreter", "a", []byte("#!\n"), false},
		{"a Rust attribute", "a", []byte("#![no_std]\n"), false},
		{"an interpreter line of 255 bytes", "a", []byte("#!/" + strings.Repeat("x", 252) + "\n"), true},
		{"an interpreter line of 256 bytes", "a", []byte("#!/" + strings.Repeat("x", 253) + "\n"), false},
		{"an interpreter line that does not end in the head", "a", []byte("#!/" + strings.Repeat("x", 400)), false},
		{"a NUL in the interpreter line", "a", []byte("#!/bin/\x00sh\n"), false},
		{"an ELF program", "a", elfHead(true, little, 2, true, false), true},
		{"a 32-bit ELF program", "a", elfHead(false, little, 2, true, false), true},
		{"a big-endian ELF program", "a", elfHead(true, big, 2, true, false), true},
		{"a big-endian 32-bit ELF program", "a", elfHead(false, big, 2, true, false), true},
		{"a position-independent program", "a", elfHead(true, little, 3, true, true), true},
		{"a static position-independent program", "a", elfHead(true, little, 3, false, true), true},
		{"a 32-bit position-independent program", "a", elfHead(false, big, 3, true, true), true},
		{"a library", "libx.so.1", elfHead(true, little, 3, false, false), false},
		{"a library that is a program too", "libc.so.6", elfHead(true, little, 3, true, false), false},
		{"an old position-independent program without flags", "a", elfHead(true, little, 3, true, false), true},
		{"an object file", "a.o", elfHead(true, little, 1, false, false), false},
		{"a core dump", "core", elfHead(true, little, 4, false, false), false},
		{"a short ELF head", "a", []byte("\x7fELF"), false},
		{"a Mach-O program", "a", machOHead(little, 0xfeedfacf, 2), true},
		{"a 32-bit Mach-O program", "a", machOHead(little, 0xfeedface, 2), true},
		{"a big-endian Mach-O program", "a", machOHead(big, 0xfeedface, 2), true},
		{"a Mach-O library", "a", machOHead(little, 0xfeedfacf, 6), false},
		{"a Mach-O bundle", "a", machOHead(little, 0xfeedfacf, 8), false},
		{"a Mach-O object", "a", machOHead(little, 0xfeedfacf, 1), false},
		{"a fat program", "a", fatHead(machOHead(little, 0xfeedfacf, 2)), true},
		{"a fat library", "a", fatHead(machOHead(little, 0xfeedfacf, 6)), false},
		{"a Java class", "A", []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34\x00\x1d\x0a\x00\x06\x00\x0f\x09\x00\x10"), false},
		{"an old Java class", "A", []byte("\xca\xfe\xba\xbe\x00\x03\x00\x2d\x00\x1d\x0a\x00\x06\x00\x0f\x09\x00\x10"), false},
		{"a Windows program", "a", []byte("MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff\x00\x00"), false},
	} {
		if got := ByContent(c.name, c.head); got != c.want {
			t.Errorf("%s: %v, want %v", c.what, got, c.want)
		}
	}
}

// Nothing in a head makes sniffing fail, and what follows a script's first line never counts.
func FuzzSniff(f *testing.F) {
	f.Add("a", []byte("#!/bin/sh\n"))
	f.Add("a.so", elfHead(true, binary.LittleEndian, 3, true, true))
	f.Add("a", elfHead(false, binary.BigEndian, 3, true, true))
	f.Add("a", fatHead(machOHead(binary.LittleEndian, 0xfeedfacf, 2)))
	f.Fuzz(func(t *testing.T, name string, head []byte) {
		got := ByContent(name, head)
		if bytes.HasPrefix(head, []byte("#!")) && bytes.IndexByte(head, '\n') >= 0 {
			if ByContent(name, append(bytes.Clone(head), "more\r\n"...)) != got {
				t.Errorf("what follows changes the answer for %q", head)
			}
		}
	})
}
