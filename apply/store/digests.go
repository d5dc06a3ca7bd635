package store

import (
	"bytes"
	"encoding/hex"
	"maps"
	"slices"
	"sort"

	"treaty/plan"
	"treaty/plan/tree"
)

// Digests are the digests of all directories of a plan's two trees, kept beside the plan so that drift
// can be told to a place. They decide nothing.
type Digests struct {
	of plan.Sides[map[tree.Path]tree.Hash]
}

// Observe notes a directory's digest; it fits plan.Input.Observe.
func (d *Digests) Observe(side plan.Side, dir tree.Path, digest tree.Hash) {
	if d.of[side] == nil {
		d.of[side] = map[tree.Path]tree.Hash{}
	}
	d.of[side][dir] = digest
}

// Has tells whether there is a directory.
func (d *Digests) Has(side plan.Side, dir tree.Path) bool {
	if d == nil {
		return false
	}
	_, found := d.of[side][dir]
	return found
}

// Below tells how many directories there are below one, 0 where there is none of that name. Of nil digests nothing is
// known, and so it is 0 of all.
func (d *Digests) Below() func(side plan.Side, dir tree.Path) int {
	var sorted plan.Sides[[]tree.Path]
	return func(side plan.Side, dir tree.Path) int {
		if !d.Has(side, dir) {
			return 0
		}
		if sorted[side] == nil {
			sorted[side] = slices.SortedFunc(maps.Keys(d.of[side]), tree.Compare)
		}
		at, _ := slices.BinarySearchFunc(sorted[side], dir, tree.Compare)
		below := sorted[side][at+1:]
		return sort.Search(len(below), func(i int) bool { return !below[i].Within(dir) })
	}
}

const digestsSuffix = ".digests"

func digestsName(id string) string { return PlansFolder + "/" + id + digestsSuffix }

// SaveDigests keeps the digests of the plan with this id.
func (s *Store) SaveDigests(id string, d *Digests) error {
	f, err := s.files.CreatePrivate(digestsName(id))
	if err != nil {
		return err
	}
	defer f.Close()
	var buf bytes.Buffer
	for _, side := range plan.BothSides {
		for _, dir := range slices.SortedFunc(maps.Keys(d.of[side]), tree.Compare) {
			buf.WriteString(side.String() + "\x00" + string(dir) + "\x00" + d.of[side][dir].String() + "\n")
		}
	}
	if _, err := f.Write(buf.Bytes()); err != nil {
		return err
	}
	return f.Commit()
}

// Digests are those kept of the plan with this id; nil where there are none, or what is there is not whole.
func (s *Reader) Digests(id string) *Digests {
	data, err := s.read(digestsName(id))
	if err != nil {
		return nil
	}
	d := &Digests{}
	for len(data) > 0 {
		side, rest, _ := bytes.Cut(data, []byte{0})
		dir, rest, _ := bytes.Cut(rest, []byte{0})
		sum, rest, found := bytes.Cut(rest, []byte{'\n'})
		var of plan.Side
		var digest tree.Hash
		raw, err := hex.DecodeString(string(sum))
		if !found || err != nil || len(raw) != len(digest) || of.UnmarshalText(side) != nil {
			return nil
		}
		copy(digest[:], raw)
		d.Observe(of, tree.Path(dir), digest)
		data = rest
	}
	return d
}

// Changed are the directories of a side whose digest is not what it was, from the root down. One that is new or gone
// shows in its parent's. Of nil digests nothing is known, and so nothing changed.
func (d *Digests) Changed(now *Digests, side plan.Side) []tree.Path {
	if d == nil {
		return nil
	}
	var out []tree.Path
	for dir, digest := range d.of[side] {
		if current, there := now.of[side][dir]; there && current != digest {
			out = append(out, dir)
		}
	}
	slices.SortFunc(out, tree.Compare)
	return out
}

// Deepest are those of sorted directories that none of the others is below.
func Deepest(dirs []tree.Path) []tree.Path {
	var out []tree.Path
	for i, dir := range dirs {
		if i+1 == len(dirs) || !dirs[i+1].Within(dir) {
			out = append(out, dir)
		}
	}
	return out
}
