package tree

import "testing"

func TestShortNamesAliasLongOnes(t *testing.T) {
	for _, c := range []struct {
		alias, long string
		may         bool
	}{
		{"LONGFI~1.TXT", "Longfilename one.txt", true},
		{"longfi~2.txt", "Long file name.txt", true},
		{"LONGFI~1.TEX", "Longfilename.text", true},
		{"LONGFI~1.TXT", "Longfilename.doc", false},
		{"LONGFI~1", "Longfilename.doc", false},
		{"LONGFI~1", "Longfilename", true},
		{"LO3F2A~1.TXT", "Longfilename.txt", true},
		{"TREATY~1", ".treaty", true},
		{"CAF~1", "caf\u00e9 au lait", true},
		{"CAF_AU~1", "caf\u00e9 au lait", true},
		{"A~1.TXT", "a.txt", false},
		{"A~1.TXT", "a b.txt", true},
		{"README~1", "README", false},
		{"README~1.BAC", "README.backup", true},
		{"notes~.txt", "notes of a day.txt", false},
		{"a~b.txt", "a bc.txt", false},
		{"verylongname~1.txt", "verylongname and more.txt", false},
		{"B~1", "another long name", false},
	} {
		if got := MayAlias(c.alias, c.long); got != c.may {
			t.Errorf("MayAlias(%q, %q) = %v", c.alias, c.long, got)
		}
	}
}

func TestTimesThatFATCannotTell(t *testing.T) {
	before, after := UnixTime(0, 0), UnixTime(4_400_000_000, 0)
	for _, p := range []Profile{FAT, ExFAT, Unknown} {
		traits := p.Traits()
		if got := traits.Keep(before).String(); got != "1980-01-01T00:00:00Z" {
			t.Errorf("%s keeps %s", p, got)
		}
		if got := traits.Keep(after).String()[:4]; got != "2107" {
			t.Errorf("%s keeps %s", p, got)
		}
	}
	for _, p := range []Profile{POSIX, APFS, NTFS} {
		if got := p.Traits().Keep(before); got != before {
			t.Errorf("%s keeps %s", p, got)
		}
	}
}
