package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync/atomic"

	"treaty/apply"
	"treaty/apply/reach"
	"treaty/apply/snapshot"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/cmd/treaty/internal/home"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/schema"
)

type snapshotCommand struct {
	Dir            string `arg:"" name:"DIR" help:"The tree to read: a directory, or the address of one on another machine."`
	Output         string `short:"o" placeholder:"FILE" help:"Write the snapshot here; - is standard output."`
	Verify         string `placeholder:"FILE" help:"Say how the tree differs from this snapshot of it, what is damaged first."`
	DefaultIgnores *bool  `negatable:"" help:"Leave out the litter of operating systems, such as .DS_Store (the default)."`
}

// Run reads a tree into a file, or holds it to one.
func (c *snapshotCommand) Run(a *app) error {
	switch {
	case c.Verify == "" && c.Output == "":
		return usage(with("-o", argument(snapshotName(c.Dir))), "where to is the snapshot to be written?")
	case address.Is(c.Output), address.Is(c.Verify):
		return usage(helped, "a snapshot's file lies on this machine; DIR alone may be an address")
	case c.Verify != "" && c.Output != "":
		return usage(helped, "--verify writes nothing, so -o has no meaning beside it")
	case c.Verify != "" && c.DefaultIgnores != nil:
		flag := map[bool]string{true: "--default-ignores", false: "--no-default-ignores"}[*c.DefaultIgnores]
		return usage(helped, "what a snapshot left out is said in it, so %s has no meaning beside --verify", flag)
	case c.Verify == "-":
		return usage(helped, "--verify reads a file, and - is none")
	}
	at, err := namedFrom(reach.FindTree("."), c.Dir)
	if err != nil {
		return err
	}
	c.Dir, c.Output, c.Verify = at.path, home.Expand(c.Output), home.Expand(c.Verify)
	tree, err := openTree(a, c.Dir)
	if err != nil {
		return err
	}
	defer tree.Close()
	if c.Verify != "" {
		return c.verify(a, tree.Reader)
	}
	return c.take(a, tree.Reader)
}

// snapshotName is a name for the snapshot of a directory, beside that.
func snapshotName(dir string) string {
	if address.Is(dir) {
		return path.Base(dir) + ".snapshot"
	}
	whole := absolute(home.Expand(dir))
	name := filepath.Base(whole)
	if name == string(filepath.Separator) || name == "." {
		name = "tree"
	}
	return filepath.Join(filepath.Dir(whole), name+".snapshot")
}

// openTree opens the tree at dir. One that is not there may be on a volume that is not mounted.
func openTree(a *app, dir string) (*store.Store, error) {
	tree, err := a.net.store(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, &complaint{is: apply.ErrSafety, why: fmt.Sprintf("there is no directory %s", dir),
			hint: rightPath(dir)}
	case errors.Is(err, scan.ErrNotDirectory):
		return nil, usage(helped, "%s is not a directory", dir)
	}
	return tree, err
}

// take writes a snapshot of the tree.
func (c *snapshotCommand) take(a *app, tree *store.Reader) error {
	if err := c.outside(tree, c.Output, "-o"); err != nil {
		return err
	}
	how := snapshot.Taking{DefaultIgnores: c.DefaultIgnores == nil || *c.DefaultIgnores, By: author(), Began: a.Now(),
		Scanned: &scan.Progress{}, Read: &atomic.Int64{}}
	meter := a.Meter(takingSnapshot(&how))
	defer meter.Stop()
	var taken snapshot.Taken
	write := func(to io.Writer) (err error) {
		taken, err = snapshot.Take(a.Ctx, tree, how, to)
		return err
	}
	if c.Output == "-" {
		out := bufio.NewWriter(a.Stdout)
		if err := errors.Join(write(out), out.Flush()); err != nil {
			return err
		}
		meter.Stop()
		tellIdle(a, tree.Source(), taken.Idle)
		return nil
	}
	if err := writeFile(c.Output, write); err != nil {
		return err
	}
	meter.Stop()
	tellIdle(a, tree.Source(), taken.Idle)
	c.tell(a, &taken)
	return nil
}

