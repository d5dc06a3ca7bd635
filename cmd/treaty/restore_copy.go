package main

import (
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/plan/tree"
)

// copyOut copies versions to a folder, each under its name there, over nothing.
func copyOut(a *app, p *pair, versions map[string]store.Version, dir string) error {
	names := slices.Sorted(maps.Keys(versions)) // directories before what is in them
	for _, name := range names {
		if to := filepath.Join(dir, name); isThereAtAll(to) {
			return taken(to, "and nothing was copied", toAnother(dir))
		}
	}
	for _, name := range names {
		v := versions[name]
		to := filepath.Join(dir, name)
		if err := bringOut(p.stores[v.Side], &v, to); err != nil {
			return err
		}
		a.Say("Copied: %s", render.Name(to))
	}
	return nil
}

// isThereAtAll tells whether a name is taken, by a link that leads nowhere too.
func isThereAtAll(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// toAnother is the command line with another folder for --to.
func toAnother(dir string) hint {
	return func(i *invocation) string {
		return again(&invocation{args: append(exceptTo(i.args), "--to", another(dir))})
	}
}

// withoutTo is the command line without --to, which writes a plan.
func withoutTo(i *invocation) string { return again(&invocation{args: exceptTo(i.args)}) }

// exceptTo are arguments without --to.
func exceptTo(all []string) (args []string) {
	for at := 0; at < len(all); at++ {
		switch {
		case all[at] == "--to":
			at++
		case !strings.HasPrefix(all[at], "--to="):
			args = append(args, all[at])
		}
	}
	return args
}

// another is the name of a folder that is not there, beside one that is.
func another(dir string) string {
	named := filepath.Clean(dir)
	if last := filepath.Base(named); last == "." || last == ".." {
		named = absolute(named)
	}
	for n := 2; ; n++ {
		if name := fmt.Sprintf("%s-%d", named, n); !isThereAtAll(name) {
			return name
		}
	}
}

// taken is the refusal to copy over something.
func taken(path, so string, instead hint) error {
	return &complaint{is: fs.ErrExist, why: fmt.Sprintf("%s is there already, %s", path, so), hint: instead}
}

// bringOut copies a version, from the tree that has its content, to a name that nothing has.
func bringOut(from *store.Store, v *store.Version, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o777); err != nil {
		return err
	}
	switch v.Was.Type {
	case tree.Directory:
		return os.Mkdir(to, 0o777)
	case tree.Symlink:
		return os.Symlink(v.Was.Target(), to)
	}
	if v.Kept == nil {
		return gone(v)
	}
	in, err := from.Volume().Open(v.Kept.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return gone(v)
	}
	if err != nil {
		return tree.About(v.Path, err)
	}
	defer in.Close()
	return writeNew(to, in, v.Was)
}

// gone is the error of a version of which clean has removed the content.
func gone(v *store.Version) error {
	why := fmt.Sprintf("%s: the content that number %d displaced is no longer in the trash",
		render.Name(string(v.Path)), v.Number)
	return &complaint{is: fs.ErrNotExist, why: why, hint: in("", "restore", "--list")}
}

// writeNew gives a name that nothing has to a copy of what in holds, if that is what was says. Until then the copy
// goes by a name of its own, and afterwards it is not left.
func writeNew(to string, in io.Reader, was *tree.State) (err error) {
	temporary := filepath.Join(filepath.Dir(to), ".treaty-"+rand.Text())
	f, err := os.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if left := os.Remove(temporary); left != nil && !errors.Is(left, fs.ErrNotExist) {
			err = errors.Join(err, left)
		}
	}()
	if err := errors.Join(copyAs(f, in, was), f.Close()); err != nil {
		return fmt.Errorf("%s: %w", to, err)
	}
	if was.Mode.Known() {
		err = os.Chmod(temporary, fs.FileMode(was.Mode.Bits()))
	} else {
		err = os.Chmod(temporary, 0o666&^fs.FileMode(umask()))
	}
	if err != nil {
		return err
	}
	if err := os.Chtimes(temporary, was.Mtime.Time(), was.Mtime.Time()); err != nil {
		return err
	}
	return nameNew(temporary, to)
}

// copyAs copies in to f, and holds it to what was says.
func copyAs(f *os.File, in io.Reader, was *tree.State) error {
	sum := sha256.New()
	size, err := io.Copy(io.MultiWriter(f, sum), io.LimitReader(in, was.Size+1))
	switch {
	case err != nil:
		return err
	case size != was.Size, was.SHA256.Known() && tree.Hash(sum.Sum(nil)) != was.SHA256:
		return errors.New("what lies in the trash is not what the apply put there; it is not copied")
	}
	return f.Sync()
}

// nameNew gives a file a name more, unless something has that.
//
// Race: on a volume without hard links the name is claimed by an empty file, which the other then replaces. Whoever
// writes to that file in between loses what was written: within microseconds, under a name that was free.
func nameNew(file, to string) error {
	err := os.Link(file, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return refusedName(to, err)
	}
	claim, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return refusedName(to, err)
	}
	if err := claim.Close(); err != nil {
		return err
	}
	return os.Rename(file, to)
}

func refusedName(to string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return taken(to, "and is not copied over", toAnother(filepath.Dir(to)))
	}
	return err
}
