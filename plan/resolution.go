package plan

import (
	"maps"
	"slices"
	"strings"

	"treaty/plan/jsontext"
	"treaty/plan/tree"
)

// Resolution is a person's choice. The zero value means none yet, null in JSON.
type Resolution string

const (
	Unresolved Resolution = ""
	TakeLocal  Resolution = "take-local"
	TakeRemote Resolution = "take-remote"
	TakeNewer  Resolution = "take-newer"
	TakeMerged Resolution = "take-merged"
	KeepBoth   Resolution = "keep-both"
	SkipPath   Resolution = "skip"
)

// Short is the resolution as a person may type it: local, remote, newer, merged, both or skip.
func (r Resolution) Short() string {
	return strings.TrimPrefix(strings.TrimPrefix(string(r), "take-"), "keep-")
}

// ParseResolution is the resolution by its name or its short one; false where there is none by that name.
func ParseResolution(name string) (Resolution, bool) {
	at := slices.IndexFunc(Resolutions[:], func(r Resolution) bool { return name == string(r) || name == r.Short() })
	if at < 0 {
		return Unresolved, false
	}
	return Resolutions[at], true
}

// Take is the resolution that makes the other side equal to the given one.
func Take(side Side) Resolution { return [...]Resolution{TakeLocal, TakeRemote}[side] }

// MarshalJSON writes null for Unresolved.
func (r Resolution) MarshalJSON() ([]byte, error) {
	if r == Unresolved {
		return []byte("null"), nil
	}
	return []byte(`"` + r + `"`), nil
}

// Choices has exactly the resolutions that a conflict allows, each with a sentence on what it would
// do.
type Choices map[Resolution]string

// Allows tells whether r may be chosen.
func (c Choices) Allows(r Resolution) bool { _, ok := c[r]; return ok }

// Names are the resolutions in the order in which they are offered, others after them.
func (c Choices) Names() []Resolution {
	names := slices.DeleteFunc(slices.Clone(Resolutions[:]), func(r Resolution) bool { return !c.Allows(r) })
	for _, name := range slices.Sorted(maps.Keys(c)) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// MarshalJSON writes the choices in the order of Names.
func (c Choices) MarshalJSON() ([]byte, error) {
	var w jsontext.Writer
	c.writeJSON(&w)
	return w.Bytes(), nil
}

// Allowed are the resolutions that the conflict's kind and states allow, whatever its choices say.
func (c *Conflict) Allowed() []Resolution {
	return slices.DeleteFunc(slices.Clone(Resolutions[:]), func(r Resolution) bool { return c.lacks(r) != "" })
}

// WhyNot says in words why the conflict does not allow a resolution, "" where it does.
func (c *Conflict) WhyNot(r Resolution) string {
	switch why := c.lacks(r); {
	case why != "":
		return why
	case r == Unresolved || c.Choices.Allows(r):
		return ""
	}
	return offered(r).cannot
}

// reword says of each choice what it does, by what the states say. Whatever a plan says of them is only words; what
// the states allow no choice is none.
func (c *Conflict) reword() {
	for r := range c.Choices {
		if c.lacks(r) != "" {
			delete(c.Choices, r)
			continue
		}
		c.Choices[r] = c.Says(r, ownWords)
	}
}

// Newer is the side whose file is the newer one; false where there are not two files of different
// times.
func (c *Conflict) Newer() (Side, bool) {
	if c.Local.Of() != tree.File || c.Remote.Of() != tree.File || c.Local.Mtime == c.Remote.Mtime {
		return 0, false
	}
	if c.Remote.Mtime.Before(c.Local.Mtime) {
		return Local, true
	}
	return Remote, true
}
