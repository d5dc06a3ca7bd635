package apply_test

import (
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"treaty/apply"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// Unison has kept trees in step for decades. The same histories, told to both tools, must give the same
// trees as long as neither sees a conflict. Where one sees a conflict and the other none, that is policy:
//
//   - a first sync: of two files with other content and time, treaty takes the newer one where all
//     such updates go one way; for Unison each is a conflict
//   - files of equal size and time are equal for treaty where nobody remembers them; Unison reads them
//   - touched on one side and deleted on the other: treaty deletes, since a time is no work; so it does
//     with a directory whose mode changed. Unison has a conflict
//   - touched on both sides: with treaty the newer time wins; Unison has a conflict
//   - another mode on one side, other content on the other: treaty merges them; Unison has a conflict
//   - a file replaced by a directory, or the reverse, with nothing else changed, travels in both
//   - the same content made on both sides with other times: treaty takes the newer time; Unison has a
//     conflict
//   - two names for one new file: treaty asks (renamed-differently); Unison copies both
//   - what is ignored in a deleted directory keeps it with treaty, and goes with Unison; so nothing is
//     ignored here

// unison is a pair of trees that Unison keeps in step.
type unison struct {
	*rapid.T
	home string
	at   [2]string
}

// follow makes a tree what another one is, and touches only what differs.
func (u *unison) follow(side int, want nodes) {
	have := read(u, u.at[side], "")
	for _, path := range slices.SortedFunc(maps.Keys(have), tree.Compare) {
		if n, stays := want[path]; !stays || n.kind != have[path].kind || n.kind == tree.Symlink && n != have[path] {
			check(u, os.RemoveAll(filepath.Join(u.at[side], string(path))))
		}
	}
	for _, path := range slices.SortedFunc(maps.Keys(want), tree.Compare) {
		n, at := want[path], filepath.Join(u.at[side], string(path))
		now, err := readNode(at)
		switch {
		case err == nil && now == n:
		case n.kind == tree.File:
			writeFile(u, at, n)
		case n.kind == tree.Symlink:
			check(u, os.Symlink(n.target, at))
		default:
			if err != nil {
				check(u, os.Mkdir(at, 0o700))
			}
			check(u, os.Chmod(at, os.FileMode(n.mode.Bits())))
		}
	}
}

// sync tells whether Unison saw no conflict.
func (u *unison) sync() bool {
	u.Helper()
	cmd := exec.Command("unison", u.at[0], u.at[1], "-batch", "-auto", "-times", "-ui", "text", "-dumbtty", "-silent",
		"-fastcheck", "false", "-confirmbigdel=false", "-logfile", filepath.Join(u.home, "log"))
	cmd.Env = append(os.Environ(), "UNISON="+u.home, "HOME="+u.home)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() == 1 {
		return false
	}
	if err != nil {
		u.Fatalf("unison: %v\n%s", err, out)
	}
	return true
}

// coarse are nodes with times as Unison carries them: to the millisecond at least, since its times are
// floating-point numbers. treaty carries nanoseconds.
func coarse(all nodes) nodes {
	cut := nodes{}
	for path, n := range all {
		n.mtime = n.mtime.Cut(1e6)
		cut[path] = n
	}
	return cut
}

func TestUnisonGivesTheSameTrees(t *testing.T) {
	effort.Program(t, "unison")
	told, compared := 0, 0
	effort.Check(t, 1, 6, func(r *rapid.T) {
		told++
		dir, err := os.MkdirTemp(scratch(t), "unison-")
		check(r, err)
		defer os.RemoveAll(dir)
		h := newHistory(r, dir, 2)
		h.plain = true
		p := h.pairs[0]
		u := &unison{T: r, home: filepath.Join(dir, "home"),
			at: [2]string{filepath.Join(dir, "one"), filepath.Join(dir, "two")}}
		for _, d := range []string{u.home, u.at[0], u.at[1]} {
			check(r, os.Mkdir(d, 0o755))
		}
		for range rapid.IntRange(1, 5).Draw(r, "rounds") {
			for range rapid.IntRange(0, 4).Draw(r, "edits") {
				h.edit(rapid.SampledFrom(h.members).Draw(r, "of"))
			}
			for side, m := range p.trees {
				u.follow(side, h.tree(m))
			}
			w := h.world(p, 0)
			made := w.paired((*apply.Pair).Plan)
			settled := u.sync()
			if len(made.Conflicts) > 0 || !settled {
				return
			}
			h.note("plan:\n%s", describe(made))
			if _, err := w.apply(made); err != nil {
				r.Fatalf("apply: %v", err)
			}
			compared++
			for side, m := range p.trees {
				if diff := differences(coarse(h.tree(m)), coarse(read(r, u.at[side], ""))); diff != "" {
					r.Errorf("%s is not what Unison makes of it:\n%s%v", m.name, diff, h.log)
				}
			}
			p.agreed = agreement{}
		}
	})
	if !t.Failed() && compared < told/2 {
		t.Errorf("only %d syncs without a conflict", compared)
	}
	t.Logf("%d syncs compared", compared)
}
