package schema

// names gives the property names of a schema small numbers, from 1. What is no name of the schema has 0.
type names struct {
	list  []string
	table [256][]uint8 // the numbers of the names, by hash
}

func hash(length int, first, last byte) uint8 {
	return uint8(length)*37 ^ first*3 ^ last*11
}

// id is the number of a name.
func (n *names) id(name string) uint8 { return n.find([]byte(name)) }

func (n *names) find(name []byte) uint8 {
	if len(name) == 0 {
		return 0
	}
	for _, id := range n.table[hash(len(name), name[0], name[len(name)-1])] {
		if n.list[id-1] == string(name) {
			return id
		}
	}
	return 0
}

// add is the number of a name, which has one from now on.
func (n *names) add(name string) uint8 {
	if id := n.id(name); id != 0 {
		return id
	}
	if name == "" || len(n.list) == maxNames {
		panic("the judge has no number for the name " + name)
	}
	n.list = append(n.list, name)
	id := uint8(len(n.list))
	at := &n.table[hash(len(name), name[0], name[len(name)-1])]
	*at = append(*at, id)
	return id
}

const maxNames = 191

// A set is one of names, by their numbers.
type set [(maxNames + 1) / 64]uint64

func (s *set) add(id uint8) { s[id/64] |= 1 << (id % 64) }

// covers tells whether all that is in other is in s.
func (s *set) covers(other *set) bool {
	for i := range s {
		if other[i]&^s[i] != 0 {
			return false
		}
	}
	return true
}
