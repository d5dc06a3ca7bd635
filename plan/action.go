package plan

import (
	"fmt"
	"slices"
)

// Of an operation there may be a million, so what it does and why are numbers with names. They are of 16 bits since vet
// then tells of who takes one for a string.

// Action is what an operation does. The zero value is none.
type Action uint16

const (
	Create Action = iota + 1
	Update
	Delete
	Move
	Chmod
	Touch
)

// Actions are all actions in the order of summaries.
var Actions = [...]Action{Create, Update, Delete, Move, Chmod, Touch}

var actionNames = [...]string{Create: "create", Update: "update", Delete: "delete", Move: "move", Chmod: "chmod",
	Touch: "touch"}

// String is the action as plans spell it, "" for none.
func (a Action) String() string { return nameOf(actionNames[:], a) }

// MarshalText writes the action as String does.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (a *Action) UnmarshalText(text []byte) error { return named(a, actionNames[:], "action", text) }

// Decision is whether an operation is to be carried out. The zero value is none.
type Decision uint16

const (
	Apply Decision = iota + 1
	Skip
)

var decisionNames = [...]string{Apply: "apply", Skip: "skip"}

// String is the decision as plans spell it, "" for none.
func (d Decision) String() string { return nameOf(decisionNames[:], d) }

// MarshalText writes the decision as String does.
func (d Decision) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (d *Decision) UnmarshalText(text []byte) error {
	return named(d, decisionNames[:], "decision", text)
}

// Reason is why an operation is proposed. The zero value is none.
type Reason uint16

const (
	ExecutableRule Reason = iota + 1
	AlignTimes
	Undo
	// Merged is of steps alone: a person took a merge of both sides.
	Merged
	// sided are the reasons about a side, from here on: two of each Sided.
	sided
)

// Sided is a reason about one of the sides: which, On says.
type Sided uint16

const (
	OnlyOn Sided = iota
	NewerOn
	ChangedOn
	DeletedOn
	MovedOn
	ModeChangedOn
	TouchedOn
)

// On is the reason about the given side, such as "newer-on-local".
func (s Sided) On(side Side) Reason { return sided + 2*Reason(s) + Reason(side) }

// About is what a reason says of a side, and of which; false for a reason that is about none.
func (r Reason) About() (Sided, Side, bool) {
	if r < sided {
		return 0, 0, false
	}
	return Sided((r - sided) / 2), Side((r - sided) % 2), true
}

var sidedNames = [...]string{OnlyOn: "only", NewerOn: "newer", ChangedOn: "changed", DeletedOn: "deleted",
	MovedOn: "moved", ModeChangedOn: "mode-changed", TouchedOn: "touched"}

// String is the reason without its side, such as "newer".
func (s Sided) String() string { return nameOf(sidedNames[:], s) }

var reasonNames = func() []string {
	names := []string{ExecutableRule: "executable-rule", AlignTimes: "align-times", Undo: "undo", Merged: "merged"}
	for _, what := range sidedNames {
		for _, side := range BothSides {
			names = append(names, what+"-on-"+side.String())
		}
	}
	return names
}()

// String is the reason as plans spell it, "" for none.
func (r Reason) String() string { return nameOf(reasonNames, r) }

// MarshalText writes the reason as String does.
func (r Reason) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *Reason) UnmarshalText(text []byte) error { return named(r, reasonNames, "reason", text) }

// nameOf is the name of a value, "" for one that has none.
func nameOf[T ~uint16](names []string, value T) string {
	if int(value) >= len(names) {
		return ""
	}
	return names[value]
}

// named reads the value that has a name, which is none for "".
func named[T ~uint16](value *T, names []string, what string, name []byte) error {
	at := slices.IndexFunc(names, func(candidate string) bool { return candidate == string(name) })
	if at < 0 {
		return fmt.Errorf("no %s %q", what, name)
	}
	*value = T(at)
	return nil
}
