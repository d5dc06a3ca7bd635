package apply_test

import (
	"context"
	"os"
	"testing"

	"treaty/apply"
	"treaty/apply/store"
	"treaty/plan"
	"treaty/plan/tree"
)

// unshaped are the options of a plan of which nobody said anything.
func unshaped() plan.Options {
	o := plan.DefaultOptions()
	o.Umask = tree.Perm(0o022)
	return o
}

// inStep is a world whose trees seem to hold the same, and do not: "differs" has one size and two contents.
func inStep(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, scratch(t))
	w.options = unshaped()
	tryParse(t, "same=1 differs=one@5 link->same").write(t, w.at[plan.Local])
	tryParse(t, "same=1 differs=two@5 link->same").write(t, w.at[plan.Remote])
	return w
}

func TestAnEmptyPlanThatSomebodyShapedNeedsApproval(t *testing.T) {
	needPosix(t, "links")
	fat := tree.FAT
	for name, shape := range map[string]func(o *plan.Options){
		"ignore":          func(o *plan.Options) { o.Ignore = []string{"*"} },
		"default_ignores": func(o *plan.Options) { o.DefaultIgnores = false },
		"hash":            func(o *plan.Options) { o.Hash = plan.HashConflicts },
		"bidirectional":   func(o *plan.Options) { o.Bidirectional = plan.BidirectionalConflict },
		"align_times":     func(o *plan.Options) { o.AlignTimes = true },
		"fix_modes":       func(o *plan.Options) { o.FixModes = true },
		"extensions":      func(o *plan.Options) { o.Executable.Extensions = map[string]bool{"py": false} },
		"max_deletes":     func(o *plan.Options) { o.MaxDeletes = 7 },
		"local_fs":        func(o *plan.Options) { o.LocalFS = &fat },
		"remote_fs":       func(o *plan.Options) { o.RemoteFS = &fat },
	} {
		w := inStep(t)
		p := w.compare()
		if !p.Empty() {
			t.Fatalf("%s: not empty:\n%s", name, describe(p))
		}
		shape(&p.Options)
		r := w.request(p)
		r.Approval = nil
		w.refuses(r, &fault{cause: apply.ErrNotApproved, why: "options that the config does not give"})

		// Where a config gives the same, treaty itself would say so, whichever side has it.
		given := p.Options
		r.Config = func(s *store.Store) (apply.Config, error) {
			if s.Root() != w.at[plan.Remote] {
				return apply.Config{}, nil
			}
			return apply.Config{Options: given.Swapped()}, nil
		}
		if name == "local_fs" || name == "remote_fs" {
			continue // the traits are those of the mount, which the plan may not say otherwise
		}
		if name == "ignore" || name == "default_ignores" {
			w.options = given
			r.Plan = w.text(w.compare())
		}
		if receipt, err := apply.Apply(context.Background(), r); err != nil {
			t.Errorf("%s, given by the config: %v\n%s", name, err, outcomes(receipt))
		}
	}
}

func TestAPlanIsNotBelievedAboutFilesystems(t *testing.T) {
	needPosix(t, "links")
	most := int64(1 << 40)
	for name, lie := range map[string]func(f *tree.Traits){
		"granularity": func(f *tree.Traits) { f.MtimeGranularity = 1e15 },
		"modes":       func(f *tree.Traits) { f.Modes = false },
		"symlinks":    func(f *tree.Traits) { f.Symlinks = false },
		"case":        func(f *tree.Traits) { f.CaseSensitive = !f.CaseSensitive },
		"names":       func(f *tree.Traits) { f.Names = tree.WindowsNames },
		"profile":     func(f *tree.Traits) { f.Profile = tree.FAT },
		"size":        func(f *tree.Traits) { f.MaxFileSize = &most },
	} {
		for _, recorded := range []bool{false, true} {
			for _, side := range plan.BothSides {
				w := inStep(t)
				if recorded {
					if r, err := w.apply(w.compare()); err != nil {
						t.Fatalf("%v\n%s", err, outcomes(r))
					}
				}
				p := w.compare()
				lie(&p.Snapshot(side).Filesystem)
				if len(p.Check()) > 0 {
					t.Fatalf("%s: %v", name, p.Check())
				}
				w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "for another than it is"})
			}
		}
	}
}

