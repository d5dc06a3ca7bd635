package ignore

import "testing"

func TestAPartIsWhatThePatternsNameWithAllInIt(t *testing.T) {
	for _, c := range []struct {
		patterns []string
		path     string
		dir, has bool
	}{
		{[]string{"notes/"}, "notes", true, true},
		{[]string{"notes/"}, "notes", false, false},
		{[]string{"notes/"}, "a/notes/b/c", false, true},
		{[]string{"/notes"}, "a/notes", true, false},
		{[]string{"a/*.jpg"}, "a/x.jpg", false, true},
		{[]string{"a/*.jpg"}, "a/b/x.jpg", false, false},
		{[]string{"*.jpg", "!old*"}, "a/old.jpg", false, false},
		{[]string{"a/", "!a/b"}, "a/b", false, true}, // as in a .gitignore: what is in a directory goes with it
		{[]string{".DS_Store"}, ".DS_Store", false, true},
		{[]string{"other"}, "notes", true, false},
	} {
		if has := PartOf(c.patterns).Has(c.path, c.dir); has != c.has {
			t.Errorf("%q of %q: %v", c.path, c.patterns, has)
		}
	}
}

func TestAPartMayLieBelowADirectoryThatIsNotOfIt(t *testing.T) {
	for _, c := range []struct {
		pattern, dir string
		may          bool
	}{
		{"notes/", "a", true}, // in any directory
		{"/notes", "a", false},
		{"a/b/c", "a/b", true},
		{"a/b/c", "a/b/c", false},
		{"a/b/c", "a/x", false},
		{"a/*/c", "a/x", true},
		{"**/c", "a/x/y", true},
		{"a/**", "b", false},
	} {
		if may := PartOf([]string{c.pattern}).MayLieIn(c.dir); may != c.may {
			t.Errorf("%q in %q: %v", c.pattern, c.dir, may)
		}
	}
}
