package sources_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"treaty/apply/internal/sources"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// asked is a volume that counts how often all of it is listed, and of how many directories the names are asked for.
type asked struct {
	volume.Volume
	walks, names *int
}

func (a asked) Walk(ctx context.Context, options scan.Options) volume.Walk {
	*a.walks++
	return a.Volume.Walk(ctx, options)
}

func (a asked) Names(dir tree.Path) ([]string, error) {
	*a.names++
	return a.Volume.Names(dir)
}

// afar is a volume that is far away, which counts the groups of looks, and those by themselves.
type afar struct {
	asked
	looks, seen *int
}

func (a afar) WalkKnowing(ctx context.Context, options scan.Options, _ *volume.Known) volume.Walk {
	return a.Walk(ctx, options)
}

func (a afar) Entry(p tree.Path) (tree.Entry, error) {
	*a.seen++
	return a.asked.Entry(p)
}

func (a afar) Present() error {
	*a.seen++
	return a.asked.Present()
}

func (a afar) LookTogether(_ context.Context, n int, do func(i int, as volume.Looker)) {
	*a.looks++
	for i := range n {
		do(i, a.Volume)
	}
}

// change makes files, with their directories, of words name=text, links of name>target, and directories of name/, and
// removes the names of words -name.
func change(t *testing.T, root, changes string) {
	t.Helper()
	for _, word := range strings.Fields(changes) {
		name, removed := strings.CutPrefix(word, "-")
		if removed {
			check(t, os.RemoveAll(filepath.Join(root, name)))
			continue
		}
		name, text, file := strings.Cut(name, "=")
		name, target, link := strings.Cut(name, ">")
		path := filepath.Join(root, name)
		check(t, os.MkdirAll(filepath.Dir(path), 0o755))
		switch {
		case link:
			check(t, os.Symlink(target, path))
		case file:
			check(t, os.WriteFile(path, []byte(text), 0o644))
		default:
			check(t, os.MkdirAll(path, 0o755))
		}
	}
}

func paths(list string) func(func(tree.Path) bool) {
	var all []tree.Path
	for _, word := range strings.Fields(list) {
		all = append(all, tree.Path(word))
	}
	return slices.Values(all)
}

// literal are the traits of a volume that takes names as they are, folding those of one that does not.
var literal, folding = tree.POSIX.Traits(), tree.APFS.Traits()

// Where only touched names were changed, the tree is handed out as it would be listed, and is not listed: whatever the
// names are now, in whatever spelling steps call them.
func TestTouchedNamesAreHandedOutAsTheyWouldBeListed(t *testing.T) {
	for _, c := range []struct{ name, changes, touched string }{
		{"nothing", "", ""},
		{"nothing changed of what was touched", "", "a d/y x/y/z"},
		{"an update", "a=other", "a"},
		{"a new file", "d/new=1", "d/new"},
		{"a deleted file", "-i/j", "i/j"},
		{"a move", "-a d/moved=1", "a d/moved"},
		{"a directory that is new, with others in it", "n/o/p=1 n/q=2 n/r/", "n n/o n/o/p n/q n/r"},
		{"directories that no step names", "n/o/p=1", "n/o/p"},
		{"a directory that is gone", "-d", "d d/y d/x.o d/e d/e/f d/e/f/z"},
		{"a directory in the place of a file", "-a a/b=1 a/c/d=2", "a a/b a/c a/c/d"},
		{"a file in the place of a directory", "-g g=1", "g/h g"},
		{"a link in the place of a file", "-a a>d", "a"},
		{"what is ignored by rules above", "d/e/new.o=1 d/e/new=2", "d/e/new.o d/e/new"},
		{"ignored directories", "d/n.o/x=1", "d/n.o/x"},
		{"another case", "-B b=1", "b"},
		{"another case of a directory", "-g G/h=1", "G/h G"},
		{"two cases", "b=1", "b"},
		{"another composition", "-\u00e9 e\u0301=1", "\u00e9"},
	} {
		for _, traits := range []tree.Traits{literal, folding} {
			t.Run(fmt.Sprintf("%s, %s", c.name, traits.Profile), func(t *testing.T) {
				v := grow(t, grown)
				began := time.Unix(1, 0)
				source, kept := sources.Keeping(v, began)
				all(t, source, 1, "")
				change(t, v.Root(), c.changes)
				var walks, names int
				again, at := kept.Of(asked{v, &walks, &names}, traits, paths(c.touched), time.Unix(2, 0))
				got, want := all(t, again, 1, ""), all(t, v, 1, "")
				if !reflect.DeepEqual(got, want) || at != began {
					t.Errorf("%v of %v\nnot %v", got, at, want)
				}
				if walks > 0 {
					t.Error("it is listed")
				}
				var looks, seen int
				far := afar{asked{v, &walks, &names}, &looks, &seen}
				again, _ = kept.Of(far, traits, paths(c.touched), time.Unix(2, 0))
				if got := all(t, again, 1, ""); !reflect.DeepEqual(got, want) {
					t.Errorf("far away: %v\nnot %v", got, want)
				}
				// Names in other spellings than steps have are only known by a listing.
				plain := traits.CaseSensitive && !strings.Contains(c.name, "case") && !strings.Contains(c.name, "composition")
				if c.touched != "" && (plain != (walks == 0) || plain && (looks != 1 || seen > 0)) {
					t.Errorf("far away it is listed %d times, after %d groups of looks and %d single ones", walks, looks, seen)
				}
			})
		}
	}
}

