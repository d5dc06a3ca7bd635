package review

import (
	"maps"
	"strings"

	"treaty/plan"
)

// choices are the resolutions by their keys: the first letters of their short names.
var choices = func() map[string]plan.Resolution {
	by := map[string]plan.Resolution{}
	for _, r := range plan.Resolutions {
		by[r.Short()[:1]] = r
	}
	return by
}()

// keyRow is some keys that belong together, as the page of help has them.
type keyRow struct {
	// shown are the keys as the page names them, "" for those that the last line names all the time, and does is what
	// they do, with the names of those that are left.
	shown, does string
	// acts are what the keys do, by their names.
	acts map[string]func(Model) Model
}

// keyRows are all keys, in the order of the page. The first ones only move.
func keyRows() []keyRow {
	type does = map[string]func(Model) Model
	return []keyRow{
		{"↑ ↓ k j", "up and down; PgUp PgDn, Home End or g G", does{
			"up":     func(m Model) Model { return m.by(-1) },
			"k":      func(m Model) Model { return m.by(-1) },
			"down":   func(m Model) Model { return m.by(1) },
			"j":      func(m Model) Model { return m.by(1) },
			"pgup":   func(m Model) Model { return m.by(-m.size.page()) },
			"pgdown": func(m Model) Model { return m.by(m.size.page()) },
			"home":   func(m Model) Model { return m.at(0) },
			"g":      func(m Model) Model { return m.at(0) },
			"end":    func(m Model) Model { return m.at(m.place.last()) },
			"G":      func(m Model) Model { return m.at(m.place.last()) },
		}},
		{"← →", "close and open a directory; * with all in it", does{
			"left":  func(m Model) Model { return sideways(m, place.out, -1) },
			"right": func(m Model) Model { return sideways(m, place.in, 1) },
			"*":     func(m Model) Model { return m.in(m.place.foldedAll(!m.place.isOpen())) },
		}},
		{"Tab", "the next open conflict; Shift-Tab the one before", does{
			"tab":       func(m Model) Model { return seek(m, true) },
			"shift+tab": func(m Model) Model { return seek(m, false) },
		}},
		resolutions,
		{"A", "settle all open ones of the same kind", does{"A": askAlike}},
		{"space", "leave operations out, or take them in again", does{"space": leaveOut}},
		{"x", "open a settled conflict again", does{
			"x": func(m Model) Model { return m.decided(m.draft.reopen(m.place.below(aConflict))) },
		}},
		{"e", "edit the merge of a text that both changed, and take it", does{"e": edit}},
		{"D", "copies of both versions in the program that --difftool names", does{"D": compare}},
		{"u", "undo the last decision", does{"u": undo}},
		{"c", "note on a conflict or an operation", does{"c": askNote}},
		{"/", "filter by words; Esc ends it", does{
			"/":   func(m Model) Model { m.ask = asking{what: forFilter, input: m.filter}; return m },
			"esc": back,
		}},
		{"d Enter", "the element in focus alone, with its diff", does{"d": alone, "enter": enter}},
		{"J K H L", "scroll what is said, and the diff; Ctrl-D Ctrl-U by half a page", does{
			"K":      func(m Model) Model { return m.scrolled(-1) },
			"J":      func(m Model) Model { return m.scrolled(1) },
			"H":      func(m Model) Model { return m.shifted(-1) },
			"L":      func(m Model) Model { return m.shifted(1) },
			"ctrl+u": func(m Model) Model { return m.scrolled(-m.size.page() / 2) },
			"ctrl+d": func(m Model) Model { return m.scrolled(m.size.page() / 2) },
		}},
		{"] [", "the next line and the one before, also while one is alone", does{
			"]": func(m Model) Model { return m.at(m.place.moved(m.place.cursor, 1)) },
			"[": func(m Model) Model { return m.at(m.place.moved(m.place.cursor, -1)) },
		}},
		{"w", "write the plan file", does{"w": write}},
		{"a", "go on to approve the plan", does{"a": approve}},
		{"q", "leave; Ctrl-C at once", does{"q": leave, "ctrl+c": stop}},
		{"", "", does{"?": func(m Model) Model { m.ask.what = forHelp; return m }}},
	}
}

// resolutions is the row of the keys of resolutions.
var resolutions = func() keyRow {
	r := keyRow{acts: map[string]func(Model) Model{}}
	var letters, names []string
	for _, resolution := range plan.Resolutions {
		short := resolution.Short()
		letters, names = append(letters, short[:1]), append(names, short)
		r.acts[short[:1]] = func(m Model) Model { return choose(m, resolution) }
	}
	r.shown = strings.Join(letters, " ")
	r.does = "settle: " + strings.Join(names, ", ") + "; on a directory all in it"
	return r
}()

// acts are what keys do, by their names.
var acts = func() map[string]func(Model) Model {
	all := map[string]func(Model) Model{}
	for _, r := range keyRows() {
		maps.Copy(all, r.acts)
	}
	return all
}()

// stop leaves at once, whatever is asked.
func stop(m Model) Model {
	m.wants = Stop
	return m
}
