package scan

import (
	"fmt"
	"io"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// IgnoreFile is the name of the files that hold a directory's ignore rules.
const IgnoreFile = ".treatyignore"

// IgnoreLimit is the largest of them that is read, in bytes.
const IgnoreLimit = 1 << 20

// Rules are those of a tree that hold in one of its directories, as a tree.Scope. They are pure: whoever lists a tree
// that is no directory of this machine judges by them too.
type Rules struct {
	rules ignore.Scope
	// text is what the file of them says that was entered last.
	text []byte
}

// Rules are those that hold in a root, before its own file of them is read.
func (o *Options) Rules() *Rules {
	return &Rules{rules: ignore.New(ignore.Options{Patterns: o.Patterns, DefaultIgnores: o.DefaultIgnores})}
}

// Enter are the rules in dir, whose .treatyignore says text.
func (s *Rules) Enter(dir tree.Path, text []byte) *Rules {
	return &Rules{s.rules.Enter(string(dir), text), text}
}

// Text is what the innermost file of rules says that was entered, nil where there was none: who is given the rules of
// the directories above makes the same of it, by Enter.
func (s *Rules) Text() []byte { return s.text }

// Judge is asked of entries whose parents are all in scope.
func (s *Rules) Judge(path tree.Path, directory bool) tree.Ruling {
	switch s.rules.Match(string(path), directory) {
	case ignore.Litter:
		return tree.Litter
	case ignore.Ignored:
		return tree.Ignored
	}
	return tree.InScope
}

// Same tells of rules of another tree that they are the same.
func (s *Rules) Same(as tree.Scope) bool {
	other, known := as.(*Rules)
	return known && s.rules.Same(other.rules)
}

// Extend is for a directory that the tree of outer does not have.
func (s *Rules) Extend(outer tree.Scope, dir, as tree.Path) tree.Scope {
	other := &Rules{}
	if known, ok := outer.(*Rules); ok {
		other = known
	}
	return &Rules{rules: s.rules.Extend(other.rules, string(dir), string(as))}
}

// ruleText is what a file of rules says. An error means that the rules are not known, and so not what of the
// directory is in scope.
func ruleText(h handle, e *tree.Entry) ([]byte, error) {
	switch {
	case e.Type != tree.File:
		return nil, fmt.Errorf("%s is no regular file", IgnoreFile)
	case e.Size > IgnoreLimit:
		return nil, fmt.Errorf("%s is larger than %d bytes", IgnoreFile, IgnoreLimit)
	}
	f, err := h.open(IgnoreFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", IgnoreFile, why(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, IgnoreLimit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %s", IgnoreFile, why(err))
	case len(text) > IgnoreLimit:
		return nil, fmt.Errorf("%s is larger than %d bytes", IgnoreFile, IgnoreLimit)
	}
	return text, nil
}
