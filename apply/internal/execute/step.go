package execute

import (
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// Step is a step of a plan, and what its action says of it.
type Step struct{ *plan.Step }

// makesDirectory tells whether there is a directory at its path afterwards that was none.
func (s *Step) makesDirectory() bool {
	return s.After.Of() == tree.Directory && s.Before.Of() != tree.Directory
}

// takesDirectory tells whether a directory goes from its path.
func (s *Step) takesDirectory() bool {
	return s.Before.Of() == tree.Directory && s.After.Of() != tree.Directory
}

// copies tells whether it creates or updates something.
func (s *Step) copies() bool { return s.Action == plan.Create || s.Action == plan.Update }

// putsContent tells whether it creates or updates a file or a link. What takes a directory's name is left out: that
// must be emptied first.
func (s *Step) putsContent() bool {
	return s.copies() && s.After.Type != tree.Directory && s.Before.Of() != tree.Directory
}

// Widens tells of a change of mode that lets the owner work in a directory.
func (s *Step) Widens() bool {
	before, after := s.Before, s.After
	return s.Action == plan.Chmod && after.Type == tree.Directory && after.Mode == volume.Workable(after.Mode) &&
		before.Mode.Known() && before.Mode != volume.Workable(before.Mode)
}

// replaces tells whether it puts a file or a link in the place of another one.
func (s *Step) replaces() bool {
	return s.putsContent() && s.Action == plan.Update
}

// displaces tells whether it renames a file, and where that is.
func (s *Step) displaces() (tree.Path, bool) {
	switch {
	case s.Skipped != "" || s.Before.Of() != tree.File:
		return "", false
	case s.Action == plan.Move:
		return s.From(), true
	}
	return s.present(), s.Action == plan.Update || s.Action == plan.Delete
}

// Dresses tells whether it gives a file another time or mode, and where that file is before.
func (s *Step) Dresses() (tree.Path, bool) {
	if s.Before.Of() != tree.File || s.After.Of() != tree.File {
		return "", false
	}
	differs := s.After.Mtime != s.Before.Mtime || s.After.Mode.Known() && s.After.Mode != s.Before.Mode
	switch s.Action {
	case plan.Move:
		return s.From(), differs
	case plan.Touch, plan.Chmod:
		return s.Path, differs
	}
	return "", false
}

// present is where the tree has what it changes.
func (s *Step) present() tree.Path {
	if s.From() != "" {
		return s.From()
	}
	return s.Path
}
