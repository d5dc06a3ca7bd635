package snapshot

import (
	"context"
	"errors"
	"sync/atomic"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// Reader answers for the contents of files by what the snapshot says of them.
func (f *File) Reader(granularity int64, _ *atomic.Int64) volume.Reader {
	return reader{f, granularity}
}

type reader struct {
	of          *File
	granularity int64
}

// Hash looks the wanted files up, each directory once for those next to each other.
func (r reader) Hash(ctx context.Context, wanted []tree.Wanted, done func(i int, content tree.Content)) error {
	contents := make([]tree.Content, len(wanted))
	in := map[tree.Path]map[string][]int{}
	for i := range wanted {
		dir := wanted[i].Path.Parent()
		if in[dir] == nil {
			in[dir] = map[string][]int{}
		}
		name := wanted[i].Path.Base()
		in[dir][name] = append(in[dir][name], i)
		contents[i].Err = tree.ErrNotHere
	}
	for dir, names := range in {
		if err := ctx.Err(); err != nil {
			return err
		}
		left := len(names)
		if _, _, err := r.of.each(dir, func(e *record) bool {
			for _, i := range names[e.Name] {
				contents[i] = r.content(e, &wanted[i])
			}
			if names[e.Name] != nil {
				left--
			}
			return left > 0
		}); err != nil {
			return err
		}
	}
	for i := range contents {
		done(i, contents[i])
	}
	return nil
}

// Text is never here.
func (r reader) Text(context.Context, tree.Wanted, int64) ([]byte, error) {
	return nil, tree.ErrNotHere
}

// What the first bytes of a file are taken to be, of which only what they say is known: those of a program, and those
// of a symlink as macOS keeps it on FAT volumes.
const (
	aProgram = "#!/"
	aLink    = "XSym\n"
)

// content is what reading a file would bring.
func (r reader) content(e *record, wanted *tree.Wanted) tree.Content {
	listed := e.stated() && e.Size == wanted.Size && e.Mtime.Cut(r.granularity) == wanted.Mtime.Cut(r.granularity)
	c := tree.Content{SHA256: e.sha256, Extras: e.extras}
	switch {
	case !listed || e.unread == changedWhileReading:
		return tree.Content{Err: tree.ErrChanged}
	case e.unread == tree.Unreadable:
		return tree.Content{Err: errors.New(e.unreadWhy)}
	case !e.sha256.Known():
		return tree.Content{Err: tree.ErrNotHere}
	}
	if wanted.Head || wanted.HeadOnly {
		c.Head = []byte(map[bool]string{true: aProgram}[e.executable])
		if e.unread == linkInDisguise {
			c.Head = []byte(aLink)
		}
	}
	if wanted.HeadOnly {
		c.SHA256 = tree.Hash{}
	}
	return c
}
