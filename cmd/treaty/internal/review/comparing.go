package review

import (
	"treaty/cmd/treaty/internal/render"
	"treaty/plan/tree"
)

// compare wants both versions of the conflict in focus to be shown by another program, or says why that cannot be.
func compare(m Model) Model {
	if m.place.focus().what != aConflict {
		return m.saying(warned, "there is no conflict here whose versions could be compared")
	}
	if c := InFocus(m); c.Local.Of() != tree.File || c.Remote.Of() != tree.File {
		return m.saying(warned, "it is not a file on both sides")
	}
	m.wants = Compare
	return m
}

// Compared is the model after both versions were shown, with what went wrong, "" for nothing.
func Compared(m Model, wrong string) Model {
	m.wants = Nothing
	if wrong == "" {
		return m
	}
	return m.saying(removed, render.Escape(wrong))
}
