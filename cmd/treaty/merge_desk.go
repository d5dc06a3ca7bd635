package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"treaty/cmd/treaty/internal/desk"
	"treaty/plan"
)

// newDesk lays out texts, by the names that a program is told of them, to make that of a conflict from: in a private
// folder outside of both trees.
func newDesk(p *plan.Plan, c *plan.Conflict, given map[string][]byte) (*desk.Desk, error) {
	folder, err := privateFolder(p)
	if err != nil {
		return nil, err
	}
	return desk.New(folder, filepath.Base(string(c.Path)), given)
}

// privateFolder makes a private folder for texts outside of both trees.
func privateFolder(p *plan.Plan) (string, error) {
	folder, err := temporaryFolder("treaty-merge-")
	if err != nil {
		return "", err
	}
	real, err := filepath.EvalSymlinks(folder)
	for _, side := range plan.BothSides {
		root := p.Snapshot(side).Root + string(filepath.Separator)
		if err == nil && strings.HasPrefix(real, root) {
			err = usage(then("set TMPDIR to a folder outside of both trees", again), "the folder for temporary files lies in %s",
				side)
		}
	}
	if err != nil {
		return "", errors.Join(err, os.RemoveAll(folder))
	}
	return folder, nil
}

// temporaryFolder makes a folder of a name that begins so, where the system has those that don't last.
func temporaryFolder(name string) (string, error) {
	folder, err := os.MkdirTemp("", name)
	if err != nil {
		return "", &complaint{is: err, why: fmt.Sprintf("a temporary folder cannot be made: %v", err),
			hint: then("set TMPDIR to a folder that is there and can be written to", again)}
	}
	return folder, nil
}