// tell says what was read, and what to type next.
func (c *snapshotCommand) tell(a *app, taken *snapshot.Taken) {
	if a.Quiet {
		return
	}
	a.Say("%s, %s", render.Thousands(taken.Files, "file"), render.Bytes(taken.Bytes))
	if taken.Unknown > 0 {
		warn(a, nil, "%s not be read, and no plan will touch %s",
			map[bool]string{true: "1 entry could", false: fmt.Sprintf("%d entries could", taken.Unknown)}[taken.Unknown == 1],
			map[bool]string{true: "it", false: "them"}[taken.Unknown == 1])
	}
	a.Say("Next: treaty plan LOCAL %s", render.Escape(pathArgument(a.call.reached(c.Output))))
}

// takingSnapshot measures the reading of a tree.
func takingSnapshot(how *snapshot.Taking) func() terminal.Measured {
	return func() terminal.Measured {
		files := render.Count(int(how.Scanned.Files.Load()), "file")
		m := terminal.Measured{What: "reading the tree: " + files, Done: how.Read.Load()}
		if m.Done > 0 {
			m.What += ", " + render.Bytes(m.Done) + " read"
		}
		return m
	}
}

// holds tells whether a file lies, or would lie, in a tree: in one that is reached by an address too, where that leads
// back to this machine.
func holds(tree volume.Source, file string) (bool, error) {
	if !address.Is(tree.Root()) {
		return tree.Holds(file)
	}
	folder, err := reach.Open(filepath.Dir(file))
	if err != nil {
		return false, nil // a folder that is not there is told of by who writes to it
	}
	defer folder.Close()
	relation, err := folder.Relate(tree)
	return relation == scan.Same || relation == scan.Inside, err
}

// outside refuses a file that lies, or would lie, in the tree that it is of: what names it is a flag.
func (c *snapshotCommand) outside(tree *store.Reader, file, flag string) error {
	if file == "-" {
		return nil
	}
	if info, err := os.Stat(file); err == nil && info.IsDir() {
		return usage(helped, "%s %s is a directory", flag, file)
	}
	other := filepath.Join(filepath.Dir(snapshotName(tree.Root())), filepath.Base(file))
	beside := func(i *invocation) string { return instead(i, file, other)(i) }
	switch there := isThere(other); {
	case flag == "-o" && there:
		other = outputSnapshot.beside(other)
	case flag == "--verify" && !there:
		beside = helped // it is to be moved first
	}
	inside, err := holds(tree.Source(), absolute(file))
	switch {
	case err != nil:
		return usage(helped, "%s %s: %v", flag, file, err)
	case inside:
		return usage(then("keep it outside of the tree", beside), "%s %s lies inside the tree %s", flag, file, tree.Root())
	}
	if flag == "-o" {
		return outputSnapshot.replaces(file, func(other string) hint {
			return func(i *invocation) string { return instead(i, file, other)(i) }
		})
	}
	return nil
}

// openSnapshot opens the file of a snapshot and reads it as a whole.
func openSnapshot(path string, anew hint) (*snapshot.File, error) {
	f, err := openFile(path, schema.Snapshot)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, usage(anew, "there is no snapshot %s", path)
	case err != nil:
		return nil, err
	}
	file, err := snapshot.Open(f, f.size)
	var fault *snapshot.Fault
	switch {
	case errors.As(err, &fault):
		return nil, errors.Join(&complaint{is: apply.ErrInvalid, hint: anew,
			why: fmt.Sprintf("%s is not a sound snapshot: %v", path, err)}, f.Close())
	case err != nil:
		return nil, errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	}
	return file, nil
}

// isSnapshot tells whether a path names a file that is meant as a snapshot: by its first bytes, or its name.
func isSnapshot(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !info.Mode().IsRegular() {
		return false
	}
	f, err := openFile(path, schema.Snapshot)
	if err != nil {
		return false
	}
	defer f.Close()
	first := make([]byte, 1<<12)
	n, _ := io.ReadFull(f, first)
	return bytes.Contains(first[:n], []byte(`"treaty.snapshot"`)) || strings.HasSuffix(path, ".snapshot")
}

// takeAnew takes a snapshot of a tree on whatever machine has it, to a file.
func takeAnew(file string) hint {
	return then("take it anew where the tree is (DIR), by treaty snapshot DIR -o "+argument(filepath.Base(file))+"; or, "+
		"to see how", exactly("treaty snapshot --help"))
}

