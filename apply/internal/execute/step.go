package apply

import (
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// step is a step of a plan, and what its action says of it.
type step struct{ plan.Step }

// makesDirectory tells whether there is a directory at its path afterwards that was none.
func (s *step) makesDirectory() bool {
	return s.After.Of() == tree.Directory && s.Before.Of() != tree.Directory
}

// takesDirectory tells whether a directory goes from its path.
func (s *step) takesDirectory() bool {
	return s.Before.Of() == tree.Directory && s.After.Of() != tree.Directory
}

// copies tells whether it creates or updates something.
func (s *step) copies() bool { return s.Action == plan.Create || s.Action == plan.Update }

// putsContent tells whether it creates or updates a file or a link. What takes a directory's name is left out: that
// must be emptied first.
func (s *step) putsContent() bool {
	return s.copies() && s.After.Type != tree.Directory && s.Before.Of() != tree.Directory
}

// widens tells of a change of mode that lets the owner work in a directory.
func (s *step) widens() bool {
	before, after := s.Before, s.After
	return s.Action == plan.Chmod && after.Type == tree.Directory && after.Mode == volume.Workable(after.Mode) &&
		before.Mode.Known() && before.Mode != volume.Workable(before.Mode)
}

// displaces tells whether it renames a file, and where that is.
func (s *step) displaces() (tree.Path, bool) {
	switch {
	case s.Skipped != "" || s.Before.Of() != tree.File:
		return "", false
	case s.Action == plan.Move:
		return s.From, true
	}
	return s.present(), s.Action == plan.Update || s.Action == plan.Delete
}

// dresses tells whether it gives a file another time or mode, and where that file is before.
func (s *step) dresses() (tree.Path, bool) {
	if s.Before.Of() != tree.File || s.After.Of() != tree.File {
		return "", false
	}
	differs := s.After.Mtime != s.Before.Mtime || s.After.Mode.Known() && s.After.Mode != s.Before.Mode
	switch s.Action {
	case plan.Move:
		return s.From, differs
	case plan.Touch, plan.Chmod:
		return s.Path, differs
	}
	return "", false
}

// present is where the tree has what it changes.
func (s *step) present() tree.Path {
	if s.From != "" {
		return s.From
	}
	return s.Path
}
