package textdiff

import (
	"strings"
	"testing"
)

func TestEveryDiffIsSoundAndFitsItsTexts(t *testing.T) {
	for _, x := range edgeCases {
		d := Unified("local/f", "remote/f", []byte(x.old), []byte(x.new))
		if why := d.Unsound(); why != "" {
			t.Errorf("%.40q to %.40q: %s", x.old, x.new, why)
		}
		same := x.old == x.new
		if why := d.Misfit(int64(len(x.old)), int64(len(x.new)), &same); why != "" {
			t.Errorf("%.40q to %.40q: %s", x.old, x.new, why)
		}
	}
}

// lying is a true diff of "a\nb\nc\n" and "a\nB\nc\n", with one thing changed in it.
func lying(edit func(*Diff)) Diff {
	d := Unified("local/f", "remote/f", []byte("a\nb\nc\n"), []byte("a\nB\nc\n"))
	edit(&d)
	return d
}

func line(n int, text string) func(*Diff) {
	return func(d *Diff) { d.Lines[n] = text }
}

func TestADiffThatDoesNotHoldTogetherIsUnsound(t *testing.T) {
	for what, c := range map[string]struct {
		edit func(*Diff)
		want string
	}{
		"one line less added":    {func(d *Diff) { d.Added = 0 }, "counts"},
		"one line more removed":  {func(d *Diff) { d.Removed = 2 }, "counts"},
		"no lines and counts":    {func(d *Diff) { d.Lines = nil }, "has none"},
		"omitted with lines":     {func(d *Diff) { d.Omitted = OmittedBinary }, "left out"},
		"omitted with counts":    {func(d *Diff) { d.Omitted, d.Lines = OmittedBinary, nil }, "has none"},
		"only line endings":      {func(d *Diff) { d.OnlyLineEndings = true }, "only line endings"},
		"no header":              {func(d *Diff) { d.Lines = d.Lines[1:] }, "names of two files"},
		"an odd quoting":         {line(0, `--- "local/f"`), "names of two files"},
		"headers alone":          {func(d *Diff) { d.Lines, d.Added, d.Removed = d.Lines[:2], 0, 0 }, "names of two files"},
		"no hunk header":         {line(2, "a"), "line 3: that is no header"},
		"words after the header": {line(2, "@@ -1,3 +1,3 @@ nothing to see"), "line 3: that is no header"},
		"a count of one":         {line(2, "@@ -1,1 +1,3 @@"), "line 3: that is no header"},
		"a sign":                 {line(2, "@@ -+1,3 +1,3 @@"), "line 3: that is no header"},
		"a huge number":          {line(2, "@@ -99999999999999999999,3 +1,3 @@"), "line 3: that is no header"},
		"too long":               {line(2, "@@ -1,4 +1,4 @@"), "ends too early"},
		"too short":              {line(2, "@@ -1,2 +1,3 @@"), "longer than it says"},
		"two places":             {line(2, "@@ -1,3 +2,3 @@"), "one place"},
		"a line of its own":      {line(3, "hello"), "line 4: that is no line"},
		"an empty line":          {line(3, ""), "line 4: that is no line"},
		"two lines in one":       {line(3, " a\n b"), "line 4: that is no line"},
		"a second hunk in the first": {func(d *Diff) {
			d.Lines = append(d.Lines, d.Lines[2:]...)
			d.Added, d.Removed = 2, 2
		}, "begins before"},
		"lines after the end of the text": {func(d *Diff) {
			d.Lines = append(d.Lines[:4:4], append([]string{noNewline}, d.Lines[4:]...)...)
		}, "longer than it says"},
		"a hunk that changes nothing": {func(d *Diff) {
			d.Lines, d.Added, d.Removed = []string{d.Lines[0], d.Lines[1], "@@ -1 +1 @@", " a"}, 0, 0
		}, "changes nothing"},
	} {
		d := lying(c.edit)
		if why := d.Unsound(); !strings.Contains(why, c.want) {
			t.Errorf("%s: %q, want %q", what, why, c.want)
		}
	}
}

func TestADiffOfOtherTextsDoesNotFit(t *testing.T) {
	yes, no := true, false
	for what, c := range map[string]struct {
		edit     func(*Diff)
		old, new int64
		same     *bool
		want     string
	}{
		"true":                              {func(*Diff) {}, 6, 6, &no, ""},
		"true, hashes unknown":              {func(*Diff) {}, 6, 6, nil, ""},
		"true, with lines after it":         {func(*Diff) {}, 9, 9, &no, ""},
		"more text than there is":           {func(*Diff) {}, 5, 5, &no, "more than there is"},
		"more lines than there is room for": {line(2, "@@ -101,3 +101,3 @@"), 50, 50, &no, "more than there is"},
		"another size":                      {line(5, "+BB"), 9, 9, &no, "another number of bytes"},
		"a line kept back":                  {func(*Diff) {}, 6, 60, &no, "another number of bytes"},
		"equal texts":                       {func(*Diff) {}, 6, 6, &yes, "nothing does"},
		"nothing shown":                     {func(d *Diff) { *d = Omit("") }, 6, 6, &no, "something does"},
		"nothing shown, sizes differ":       {func(d *Diff) { *d = Omit("") }, 6, 7, nil, "something does"},
		"nothing to show":                   {func(d *Diff) { *d = Omit("") }, 6, 6, &yes, ""},
		"a large text":                      {func(*Diff) {}, MaxBytes + 1, MaxBytes + 1, &no, "too large for a diff"},
		"a small text is too large":         {func(d *Diff) { *d = Omit(OmittedTooLarge) }, 6, 6, &no, "they are small"},
		"binary":                            {func(d *Diff) { *d = Omit(OmittedBinary) }, 6, 6, &no, ""},
	} {
		d := lying(c.edit)
		if why := d.Misfit(c.old, c.new, c.same); why != c.want && (c.want == "" || !strings.Contains(why, c.want)) {
			t.Errorf("%s: %q, want %q", what, why, c.want)
		}
	}
}

func TestTheNamesOfADiffAreRead(t *testing.T) {
	for _, name := range oddNames {
		d := Unified("local/"+name, "remote/"+name, []byte("a\n"), []byte("b\n"))
		if old, new := d.Names(); old != "local/"+name || new != "remote/"+name {
			t.Errorf("%q: %q, %q", name, old, new)
		}
		if why := d.Unsound(); why != "" {
			t.Errorf("%q: %s", name, why)
		}
	}
}

// FuzzSound holds that what a strict reading of the format takes for a diff is sound, and that it fits the texts that
// it turns into each other.
func FuzzSound(f *testing.F) {
	for _, x := range edgeCases {
		if len(x.old)+len(x.new) < 1000 {
			f.Add(strings.Join(Unified("local/f", "remote/f", []byte(x.old), []byte(x.new)).Lines, "\n"), x.old)
		}
	}
	f.Fuzz(func(t *testing.T, text, old string) {
		d := Diff{Format: FormatUnified, Lines: strings.Split(text, "\n")}
		read, err := parse(d.Lines)
		if err != nil {
			return
		}
		if d.Added, d.Removed = read.added, read.removed; d.Unsound() != "" {
			t.Fatalf("%s\n%s", text, d.Unsound())
		}
		new, err := read.apply(old)
		if err != nil || TooLarge(int64(len(old))) || TooLarge(int64(len(new))) {
			return
		}
		if why := d.Misfit(int64(len(old)), int64(len(new)), nil); why != "" {
			t.Fatalf("%s\nturns %q into %q: %s", text, old, new, why)
		}
	})
}
