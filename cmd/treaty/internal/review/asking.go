package review

import (
	"strings"
	"unicode"
)

// asking is what is asked of the person. The zero value is nothing: keys move and decide.
type asking struct {
	what  question
	input string
	// places are the conflicts that are asked about.
	places []int
	// from is the line of the page of keys that is the first on the screen.
	from int
}

type question uint8

const (
	nothing question = iota
	forHelp
	forFilter
	forNote
	forAlike
	toLeave
	toApprove
)

// answers are what keys do while something is asked.
var answers = map[question]func(Model, Key) Model{
	forHelp:   readOn,
	forFilter: typed,
	forNote:   typed,
	forAlike:  resolveAlike,
	toLeave:   func(m Model, k Key) Model { return answered(m, k, map[string]Wish{"y": WriteAndLeave, "n": Leave}) },
	toApprove: func(m Model, k Key) Model { return answered(m, k, map[string]Wish{"y": WriteAndApprove}) },
}

// answered is the model after an answer; any other key goes back.
func answered(m Model, k Key, wishes map[string]Wish) Model {
	m.ask, m.wants = asking{}, wishes[k.Name]
	return m
}

// askAlike asks how to settle all that is like the conflict in focus.
func askAlike(m Model) Model {
	n := m.place.focus()
	if n.what != aConflict {
		return m.saying(warned, "A is for a conflict and all like it; on a directory, a choice settles all in it")
	}
	places := m.draft.alike(m.place.outline, n.at)
	if len(places) == 0 {
		return m.saying(warned, "none like it is open: "+m.look.Kind(&m.draft.plan.Conflicts[n.at]))
	}
	m.ask = asking{what: forAlike, places: places}
	return m
}

// resolveAlike settles what was asked about; any key but a choice goes back.
func resolveAlike(m Model, k Key) Model {
	places := m.ask.places
	m.ask = asking{}
	if r, found := choices[k.Name]; found {
		return m.decided(m.draft.resolveWhere(r, places))
	}
	return m
}

// askNote asks for the note on the element in focus.
func askNote(m Model) Model {
	id, note := noted(m.draft.plan, m.place.focus())
	if id == 0 {
		return m.saying(warned, "notes are for conflicts and operations")
	}
	m.ask = asking{what: forNote, input: note}
	return m
}

// typed is the model after a key while a text is typed.
func typed(m Model, k Key) Model {
	switch k.Name {
	case "enter":
		return entered(m)
	case "esc":
		if m.ask.what == forFilter {
			m = m.filtered("")
		}
		m.ask = asking{}
		return m
	case "backspace":
		m.ask.input = shorter(m.ask.input)
	case "ctrl+u":
		m.ask.input = ""
	default:
		m.ask.input += strings.Map(printable, k.Text)
	}
	if m.ask.what == forFilter {
		m = m.filtered(m.ask.input)
	}
	return m
}

// entered takes the text that was typed.
func entered(m Model) Model {
	what, input := m.ask.what, m.ask.input
	m.ask = asking{}
	if _, note := noted(m.draft.plan, m.place.focus()); what == forNote && input != note {
		return m.decided(m.draft.note(m.place.focus(), input))
	}
	return m
}

// shorter is a text without its last character.
func shorter(s string) string {
	runes := []rune(s)
	return string(runes[:max(0, len(runes)-1)])
}

// printable makes spaces of what breaks lines, as in a text that was pasted.
func printable(r rune) rune {
	if unicode.IsControl(r) {
		return ' '
	}
	return r
}
