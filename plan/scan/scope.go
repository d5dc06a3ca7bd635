package scan

import (
	"fmt"
	"io"

	"treaty/plan/internal/ignore"
	"treaty/plan/tree"
)

// ignoreFile is the name of the files that hold a directory's ignore rules.
const ignoreFile = ".treatyignore"

// ignoreLimit is the largest of them that is read, in bytes.
const ignoreLimit = 1 << 20

// scope is ignore's as a tree.Scope.
type scope struct{ rules ignore.Scope }

// Judge is asked of entries whose parents are all in scope.
func (s *scope) Judge(path tree.Path, directory bool) tree.Ruling {
	switch s.rules.Match(string(path), directory) {
	case ignore.Litter:
		return tree.Litter
	case ignore.Ignored:
		return tree.Ignored
	}
	return tree.InScope
}

// Extend is for a directory that the tree of outer does not have.
func (s *scope) Extend(outer tree.Scope, dir, as tree.Path) tree.Scope {
	other := &scope{}
	if known, ok := outer.(*scope); ok {
		other = known
	}
	return &scope{s.rules.Extend(other.rules, string(dir), string(as))}
}

// enter is the scope of dir, whose .treatyignore says text.
func (s *scope) enter(dir tree.Path, text []byte) *scope {
	return &scope{s.rules.Enter(string(dir), text)}
}

// ruleText is what a file of rules says. An error means that the rules are not known, and so not what of the
// directory is in scope.
func ruleText(h handle, e *tree.Entry) ([]byte, error) {
	switch {
	case e.Type != tree.File:
		return nil, fmt.Errorf("%s is no regular file", ignoreFile)
	case e.Size > ignoreLimit:
		return nil, fmt.Errorf("%s is larger than %d bytes", ignoreFile, ignoreLimit)
	}
	f, err := h.open(ignoreFile)
	if err != nil {
		return nil, fmt.Errorf("%s: %s", ignoreFile, why(err))
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, ignoreLimit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %s", ignoreFile, why(err))
	case len(text) > ignoreLimit:
		return nil, fmt.Errorf("%s is larger than %d bytes", ignoreFile, ignoreLimit)
	}
	return text, nil
}