// A volume that takes names as they are is not asked for all names of a directory, as long as no two touched ones are
// alike.
func TestNamesThatAreTakenAsTheyAreAreNotListed(t *testing.T) {
	for _, c := range []struct {
		touched string
		traits  tree.Traits
		asked   int
	}{
		{"a d/y", literal, 0},
		{"a d/y", folding, 2},
		{"a A", literal, 1},
		{"b", literal, 1},
		{"\u00e9", literal, 1},
	} {
		v := grow(t, grown)
		source, kept := sources.Keeping(v, time.Unix(1, 0))
		all(t, source, 1, "")
		var walks, names int
		again, _ := kept.Of(asked{v, &walks, &names}, c.traits, paths(c.touched), time.Unix(2, 0))
		if all(t, again, 1, ""); names != c.asked || walks > 0 {
			t.Errorf("%q touched on %s: %d directories are asked for their names, not %d", c.touched, c.traits.Profile,
				names, c.asked)
		}
	}
}

// What was saved, made or removed since under other names, also beside touched ones, is not seen: it is another state
// than was seen, for whoever compares.
func TestOfOtherNamesIsToldWhatWasSeen(t *testing.T) {
	for _, traits := range []tree.Traits{literal, folding} {
		v := grow(t, grown)
		source, kept := sources.Keeping(v, time.Unix(1, 0))
		want := all(t, source, 1, "")
		change(t, v.Root(), "a=saved d/y=saved d/new=1 -i d/e/f/n/")
		again, _ := kept.Of(v, traits, paths("B d/x d/e/f/z g"), time.Unix(2, 0))
		if got := all(t, again, 1, ""); !reflect.DeepEqual(got, want) {
			t.Errorf("%v\nnot %v", got, want)
		}
	}
}

// Where looks at single names do not tell what is there, or are not worth it, the tree is listed.
func TestATreeThatNeedsItIsListed(t *testing.T) {
	many := strings.Repeat("a ", 65)
	for _, c := range []struct{ name, tree, touched string }{
		{"many names", grown, many},
		{"rules", grown, "d/.treatyignore"},
		{"rules under another spelling", grown, "n/.TreatyIgnore"},
		{"no files", "", "a"},
	} {
		v := grow(t, c.tree)
		source, kept := sources.Keeping(v, time.Unix(1, 0))
		all(t, source, 1, "")
		now := time.Unix(2, 0)
		if again, at := kept.Of(v, literal, paths(c.touched), now); again != volume.Source(v) || at != now {
			t.Errorf("%s: %T of %v", c.name, again, at)
		}
	}
}

// A directory whose names cannot be looked at is listed, and so is what lies below it and was not kept.
func TestADirectoryThatCannotBeLookedIntoIsListed(t *testing.T) {
	v := grow(t, grown)
	source, kept := sources.Keeping(v, time.Unix(1, 0))
	all(t, source, 1, "")
	change(t, v.Root(), "n/o/p=1")
	check(t, os.WriteFile(filepath.Join(v.Root(), "d", "y"), []byte("saved"), 0o644))
	again, _ := kept.Of(blind{v, "d"}, literal, paths("d/new n/o/p"), time.Unix(2, 0))
	if got, want := all(t, again, 1, ""), all(t, v, 1, ""); !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nnot %v", got, want)
	}
}

// blind is a volume in a directory of which no single name can be looked at.
type blind struct {
	volume.Volume
	dir tree.Path
}

func (b blind) Entry(path tree.Path) (tree.Entry, error) {
	if path.Parent() == b.dir {
		return tree.Entry{}, os.ErrPermission
	}
	return b.Volume.Entry(path)
}
