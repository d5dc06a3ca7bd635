package apply_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/plan"
	"treaty/plan/tree"
)

// threeTimes is a world after three applies.
func threeTimes(t *testing.T) *world {
	t.Helper()
	w := newWorld(t, scratch(t))
	for _, name := range []string{"a", "b", "c"} {
		writeFile(w, w.path(plan.Local, name), node{content: name, mtime: epoch, mode: tree.Perm(0o644)})
		if _, err := w.apply(w.compare()); err != nil {
			t.Fatal(err)
		}
	}
	return w
}

func (w *world) history() string { return w.path(plan.Local, ".treaty/history") }

func TestReceiptsAreAChain(t *testing.T) {
	w := threeTimes(t)
	folder, err := reach.Store(w.at[plan.Local])
	check(t, err)
	defer folder.Close()
	list, err := folder.History()
	check(t, err)
	if len(list) != 3 {
		t.Fatalf("%d applies", len(list))
	}
	var previous *tree.Hash
	for i, a := range list {
		r, text, err := folder.Receipt(a)
		check(t, err)
		if a.Number != i+1 || (r.Previous == nil) != (previous == nil) || previous != nil && *r.Previous != *previous {
			t.Errorf("number %d: previous %v, want %v", a.Number, r.Previous, previous)
		}
		sum := hashOf(text)
		previous = &sum
		if r.Outcome != apply.Complete || r.By != ann || r.FinishedAt.Before(r.StartedAt) || r.ApprovalSHA256 == nil {
			t.Errorf("receipt %+v", r)
		}
	}
	for _, side := range plan.BothSides {
		folder, err := reach.Store(w.at[side])
		check(t, err)
		identity, err := folder.Identity()
		check(t, err)
		if identity.Head == nil || identity.Head.Number != 3 || identity.Head.SHA256 != *previous {
			t.Errorf("%s remembers %v", side, identity.Head)
		}
		folder.Close()
	}
	if broken, err := w.verify(); err != nil || len(broken) > 0 {
		t.Errorf("verify: %q %v", broken, err)
	}
}

func TestEveryFlippedBitOfTheHistoryIsDetected(t *testing.T) {
	w := threeTimes(t)
	flipped := 0
	check(t, filepath.WalkDir(w.history(), func(at string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !slices.Contains([]string{"plan.json", "approval.json", "receipt.json", "head.json"},
			d.Name()) {
			return err
		}
		text, err := os.ReadFile(at)
		check(t, err)
		step := 1 + len(text)*slowness/40
		for i := 0; i < len(text); i += step {
			edited := bytes.Clone(text)
			edited[i] ^= 1 << (i % 8)
			check(t, os.WriteFile(at, edited, 0o600))
			if broken, err := w.verify(); err != nil || len(broken) == 0 {
				t.Errorf("%s: bit %d of byte %d of %d: %v", at, i%8, i, len(text), err)
			}
			flipped++
		}
		check(t, os.WriteFile(at, text, 0o600))
		return nil
	}))
	if flipped < 300/slowness {
		t.Errorf("only %d bits flipped", flipped)
	}
	if broken, err := w.verify(); err != nil || len(broken) > 0 {
		t.Errorf("put back: %q %v", broken, err)
	}
}

func TestWhatIsMissingInTheHistoryShows(t *testing.T) {
	folders := func(w *world) []string {
		list, err := filepath.Glob(filepath.Join(w.history(), "*-*"))
		check(w, err)
		return list
	}
	for name, harm := range map[string]func(w *world){
		"the last folder": func(w *world) { os.RemoveAll(folders(w)[2]) },
		"the last folder, head.json set back": func(w *world) {
			second, err := os.ReadFile(filepath.Join(folders(w)[1], "receipt.json"))
			check(w, err)
			os.RemoveAll(folders(w)[2])
			text := `{"format": "treaty.head", "format_version": "1.0", "number": 2, "sha256": "` +
				hashOf(second).String() + `"}`
			check(w, os.WriteFile(filepath.Join(w.history(), "head.json"), []byte(text), 0o600))
		},
		"a middle folder":  func(w *world) { os.RemoveAll(folders(w)[1]) },
		"the first folder": func(w *world) { os.RemoveAll(folders(w)[0]) },
		"all of it":        func(w *world) { os.RemoveAll(w.history()) },
		"head.json":        func(w *world) { os.Remove(filepath.Join(w.history(), "head.json")) },
		"a plan":           func(w *world) { os.Remove(filepath.Join(folders(w)[1], "plan.json")) },
		"an approval":      func(w *world) { os.Remove(filepath.Join(folders(w)[1], "approval.json")) },
		"a receipt":        func(w *world) { os.Remove(filepath.Join(folders(w)[1], "receipt.json")) },
		"two folders change places": func(w *world) {
			f := folders(w)
			os.Rename(f[0], f[0]+"x")
			os.Rename(f[1], filepath.Join(w.history(), "1"+filepath.Base(f[1])[1:]))
			os.Rename(f[0]+"x", filepath.Join(w.history(), "2"+filepath.Base(f[0])[1:]))
		},
	} {
		w := threeTimes(t)
		harm(w)
		if broken, err := w.verify(); err != nil || len(broken) == 0 {
			t.Errorf("%s: nothing shows (%v)", name, err)
		}
		// Whatever happened to the history, the next apply goes on, and hides nothing that is missing. A head.json
		// that is missing it writes again.
		writeFile(w, w.path(plan.Local, "d"), node{content: "d", mtime: epoch, mode: tree.Perm(0o644)})
		if _, err := w.apply(w.compare()); err != nil {
			t.Errorf("%s: the next apply: %v", name, err)
			continue
		}
		if broken, err := w.verify(); err != nil || (len(broken) == 0) != (name == "head.json") {
			t.Errorf("%s: after the next apply this shows: %q (%v)", name, broken, err)
		}
	}
}

func TestNobodyElseReadsTheHistory(t *testing.T) {
	needPosix(t, "modes")
	w := threeTimes(t)
	for _, side := range plan.BothSides {
		for path, n := range read(w, w.path(side, ".treaty"), "trash") {
			if n.mode.Bits()&0o077 != 0 && !strings.HasPrefix(string(path), "stage/") {
				t.Errorf("%s: %s has mode %v", side, path, n.mode)
			}
		}
	}
}

func TestPartialAppliesAreArchivedToo(t *testing.T) {
	w, p := busyWorld(t)
	was := w.trees()
	for i := range p.Operations {
		if p.Operations[i].Path == "update" {
			p.Operations[i].Decision = plan.Skip
		}
	}
	r, err := apply.Apply(context.Background(), w.request(p))
	if err != nil || r.Outcome != apply.Complete || r.Totals.Skipped != 1 {
		t.Errorf("%v\n%s", err, outcomes(r))
	}
	w.honest(p, r, was)
}
