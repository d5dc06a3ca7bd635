package plan

import "treaty/plan/tree"

// version is what one side has at a path, nil for nothing.
type version struct {
	side  Side
	path  tree.Path
	state *tree.State
}

// name is what the version is called in a diff.
func (v version) name() string { return v.side.String() + "/" + string(v.path) }

// below is an entry of a directory.
func (v version) below(e *tree.Entry) version { return version{v.side, v.path.Join(e.Name), e.State()} }

// source is where the content is to be copied from, nil of what is no file.
func (v version) source() *Source {
	if v.state.Type != tree.File {
		return nil
	}
	return &Source{Tree: v.side, Path: v.path}
}
