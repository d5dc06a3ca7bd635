package tree

import (
	"encoding/json"
	"testing"
	"unicode"

	"treaty/testdata/effort"
)

func TestPathsEscapeByNoMeans(t *testing.T) {
	for _, bad := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "a/../b", "./a", "a\x00b", "a\xff",
		".treaty", "a/.treaty/x", ".TREATY", ".treaty.", ".treaty. .", "TREATY~1", "treat~12", ".tr\u200ceaty"} {
		if p, err := ParsePath(bad); err == nil {
			t.Errorf("ParsePath(%q) = %q, want an error", bad, p)
		}
	}
	for _, good := range []string{"a", "a/b", "...", "a\\b", "a\nb", ".treatyignore", "treaty", "treaty~", "t~1", "Ж/é"} {
		if _, err := ParsePath(good); err != nil {
			t.Errorf("ParsePath(%q): %v", good, err)
		}
	}
}

// HFS+ leaves these out when it compares names, wherever they stand (git's CVE-2014-9390).
func TestTheOwnFolderHidesBehindNothing(t *testing.T) {
	hidden := []rune{0xFEFF}
	for _, span := range [][2]rune{{0x200C, 0x200F}, {0x202A, 0x202E}, {0x206A, 0x206F}} {
		for r := span[0]; r <= span[1]; r++ {
			hidden = append(hidden, r)
		}
	}
	for _, r := range hidden {
		for _, name := range []string{string(r) + ".treaty", ".tre" + string(r) + "aty", ".Treaty" + string(r),
			".treaty." + string(r) + " "} {
			if !Reserved(name) {
				t.Errorf("%+q is taken for another name", name)
			}
		}
	}
	for _, name := range []string{".treaty\u200b", ".treaty2", "treaty", ".tre\u0301aty",
		".treaty~1", "\u202a", "TREATY~"} {
		if Reserved(name) {
			t.Errorf("%+q is taken for treaty's own folder", name)
		}
	}
}

func TestCompareGoesComponentByComponent(t *testing.T) {
	ordered := []Path{"a", "a/b", "a/b/c", "a/c", "a b", "a-b", "a.b", "b"}
	for i, p := range ordered {
		for j, q := range ordered {
			if got := Compare(p, q); (got < 0) != (i < j) || (got == 0) != (i == j) {
				t.Errorf("Compare(%q, %q) = %d", p, q, got)
			}
		}
	}
}

func TestCollisionKeyIsIdempotentAndMergesCase(t *testing.T) {
	for r := rune(1); r <= unicode.MaxRune; r += rune(effort.Stride(11, 1)) {
		if r >= 0xD800 && r < 0xE000 {
			continue
		}
		key := CollisionKey(string(r))
		if again := CollisionKey(key); again != key {
			t.Fatalf("%U: key %q, key of key %q", r, key, again)
		}
		for next := unicode.SimpleFold(r); next != r; next = unicode.SimpleFold(next) {
			if other := CollisionKey(string(next)); other != key {
				t.Fatalf("%U and %U: %q, %q", r, next, key, other)
			}
		}
	}
	for _, pair := range [][2]string{{"é", "e\u0301"}, {"É", "é"}, {"ß", "SS"}, {"İ", "i"},
		{"ı", "I"}, {"README", "readme"}} {
		if CollisionKey(pair[0]) != CollisionKey(pair[1]) {
			t.Errorf("%q and %q have different keys", pair[0], pair[1])
		}
	}
}

func TestStatesSurviveJSON(t *testing.T) {
	for _, text := range []string{
		`{"type":"file","size":0,"mtime":"2026-01-02T03:04:05.000000006Z","mode":"0644"}`,
		`{"type":"file","size":5,"mtime":"1975-01-01T00:00:00Z","sha256":"00000000000000000000000000000000000000000000000000000000000000ff"}`,
		`{"type":"directory","mode":"0755","entries":3,"digest":"00000000000000000000000000000000000000000000000000000000000000ff"}`,
		`{"type":"symlink","target":"../x"}`,
	} {
		var s State
		if err := json.Unmarshal([]byte(text), &s); err != nil {
			t.Fatal(err)
		}
		out, err := json.Marshal(&s)
		if err != nil || string(out) != text {
			t.Errorf("got %s (%v), want %s", out, err, text)
		}
	}
}

func TestNamesThatWindowsCannotHold(t *testing.T) {
	fat := FAT.Traits()
	for _, bad := range []string{"a:b", "a?", "x.", "x ", "CON", "nul.txt", "COM1", "lpt9.c", "COM¹", "a\tb", "aux"} {
		if fat.NameProblem(bad) == "" {
			t.Errorf("%q is taken as legal", bad)
		}
	}
	for _, good := range []string{"a", ".a", "CONSOLE", "com10", "é", "a.b.c", "null"} {
		if why := fat.NameProblem(good); why != "" {
			t.Errorf("%q: %s", good, why)
		}
	}
}
