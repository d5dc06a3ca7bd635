package tree

import "strings"

// MayAlias tells whether a volume of FAT or NTFS may hold the file called long under the name alias too:
// its short name of eight and three characters, which is a live path on them: vfat of Linux writes
// "Longfilename one.txt" through LONGFI~1.TXT. Which number a volume gave is not known, and so any counts.
func MayAlias(alias, long string) bool {
	base, extension, ok := shortForm(alias)
	if !ok {
		return false
	}
	prefix, number, numbered := strings.Cut(base, "~")
	if !numbered || prefix == "" || number == "" || strings.Trim(number, "0123456789") != "" {
		return false
	}
	if _, _, short := shortForm(long); short {
		return false // it is its own short name
	}
	stem, tail := squeezed(long), ""
	if dot := strings.LastIndexByte(strings.TrimLeft(long, ". "), '.'); dot >= 0 {
		trimmed := strings.TrimLeft(long, ". ")
		stem, tail = squeezed(trimmed[:dot]), squeezed(trimmed[dot+1:])
	}
	if !begins(tail, extension) || len(extension) < min(len([]rune(tail)), 3) {
		return false
	}
	// After a few of a kind come two characters and four digits of a hash.
	const hashed = 4
	if n := len(prefix) - hashed; n >= 1 && n <= 2 && strings.Trim(prefix[n:], "0123456789ABCDEF") == "" &&
		begins(stem, prefix[:n]) {
		return true
	}
	return begins(stem, prefix)
}

// shortForm splits a name that fits into eight and three characters, in upper case.
func shortForm(name string) (base, extension string, ok bool) {
	base, extension, _ = strings.Cut(strings.ToUpper(name), ".")
	if base == "" || len(base) > 8 || len(extension) > 3 || strings.HasSuffix(name, ".") {
		return "", "", false
	}
	ok = !strings.ContainsFunc(base+extension, func(r rune) bool {
		return r <= ' ' || r > '~' || strings.ContainsRune(`.+,;=[]"*/:<>?\|`, r)
	})
	return base, extension, ok
}

// squeezed is a name without what short names leave out; what they write otherwise is a "?".
func squeezed(name string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == ' ' || r == '.':
			return -1
		case r > '~' || strings.ContainsRune("+,;=[]", r):
			return '?'
		}
		return r
	}, strings.ToUpper(name))
}

// begins tells whether name begins with prefix, where a "?" stands for any character.
func begins(name, prefix string) bool {
	if len(name) < len(prefix) {
		return false
	}
	for i := range len(prefix) {
		if name[i] != prefix[i] && name[i] != '?' {
			return false
		}
	}
	return true
}