// takeAnother is takeAnew to another file where there is one: what is damaged of it may still tell how the tree was.
func takeAnother(file string) hint {
	if isThere(file) {
		file = outputSnapshot.beside(file)
	}
	return takeAnew(file)
}

// verify says how the tree differs from a snapshot of it.
func (c *snapshotCommand) verify(a *app, tree *store.Reader) error {
	if err := c.outside(tree, c.Verify, "--verify"); err != nil {
		return err
	}
	file, err := openSnapshot(c.Verify, takeAnother(c.Verify))
	if err != nil {
		return err
	}
	defer file.Close()
	if err := tree.Available(); err != nil {
		return err
	}
	other, err := ofAnother(file, tree)
	if err != nil {
		return err
	}
	if other {
		warn(a, nil, "%s was taken of another tree, %s", render.Name(c.Verify),
			render.Name(file.Root()))
	}
	how := snapshot.Verifying{Scanned: &scan.Progress{}, Read: &atomic.Int64{}}
	meter := a.Meter(takingSnapshot(&snapshot.Taking{Scanned: how.Scanned, Read: how.Read}))
	found, err := file.Verify(a.Ctx, tree.Source(), how)
	meter.Stop()
	if err != nil {
		return err
	}
	return c.judge(a, file, found, other)
}

// ofAnother tells whether a snapshot and a tree are known to be of two trees.
func ofAnother(file *snapshot.File, tree *store.Reader) (bool, error) {
	own, err := tree.Identity()
	return err == nil && own != nil && file.ID != nil && *file.ID != own.ID, err
}

// judge lists what differs, of the tree itself or of another one, and is the error that says how much.
func (c *snapshotCommand) judge(a *app, file *snapshot.File, found []snapshot.Difference, other bool) error {
	counts := map[snapshot.Kind]int{}
	for i := range found {
		d := &found[i]
		counts[d.Kind]++
		name, why := render.Name(string(d.Path)), ""
		if d.Path == "" {
			name = "the root"
		} else if d.Directory {
			name += "/"
		}
		if d.Why != "" {
			why = "   (" + render.Escape(d.Why) + ")"
		}
		a.Say("%-7s  %s%s", d.Kind, name, why)
	}
	tally := tallyOf(counts)
	switch {
	case len(found) > 0 && other:
		return &complaint{is: differing(counts), why: "the tree differs from the snapshot of another one: " + tally,
			hint: then("name the tree that it was taken of, where it is now", instead(a.call, c.Dir, file.Root()))}
	case counts[snapshot.Damaged] > 0:
		return &complaint{is: errDamaged, why: "the tree is damaged: " + tally,
			hint: then("before any sync, set what is damaged aside, out of the tree, and copy it from the other tree or a "+
				"backup with its time, as cp -p does (what is only moved away is deleted there too)", again)}
	case len(found) > 0:
		return &complaint{is: apply.ErrStale, why: "the tree differs from the snapshot: " + tally,
			hint: then("if that is as it should be", c.retake)}
	}
	a.Say("%s, %s, as they were on %s", render.Thousands(file.Files, "file"), render.Bytes(file.Bytes),
		a.Style().Time(file.TakenAt))
	return nil
}

// differing is the kind of error of what differs.
func differing(counts map[snapshot.Kind]int) error {
	if counts[snapshot.Damaged] > 0 {
		return errDamaged
	}
	return apply.ErrStale
}

// errDamaged: content is not what it was, though nobody changed it.
var errDamaged = errors.New("damaged")

// tallyOf is how much differs, by kind.
func tallyOf(counts map[snapshot.Kind]int) string {
	var words []string
	for kind := snapshot.Damaged; kind <= snapshot.New; kind++ {
		if n := counts[kind]; n > 0 {
			words = append(words, fmt.Sprintf("%d %s", n, kind))
		}
	}
	return strings.Join(words, ", ")
}

// retake takes the snapshot anew.
func (c *snapshotCommand) retake(i *invocation) string {
	return commandLine{i.dir, []string{"snapshot", pathArgument(c.Dir), "-o", argument(c.Verify)}}.started()
}
