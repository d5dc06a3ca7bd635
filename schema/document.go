package schema

import "iter"

// A Document is a file that was found valid: its bytes, and where its members
// lie in them. It refers to the bytes that were parsed, which must not change.
type Document struct {
	data     []byte
	members  []member
	elements []span // of all long arrays, in the order of the file
	numbers  []number
	// odd is the first number that no property of ours may have, nil where there is none.
	odd *Error
}

// A span is a half-open range of offsets.
type span struct{ start, end int }

// A member is a property of the file's outermost object.
type member struct {
	name        string
	key         int // the offset of the name
	value       span
	first, last int // its elements, where it is a long array
}

// add appends a member. All elements that no member has yet are its own.
func (d *Document) add(name string, key int, value span) {
	first := 0
	if n := len(d.members); n > 0 {
		first = d.members[n-1].last
	}
	d.members = append(d.members, member{name, key, value, first, len(d.elements)})
}

func (d *Document) member(name string) (member, bool) {
	for _, m := range d.members {
		if m.name == name {
			return m, true
		}
	}
	return member{}, false
}

// Member is the JSON text of a property of the file, whole numbers in digits alone; nil where it has none.
func (d *Document) Member(name string) []byte {
	m, ok := d.member(name)
	if !ok {
		return nil
	}
	return d.inDigits(m.value)
}

// Len is how many elements a plan's operations, conflicts or problems have, or
// a receipt's results.
func (d *Document) Len(name string) int {
	m, _ := d.member(name)
	return m.last - m.first
}

// Elements are the JSON texts of the elements of a plan's operations,
// conflicts or problems, or of a receipt's results, with their indices. No
// other member has elements here.
func (d *Document) Elements(name string) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		m, _ := d.member(name)
		for i, e := range d.elements[m.first:m.last] {
			if !yield(i, d.inDigits(e)) {
				return
			}
		}
	}
}

// envelope is the file with the named arrays emptied.
func (d *Document) envelope(parts map[string]string) []byte {
	var out []byte
	at := 0
	for _, m := range d.members {
		if _, ok := parts[m.name]; ok && d.data[m.value.start] == '[' {
			out = append(out, d.data[at:m.value.start]...)
			out = append(out, "[]"...)
			at = m.value.end
		}
	}
	return append(out, d.data[at:]...)
}
