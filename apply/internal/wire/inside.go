package wire

import "strings"

// Inner is a name of what lies in the tree, or in the folder, that is asked: whoever calls is no more to be believed
// than whoever answers. Any other is no part of a message.
type Inner string

// MarshalText is that of Text.
func (n Inner) MarshalText() ([]byte, error) { return Text(n).MarshalText() }

// UnmarshalText reads what MarshalText wrote. Errors wrap ErrBroken where the name is not made of plain components.
func (n *Inner) UnmarshalText(text []byte) error {
	if err := (*Text)(n).UnmarshalText(text); err != nil {
		return err
	}
	return inside(string(*n))
}

// IsName tells whether a name is one in a directory.
func IsName(name string) bool { return component(name) }

// inside refuses a name that is not made of plain components; "" is the folder itself.
func inside(name string) error {
	if name == "" {
		return nil
	}
	for part := range strings.SplitSeq(name, "/") {
		if !component(part) {
			return broken("%q does not lie in the tree", name)
		}
	}
	return nil
}
