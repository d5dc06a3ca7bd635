package plan

import (
	"encoding/json"
	"fmt"
)

// Side is one of the two trees of a plan.
type Side uint8

const (
	Local Side = iota
	Remote
)

// BothSides are the sides in the order of everything that is written.
var BothSides = [2]Side{Local, Remote}

// Other is the opposite side.
func (s Side) Other() Side { return 1 - s }

func (s Side) String() string { return [...]string{"local", "remote"}[s] }

// Title is the side's name at the start of a heading.
func (s Side) Title() string { return [...]string{"Local", "Remote"}[s] }

// MarshalText writes "local" or "remote".
func (s Side) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads "local" or "remote".
func (s *Side) UnmarshalText(text []byte) error {
	for _, side := range BothSides {
		if side.String() == string(text) {
			*s = side
			return nil
		}
	}
	return fmt.Errorf("no side %q", text)
}

// Sides holds one value a side; as JSON it is an object with the members local and remote.
type Sides[T any] [2]T

type sidesJSON[T any] struct {
	Local  T `json:"local"`
	Remote T `json:"remote"`
}

// MarshalJSON writes {"local": …, "remote": …}.
func (s Sides[T]) MarshalJSON() ([]byte, error) {
	return json.Marshal(sidesJSON[T]{s[Local], s[Remote]})
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (s *Sides[T]) UnmarshalJSON(data []byte) error {
	var in sidesJSON[T]
	err := json.Unmarshal(data, &in)
	*s = Sides[T]{in.Local, in.Remote}
	return err
}