// What lies beside the plan says that nothing changed; the plan was approved with another digest.
func TestAPlanOfOtherTreesIsStaleWhateverLiesBesideIt(t *testing.T) {
	for _, side := range plan.BothSides {
		w, _ := faulty(t)
		p := w.compare()
		conflict(t, p, "c").Resolution = plan.TakeLocal
		p.Snapshot(side).Digest[0]++
		w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "not what they were"})
	}
}

func TestAnOperationBelowAFileOrALinkIsStale(t *testing.T) {
	needPosix(t, "links")
	for _, below := range []string{"same/x", "link/x", "same/x/y", "ignored/x", "away/x"} {
		for _, known := range []bool{false, true} {
			w := inStep(t)
			for _, side := range plan.BothSides {
				tryParse(t, ".treatyignore=ignored dir/z=1").write(t, w.at[side])
				check(t, os.WriteFile(w.path(side, "ignored"), nil, 0o600))
				check(t, os.Symlink("../outside-dir", w.path(side, "away")))
			}
			if known {
				if r, err := w.apply(w.compare()); err != nil {
					t.Fatalf("%v\n%s", err, outcomes(r))
				}
			}
			writeFile(w, w.path(plan.Local, "new"), node{content: "new", mtime: epoch, mode: tree.Perm(0o644)})
			p := w.compare()
			operation(t, p, "create remote new").Path = tree.Path(below)
			if len(p.Check()) > 0 {
				t.Fatalf("%s: %v", below, p.Check())
			}
			w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "does not fit the trees"})
		}
	}
}

// What was edited to lie below a directory that no side has fits nothing: it was not taken out by anybody.
func TestAnOperationBelowNothingIsStale(t *testing.T) {
	for _, below := range []string{"nowhere/x", "nowhere/y/x", "dir/nowhere/x"} {
		for _, side := range plan.BothSides {
			w := newWorld(t, scratch(t))
			for _, side := range plan.BothSides {
				tryParse(t, "dir/z=1").write(t, w.at[side])
			}
			tryParse(t, "new=2").write(t, w.at[side.Other()])
			p := w.compare()
			operation(t, p, "create "+side.String()+" new").Path = tree.Path(below)
			if len(p.Check()) > 0 {
				t.Fatalf("%s: %v", below, p.Check())
			}
			w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "does not fit the trees"})
		}
	}
}

func TestAMoveToBelowNothingIsStale(t *testing.T) {
	for _, side := range plan.BothSides {
		w := newWorld(t, scratch(t))
		w.base = tryParse(t, "a=1")
		tryParse(t, "a=1").write(t, w.at[side])
		tryParse(t, "b=1@10").write(t, w.at[side.Other()])
		p := w.compare()
		operation(t, p, "move "+side.String()+" b from a").Path = "nowhere/b"
		if len(p.Check()) > 0 {
			t.Fatal(p.Check())
		}
		w.refuses(w.request(p), &fault{cause: apply.ErrStale, why: "does not fit the trees"})
	}
}

// A person may take out a directory, and what was to come into it is then left out as well.
func TestWhatADirectoryTakenOutWasToHoldIsSkipped(t *testing.T) {
	for _, how := range []string{"skipped", "removed"} {
		w := newWorld(t, scratch(t))
		tryParse(t, "d/e/f=1 g=2").write(t, w.at[plan.Local])
		p := w.compare()
		for i := range p.Operations {
			if p.Operations[i].Path != "d" {
				continue
			}
			if how == "skipped" {
				p.Operations[i].Decision = plan.Skip
			} else {
				p.Operations = append(p.Operations[:i], p.Operations[i+1:]...)
			}
			break
		}
		if r, err := w.apply(p); err != nil || r.Totals.Done != 1 {
			t.Errorf("%s: %v\n%s", how, err, outcomes(r))
		}
	}
}
