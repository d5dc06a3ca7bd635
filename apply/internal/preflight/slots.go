package preflight

import (
	"strings"
	"unicode/utf16"

	"treaty/apply/internal/execute"
	"treaty/apply/refusal"
	"treaty/plan/tree"
)

// maxSlots is how many slots of 32 bytes a directory of FAT holds, less those of "." and "..".
const maxSlots = 1<<16 - 2

// slotsOf is how many slots a name takes: one, and one more for every 13 UTF-16 units of a long name. Only
// names of eight and three capitals have no long one.
func slotsOf(name string) int {
	base, extension, _ := strings.Cut(name, ".")
	capital := func(r rune) bool {
		return r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '-' || r == '~'
	}
	if len(base) <= 8 && len(extension) <= 3 && !strings.HasSuffix(name, ".") &&
		!strings.ContainsFunc(base+extension, func(r rune) bool { return !capital(r) }) {
		return 1
	}
	const perSlot = 13
	return 1 + (len(utf16.Encode([]rune(name)))+perSlot-1)/perSlot
}

// enoughSlots refuses with ErrSafety a directory of FAT that cannot hold what more comes beside all that is there: what
// leaves it does so last.
func (f *forecast) enoughSlots(dir tree.Path, more int) error {
	if more == 0 {
		return nil
	}
	taken := more
	names, err := f.Names(dir)
	if err != nil && !execute.NotDirectory(err) {
		return err
	}
	for _, name := range names {
		taken += slotsOf(name)
	}
	if taken <= maxSlots {
		return nil
	}
	refusal := f.Refuse(refusal.CauseSlots,
		"%s: %s cannot hold so many names: they take %d slots of the %d that a directory of FAT has",
		f.Side, dir.Quoted(), taken, maxSlots)
	refusal.Path = dir
	return refusal
}
