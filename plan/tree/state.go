package tree

import (
	"encoding/hex"
	"errors"
	"fmt"
)

// Type is the kind of an entry. The zero value means that there is nothing.
type Type uint8

const (
	Absent Type = iota
	File
	Directory
	Symlink
	// Special is what treaty never carries: a FIFO, a socket, a device. It occurs in listings only.
	Special
)

var typeNames = [...]string{Absent: "absent", File: "file", Directory: "directory",
	Symlink: "symlink", Special: "special"}

func (t Type) String() string { return typeNames[t] }

// MarshalText writes the type as plans spell it.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText reads what MarshalText wrote; a plan knows files, directories and symlinks only.
func (t *Type) UnmarshalText(text []byte) error {
	for candidate := File; candidate <= Symlink; candidate++ {
		if typeNames[candidate] == string(text) {
			*t = candidate
			return nil
		}
	}
	return fmt.Errorf("no entry type %q", text)
}

// Mode is a set of permission bits (0777). The zero value means that the filesystem has no modes;
// set-user-id, set-group-id and sticky bits never count.
type Mode uint16

const modeKnown Mode = 1 << 15

// Perm is the Mode of the permission bits in perm.
func Perm(perm uint32) Mode { return Mode(perm&0o777) | modeKnown }

// Known tells whether there is a mode at all.
func (m Mode) Known() bool { return m&modeKnown != 0 }

// Bits are the permission bits, 0 where there is no mode.
func (m Mode) Bits() uint32 { return uint32(m &^ modeKnown) }

// String is the mode in octal as plans write it, such as "0644", and "" where there is none.
func (m Mode) String() string { return string(m.append(nil)) }

// append appends the mode as String has it.
func (m Mode) append(to []byte) []byte {
	if !m.Known() {
		return to
	}
	bits := m.Bits()
	return append(to, '0', '0'+byte(bits>>6), '0'+byte(bits>>3&7), '0'+byte(bits&7))
}

// MarshalText writes the mode as String does.
func (m Mode) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "0644" and the like.
func (m *Mode) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = 0
		return nil
	}
	bits := uint32(0)
	for _, c := range text {
		if c < '0' || c > '7' || len(text) != 4 || text[0] != '0' {
			return fmt.Errorf("no mode: %q", text)
		}
		bits = bits<<3 | uint32(c-'0')
	}
	*m = Perm(bits)
	return nil
}

// Hash is a SHA-256. The zero value means not computed.
type Hash [32]byte

// Known tells whether the hash was computed.
func (h Hash) Known() bool { return h != Hash{} }

// String is the hash in lower-case hex, and "" where there is none.
func (h Hash) String() string {
	var text [2 * len(h)]byte
	return string(h.append(text[:0]))
}

// append appends the hash as String has it.
func (h Hash) append(to []byte) []byte {
	if !h.Known() {
		return to
	}
	return hex.AppendEncode(to, h[:])
}

// MarshalText writes the hash as String does.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText reads 64 hex digits.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*h = Hash{}
		return nil
	}
	if len(text) != hex.EncodedLen(len(h)) {
		return errors.New("no SHA-256: it has not 64 digits")
	}
	_, err := hex.Decode(h[:], text)
	return err
}

// ReadPlain reads a hash just as String has it. It is false of what is anything else; h then means nothing.
func (h *Hash) ReadPlain(text []byte) bool {
	if len(text) != hex.EncodedLen(len(h)) {
		return false
	}
	wrong := byte(0)
	for i := range h {
		high, low := nibbles[text[2*i]], nibbles[text[2*i+1]]
		wrong |= high | low
		h[i] = high<<4 | low
	}
	return wrong <= 0xf && h.Known()
}

// nibbles are the values of lower-case hex digits, and of all else one that no digit has.
var nibbles = func() (of [256]byte) {
	for c := range of {
		of[c] = 0xff
	}
	for value, digit := range []byte("0123456789abcdef") {
		of[digit] = byte(value)
	}
	return of
}()

// State is what is, or will be, at a path. A nil *State is nothing. The JSON has the mode behind the time; here the
// small fields lie together, since a plan may hold a million of them.
type State struct {
	Size   int64 // bytes; files only
	Mtime  Time  // files only; cut to what its filesystem keeps
	Type   Type
	Mode   Mode
	SHA256 Hash
	// Rare is nil for most. States are copied, so nobody writes to it.
	Rare *Rare
}

// Rare is what few states have. All others are the smaller for it.
type Rare struct {
	Target string // symlinks only, verbatim
	// Subtree is set for directories in conflicts only.
	Subtree *Subtree
}

// LinkTo is what the state of a link with that target has, nil for "".
func LinkTo(target string) *Rare { return Rare{Target: target}.orNone() }

// SumOf is what the state of a directory has of which all that is below it is summed up; nil for nil.
func SumOf(all *Subtree) *Rare { return Rare{Subtree: all}.orNone() }

// orNone is a copy, nil where there is nothing of it.
func (r Rare) orNone() *Rare {
	if r == (Rare{}) {
		return nil
	}
	some := r // what is none stays off the heap
	return &some
}

// Target is what a link says, verbatim; "" for all else.
func (s *State) Target() string {
	if s.Rare == nil {
		return ""
	}
	return s.Rare.Target
}

// LeaveSubtree takes away what the state says of all that is below it, and of no copy of it.
func (s *State) LeaveSubtree() {
	if s.Subtree() != nil {
		s.Rare = LinkTo(s.Target())
	}
}

// Subtree is nil but for directories in conflicts.
func (s *State) Subtree() *Subtree {
	if s.Rare == nil {
		return nil
	}
	return s.Rare.Subtree
}

// Subtree sums up all that is in scope below a directory.
type Subtree struct {
	Entries int
	Digest  Hash
	// Directories is how many of the entries are directories, as far as somebody counted them: no document says it.
	Directories int
}

// Files is how many of the entries are no directories; of those that nobody told apart, all.
func (s *Subtree) Files() int { return max(0, s.Entries-s.Directories) }

// Of is the type of s, Absent for nil.
func (s *State) Of() Type {
	if s == nil {
		return Absent
	}
	return s.Type
}
