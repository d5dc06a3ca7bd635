package agent

import (
	"errors"
	"slices"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// mostLooks is how many things are looked at when a tree is opened.
const mostLooks = 32

// looked is what a tree has at each place that is asked for; nil where that takes a call of its own.
func looked(v volume.Volume, looks []wire.Look) []*wire.Looked {
	list := make([]*wire.Looked, 0, min(len(looks), mostLooks))
	for _, l := range looks[:cap(list)] {
		list = append(list, lookedAt(v, l))
	}
	return list
}

func lookedAt(v volume.Volume, l wire.Look) *wire.Looked {
	switch l.Call {
	case wire.PrivateFile.Name():
		data, err := v.ReadPrivate(string(l.Name), wire.MostLooked)
		if errors.Is(err, scan.ErrTooLarge) {
			return nil
		}
		return &wire.Looked{Data: data, Fault: wire.FaultOf(err)}
	case wire.PrivateEntry.Name():
		return entryLooked(v.PrivateEntry(string(l.Name)))
	case wire.EntryAt.Name():
		return entryLooked(v.Entry(tree.Path(l.Name)))
	case wire.PrivateNames.Name():
		return namesLooked(v.PrivateNames(string(l.Name)))
	case wire.Names.Name():
		return namesLooked(v.Names(tree.Path(l.Name)))
	case wire.Rescued.Name():
		name, err := v.Rescued()
		return &wire.Looked{Names: wire.NamesOf(slices.DeleteFunc([]string{name}, func(n string) bool { return n == "" })),
			Fault: wire.FaultOf(err)}
	case wire.Kin.Name():
		kin, err := kinOf(v)
		return &wire.Looked{Kin: kin, Fault: wire.FaultOf(err)}
	case wire.Self.Name():
		self := v.Host().Self()
		return &wire.Looked{Holder: &self}
	case wire.GetTraits.Name():
		traits, err := v.Traits("", nil)
		return &wire.Looked{Traits: wire.TraitsOf(traits), Fault: wire.FaultOf(err)}
	}
	return nil
}

func entryLooked(e tree.Entry, err error) *wire.Looked {
	if err != nil {
		return &wire.Looked{Fault: wire.FaultOf(err)}
	}
	entry := wire.EntryOf(&e)
	return &wire.Looked{Entry: &entry}
}

// namesLooked is nil where there are too many.
func namesLooked(names []string, err error) *wire.Looked {
	if len(wire.AppendNames(names)) > wire.MostLooked {
		return nil
	}
	return &wire.Looked{Names: wire.NamesOf(names), Fault: wire.FaultOf(err)}
}

// kinOf tells a tree from all others; nil where it does not tell.
func kinOf(v volume.Volume) (*scan.Kin, error) {
	kindred, told := v.(volume.Kindred)
	if !told {
		return nil, nil
	}
	kin, err := kindred.Kin()
	return &kin, err
}
