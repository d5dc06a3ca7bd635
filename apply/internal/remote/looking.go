package remote

import (
	"errors"

	"treaty/apply/internal/wire"
	"treaty/plan/tree"
)

// looks are what everybody looks at who opens a tree, before anything is done with it.
var looks = func() (list []wire.Look) {
	add := func(call string, names ...wire.Inner) {
		for _, name := range names {
			list = append(list, wire.Look{Call: call, Name: name})
		}
	}
	add(wire.PrivateFile.Name(), "tree.json", "tree.new.json", "lock", "config.json", "history/head.json")
	add(wire.PrivateEntry.Name(), "plans", "history", "baselines", "journal", "trash", "stage", "tree.json",
		"tree.new.json", "lock", "history/head.json", "history/head.new.json")
	add(wire.PrivateNames.Name(), "journal", "history", "baselines", "")
	add(wire.EntryAt.Name(), tree.PrivateFolder)
	add(wire.Names.Name(), wire.Inner(tree.Root))
	for _, call := range []string{wire.Kin.Name(), wire.Self.Name(), wire.GetTraits.Name(), wire.Rescued.Name()} {
		add(call, "")
	}
	return list
}()

// quiet are the calls after which what was looked at when a tree was opened still counts as seen now: they are made
// before anything is done, or read what the tree has. After any other, such as one that takes a lock, it is looked at
// anew.
var quiet = map[string]bool{wire.Open.Name(): true, wire.Close.Name(): true, wire.EntryAt.Name(): true,
	wire.Kin.Name(): true, wire.GetTraits.Name(): true, wire.Self.Name(): true, wire.Gone.Name(): true,
	wire.Present.Name(): true, wire.Rescued.Name(): true, wire.Names.Name(): true, wire.PrivateFile.Name(): true,
	wire.PrivateEntry.Name(): true, wire.PrivateNames.Name(): true, wire.PrivatePart.Name(): true,
	wire.Walk.Name(): true, wire.List.Name(): true, wire.Hash.Name(): true, wire.ReadText.Name(): true}

// blind are the calls that tell nothing of what a tree has.
var blind = map[string]bool{wire.AppendLog.Name(): true, wire.OpenLog.Name(): true, wire.ClearStage.Name(): true,
	wire.Durability.Name(): true, wire.Change.Name(): true}

// glimpse is what a tree had when it was opened.
type glimpse struct {
	// calls is how many calls were no quiet ones by then.
	calls int64
	seen  map[wire.Look]*wire.Looked
}

// glimpsed keeps what an agent has looked at. One that has not been asked for so much tells less.
func (c *Connection) glimpsed(calls int64, list []*wire.Looked) *glimpse {
	g := &glimpse{calls, map[wire.Look]*wire.Looked{}}
	for i, seen := range list[:min(len(list), len(looks))] {
		if seen != nil {
			g.seen[looks[i]] = seen
		}
	}
	return g
}

// known is what was seen when the tree was opened, if that still counts; nil where it is to be asked for. The error is
// the one that came instead.
func (f *files) known(call, name string) (*wire.Looked, error) {
	if f.glimpse == nil || f.glimpse.calls != f.changes.Load() || f.Lost() != nil {
		return nil, nil
	}
	seen := f.glimpse.seen[wire.Look{Call: call, Name: wire.Inner(name)}]
	if seen == nil || seen.Fault == nil {
		return seen, nil
	}
	return seen, f.checked(seen.Fault.Err())
}

// checked is an error that the other end tells. One that breaks the rules ends the connection.
func (c *Connection) checked(err error) error {
	if errors.Is(err, wire.ErrBroken) {
		return c.ended(err)
	}
	return err
}
