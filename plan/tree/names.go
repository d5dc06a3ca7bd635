package tree

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// PrivateFolder is the name of the folder that treaty keeps at a tree's root.
const PrivateFolder = ".treaty"

// CollisionKey is equal for names that some filesystem cannot hold together: it ignores case in all
// the ways filesystems are known to, and normalisation. It merges too much rather than too little,
// so it tells what may collide and orders listings, but never pairs. x/text's fold alone is not
// idempotent for Cherokee; hence the minimum over each rune's orbit.
func CollisionKey(name string) string {
	ascii, lower := true, true
	for i := range len(name) {
		switch c := name[i]; {
		case c >= utf8.RuneSelf:
			ascii = false
		case 'A' <= c && c <= 'Z':
			lower = false
		}
	}
	if ascii {
		if lower {
			return name
		}
		return strings.ToLower(name)
	}
	folded := cases.Fold().String(norm.NFD.String(name))
	folded = strings.Map(func(r rune) rune { return SimpleFold(r) }, folded)
	folded = strings.ReplaceAll(folded, "i\u0307", "i")
	return norm.NFC.String(folded)
}

// SimpleFold is the least rune among those that differ from r in case only, dotless and dotted i
// included.
func SimpleFold(r rune) rune {
	if r < utf8.RuneSelf {
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}
	if r == 'ı' || r == 'İ' {
		return 'i'
	}
	least := r
	for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
		least = min(least, next)
	}
	if 'A' <= least && least <= 'Z' {
		return least + 'a' - 'A'
	}
	return least
}

// Reserved tells whether name is ".treaty" under any spelling that some volume treats as equal:
// another case, trailing dots and spaces, characters that HFS+ ignores, an 8.3 alias.
func Reserved(name string) bool {
	if name == PrivateFolder {
		return true
	}
	if len(name) < len("TREATY") {
		return false
	}
	if c := name[0]; c != '.' && c|0x20 != 't' && c < utf8.RuneSelf {
		return false
	}
	stripped := strings.Map(func(r rune) rune {
		if ignorable(r) {
			return -1
		}
		return r
	}, name)
	key := CollisionKey(strings.TrimRight(stripped, ". "))
	if key == PrivateFolder {
		return true
	}
	alias, number, found := strings.Cut(key, "~")
	return found && number != "" && strings.Trim(number, "0123456789") == "" &&
		strings.HasPrefix("treaty", alias) && len(alias) == min(6, 7-len(number))
}

// ignorable are the characters that HFS+ leaves out when it compares names.
func ignorable(r rune) bool {
	return r >= 0x200C && r <= 0x200F || r >= 0x202A && r <= 0x202E || r >= 0x206A && r <= 0x206F || r == 0xFEFF
}

// MaxName is the length in bytes, or on Windows' filesystems in UTF-16 units, of the longest name.
const MaxName = 255

// NameLength is the length of name in what the filesystem counts.
func (t Traits) NameLength(name string) int {
	if t.Names == PosixNames {
		return len(name)
	}
	return len(utf16.Encode([]rune(name)))
}

// NameProblem says in words why a filesystem with these traits cannot hold name, and "" where it
// can; length is NameLength's business. Rules of Windows hold wherever a Windows machine may read the
// volume (learn.microsoft.com/windows/win32/fileio/naming-a-file).
func (t Traits) NameProblem(name string) string {
	if t.Names == PosixNames {
		return ""
	}
	for _, r := range name {
		if r < 0x20 {
			return fmt.Sprintf("names there cannot hold the control character %U", r)
		}
		if strings.ContainsRune(`<>:"\|?*`, r) {
			return fmt.Sprintf("names there cannot hold %q", r)
		}
	}
	switch {
	case strings.HasSuffix(name, "."):
		return "names there cannot end in a dot"
	case strings.HasSuffix(name, " "):
		return "names there cannot end in a space"
	}
	if deviceName(name) {
		return "Windows keeps that name for a device"
	}
	return ""
}

// deviceName tells whether Windows takes name for a device, with any extension.
func deviceName(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	stem = strings.ToUpper(strings.TrimRight(stem, " "))
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	digit, isPort := strings.CutPrefix(stem, "COM")
	if !isPort {
		digit, isPort = strings.CutPrefix(stem, "LPT")
	}
	if !isPort {
		return false
	}
	switch digit {
	case "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "¹", "²", "³":
		return true
	}
	return false
}
