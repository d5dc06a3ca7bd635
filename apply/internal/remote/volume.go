package remote

import (
	"context"
	"path"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/address"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Volume is a tree that an agent has opened.
type Volume struct {
	files
	host   string
	ahead  time.Duration
	closed sync.Once
	// done, where not nil, is told that the tree was closed.
	done func() error
	// hint is what the kind of volume there lets one think, nil where that was not told: it is the same as long as the
	// tree is open.
	hint *wire.Traits
	// probed is what was found out when a lock was taken, and nobody has asked for since; nil for nothing.
	probed atomic.Pointer[probed]
}

// probed is what a volume was found to do, or why that was not found out.
type probed struct {
	volume.Probed
	err error
}

var (
	_ volume.Volume  = (*Volume)(nil)
	_ volume.Kindred = (*Volume)(nil)
)

// Open opens the tree at an address of the machine that was connected to; done, where not nil, is told that it was
// closed. Errors are those of scan.Open there, or of closing what was open before.
func (c *Connection) Open(at address.Address, done func() error) (*Volume, error) {
	if err := c.closeLeft(); err != nil {
		return nil, err
	}
	calls := c.changes.Load()
	q := &wire.OpenAsk{Root: at.Path, Looks: looks}
	answer, err := call(context.Background(), &files{asker: asker{Connection: c}}, wire.Open, q, nil)
	if err != nil {
		return nil, err
	}
	opened := answer.Opened
	if opened == nil || opened.Tree < 1 || !path.IsAbs(opened.Root) || len(opened.Host) > wire.MaxName {
		return nil, c.ended(wire.Broken("a tree"))
	}
	resolved, err := address.Parse(at.At(opened.Root).String())
	if err != nil {
		return nil, c.ended(wire.Broken("a root that an address can have"))
	}
	// The clock was read before the answer came.
	ahead := opened.Now.Time().Sub(c.streams.Now())
	seen := c.glimpsed(calls, answer.Looked)
	v := &Volume{files: files{asker: asker{Connection: c}, at: resolved, tree: opened.Tree, loses: opened.LosesRenames,
		glimpse: seen}, host: opened.Host, ahead: ahead, done: done}
	if traits := seen.seen[wire.Look{Call: wire.GetTraits.Name()}]; traits != nil && traits.Fault == nil {
		v.hint = traits.Traits
	}
	return v, nil
}

// Close lets go of the tree.
func (v *Volume) Close() (err error) {
	v.closed.Do(func() {
		v.leave(&v.files)
		if v.done != nil {
			err = v.done()
		}
	})
	return err
}

// Root is the tree's address, links resolved there.
func (v *Volume) Root() string { return v.at.String() }

// Where is the address of a path.
func (v *Volume) Where(p tree.Path) string { return v.at.At(path.Join(v.at.Path, string(p))).String() }

// Host is the machine that the tree lies on.
func (v *Volume) Host() volume.Host { return host{v} }

// host is the machine of a tree.
type host struct{ v *Volume }

// Name is what the machine calls itself.
func (h host) Name() string { return h.v.host }

// Ahead is by how much the clock there was ahead when the tree was opened, less what the answer took.
func (h host) Ahead() time.Duration { return h.v.ahead }

// Self is the agent. Where the connection is lost it is nobody.
func (h host) Self() volume.Holder {
	var told *volume.Holder
	if seen, err := h.v.known(wire.Self.Name(), ""); err == nil && seen != nil {
		told = seen.Holder
	} else if answer, err := call(context.Background(), &h.v.files, wire.Self, &wire.Plain{}, nil); err == nil {
		told = answer.Holder
	} else {
		return volume.Holder{Host: h.v.host}
	}
	self, err := wire.CheckedHolder(told)
	if err != nil {
		_ = h.v.ended(err) // every call tells from now on
	}
	return self
}

// Gone tells whether a holder is gone for sure, which it is not where nobody can be asked.
func (h host) Gone(holder volume.Holder) bool {
	gone, err := yes(&h.v.files, wire.Gone, &wire.GoneAsk{Holder: &holder})
	return err == nil && gone
}

// Kin tells the tree from all others.
func (v *Volume) Kin() (scan.Kin, error) {
	if seen, err := v.known(wire.Kin.Name(), ""); err != nil {
		return scan.Kin{}, err
	} else if seen != nil {
		return kinTold(seen.Kin), nil
	}
	answer, err := call(context.Background(), &v.files, wire.Kin, &wire.Plain{}, nil)
	if err != nil {
		return scan.Kin{}, err
	}
	return kinTold(answer.Kin), nil
}

// kinTold is the zero value for what is not told.
func kinTold(kin *scan.Kin) (told scan.Kin) {
	if kin != nil {
		told = *kin
	}
	return told
}

// Relate tells how the tree lies to another one, however that is reached.
func (v *Volume) Relate(to volume.Source) (scan.Relation, error) { return volume.Relate(v, to) }

// Holds is false: no file of this machine is known to be in the tree.
func (v *Volume) Holds(string) (bool, error) { return false, nil }

// Rescued is the name of something that a repair has left in the tree.
func (v *Volume) Rescued() (string, error) {
	if seen, err := v.known(wire.Rescued.Name(), ""); err != nil {
		return "", err
	} else if seen != nil {
		names, odd := seen.CheckedNames()
		return strings.Join(names[:min(len(names), 1)], ""), v.checked(odd)
	}
	answer, err := call(context.Background(), &v.files, wire.Rescued, &wire.Plain{}, nil)
	return string(answer.Name), err
}

// Present is nil as long as the tree is there.
func (v *Volume) Present() error { return tell(&v.files, wire.Present, &wire.Plain{}, nil) }

// Traits are those of a declared profile, or as recorded, or as the kind of volume there lets one think. A system that
// holds every volume to its own rules is asked itself: there none is thought to have modes.
func (v *Volume) Traits(declared tree.Profile, recorded *tree.Traits) (tree.Traits, error) {
	if v.hint != nil && v.Lost() == nil {
		hint, err := checked(v.Connection, v.hint, (*wire.Traits).Checked)
		if err != nil || declared == "" && recorded == nil {
			return hint, err
		}
		if hint.Modes {
			return mountOf(&hint).Traits(declared, recorded), nil
		}
	}
	q := &wire.TraitsAsk{Declared: declared}
	if recorded != nil {
		q.Recorded = wire.TraitsOf(*recorded)
	}
	answer, err := call(context.Background(), &v.files, wire.GetTraits, q, nil)
	if err != nil {
		return tree.Traits{}, err
	}
	return checked(v.Connection, answer.Traits, (*wire.Traits).Checked)
}

// mountOf is a mount of which traits are thought.
func mountOf(hint *tree.Traits) scan.Mount {
	m := scan.Mount{Type: hint.Type, CaseSensitive: hint.CaseSensitive}
	if hint.Volume != nil {
		m.Volume = *hint.Volume
	}
	return m
}

// checked is a part of an answer that has to be there, held to what it can be.
func checked[W any, T any](c *Connection, part *W, check func(*W) (T, error)) (value T, err error) {
	if part == nil {
		return value, c.ended(wire.Broken("what was asked for"))
	}
	if value, err = check(part); err != nil {
		return value, c.ended(err)
	}
	return value, nil
}

// entry makes a call that is answered by an entry.
func entry[Q any](f *files, of wire.Call[Q, wire.EntryAnswer], q *Q) (tree.Entry, error) {
	answer, err := call(context.Background(), f, of, q, nil)
	if err != nil {
		return tree.Entry{}, err
	}
	return checked(f.Connection, answer.Entry, (*wire.Entry).Checked)
}

// Entry is what is at a path.
func (v *Volume) Entry(p tree.Path) (tree.Entry, error) {
	if seen, err := v.known(wire.EntryAt.Name(), string(p)); seen != nil || err != nil {
		return v.entrySeen(seen, err)
	}
	return entry(&v.files, wire.EntryAt, &wire.PathAsk{Path: wire.Inner(p)})
}

// Directory is a directory's own entry, without a name.
func (v *Volume) Directory(dir tree.Path) (tree.Entry, error) {
	return entry(&v.files, wire.Directory, &wire.PathAsk{Path: wire.Inner(dir)})
}

// Names are all names in a directory.
func (v *Volume) Names(dir tree.Path) ([]string, error) {
	if seen, err := v.known(wire.Names.Name(), string(dir)); err != nil {
		return nil, err
	} else if seen != nil {
		names, odd := seen.CheckedNames()
		return names, v.checked(odd)
	}
	return list(&v.files, wire.Names, &wire.PathAsk{Path: wire.Inner(dir)})
}

// Open opens a regular file for reading.
func (v *Volume) Open(file tree.Path) (volume.Content, error) {
	return receive(&v.files, wire.Content, &wire.PathAsk{Path: wire.Inner(file)})
}

// ClaimPrivate makes data the content of a file that must not exist yet, a lock. Whoever takes one finds out next what
// the volume can do: that crosses with it.
func (v *Volume) ClaimPrivate(name string, data []byte) (err error) {
	if v.minor < follows {
		return v.files.ClaimPrivate(name, data)
	}
	found := &probed{}
	v.together(context.Background(), v.tree, 1, 2, func(i int, via *fiber) {
		as := &Volume{files: v.files}
		as.via = via
		if i == 0 {
			err = as.files.ClaimPrivate(name, data)
		} else {
			found.Probed, found.err = as.Probe()
		}
	})
	if err == nil {
		v.probed.Store(found)
	}
	return err
}

// Probe finds out what the volume there can do.
func (v *Volume) Probe() (volume.Probed, error) {
	if found := v.probed.Swap(nil); found != nil && v.Lost() == nil {
		return found.Probed, found.err
	}
	answer, err := call(context.Background(), &v.files, wire.Probe, &wire.Plain{}, nil)
	if err != nil {
		return volume.Probed{LosesRenames: true}, err
	}
	return checked(v.Connection, answer.Probed, (*wire.Able).Checked)
}
