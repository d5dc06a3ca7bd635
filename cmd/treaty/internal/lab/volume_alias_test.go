package lab

import (
	"bytes"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// shortName is the 8.3 alias by which the volume holds a file too, "" where it has none.
func (d *desk) shortName(long string) string {
	d.Helper()
	want, err := os.ReadFile(d.path(plan.Remote, long))
	d.check(err)
	dir, base := path.Split(long)
	stem, extension, _ := strings.Cut(strings.ToUpper(base), ".")
	for n := 1; n < 10; n++ {
		alias := fmt.Sprintf("%s~%d.%s", strings.ReplaceAll(stem, " ", "")[:6], n, extension)
		if text, err := os.ReadFile(d.path(plan.Remote, dir+alias)); err == nil && bytes.Equal(text, want) {
			return dir + alias
		}
	}
	return ""
}

// tryShortNames has plans that name files by their 8.3 aliases, which are live paths on FAT, and which no
// listing shows: nothing is changed under such a name, nor below such a directory.
func tryShortNames(t *testing.T, v *volume) {
	d := paired(t, v)
	files := []string{"Longfilename updated.txt", "Longfilename deleted.txt", "Longfilename moved.txt",
		"Longfilename touched.txt"}
	for _, name := range append(files, "Long directory/inside.txt") {
		d.both(name, "the text of "+name, 1)
	}
	d.sync()
	if d.shortName(files[0]) == "" {
		if v.name == "fat32" {
			t.Error("a FAT volume without short names")
		}
		return
	}
	d.put(plan.Local, files[0], "another text", 2)
	d.remove(plan.Local, files[1])
	d.rename(plan.Local, files[2], "elsewhere.txt")
	d.check(os.Chtimes(d.path(plan.Local, files[3]), hour(3), hour(3)))
	d.put(plan.Local, "created.txt", "new", 4)
	d.put(plan.Local, "made/", "", 0)
	before := holdings(t, d.at[plan.Remote])
	tries := 0
	for n := range d.plan().Operations {
		for _, hostile := range []func(*plan.Operation) bool{
			// The file itself, or what it comes from, is given by an alias.
			func(op *plan.Operation) bool { return d.alias(&op.Path) },
			func(op *plan.Operation) bool {
				from := op.From()
				aliased := op.Action == plan.Move && d.alias(&from)
				op.Amend(func(r *plan.Rare) { r.From = from })
				return aliased
			},
			// It comes to lie below one, or to take the name of a file that is there.
			func(op *plan.Operation) bool {
				op.Path = "LONGDI~1/" + op.Path
				return op.Before == nil || op.Action == plan.Move
			},
			func(op *plan.Operation) bool {
				op.Path = tree.Path(d.shortName(files[0]))
				return op.Before == nil || op.Action == plan.Move
			},
		} {
			p := d.plan()
			op := p.Operations[n]
			if !hostile(&op) {
				continue
			}
			tries++
			p.Operations = []plan.Operation{op}
			var text bytes.Buffer
			d.check(p.Write(&text))
			file := filepath.Join(t.TempDir(), "hostile.plan.json")
			d.check(os.WriteFile(file, text.Bytes(), 0o600))
			tried(t, 0, "approve", "--yes", file)
			code, out := child(t, "apply", file)
			if code != exitStale && code != exitPartial {
				t.Errorf("%s %q from %q: exit %d\n%s", op.Action, op.Path, op.From(), code, out)
			}
			if differences := d.compare(before, holdings(t, d.at[plan.Remote]), d.traits[plan.Remote],
				d.traits[plan.Remote]); len(differences) > 0 {
				t.Fatalf("%s %q from %q changed:\n%s\n%s", op.Action, op.Path, op.From(), strings.Join(differences, "\n"), out)
			}
			tried(t, 0, "recover", d.at[plan.Local])
		}
	}
	t.Logf("%d plans by short names", tries)
	d.sync()
}

// alias puts the short name in a path's place, and tells whether there is one.
func (d *desk) alias(p *tree.Path) bool {
	d.Helper()
	if _, err := os.Lstat(d.path(plan.Remote, string(*p))); err != nil || *p == "Long directory" {
		return false
	}
	short := tree.Path(d.shortName(string(*p)))
	found := short != ""
	if found {
		*p = short
	}
	return found
}
