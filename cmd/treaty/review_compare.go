package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"treaty/cmd/treaty/internal/desk"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
	"treaty/plan/address"
)

// mostCompared is how many bytes a version has at most of which a person's program is given a copy.
const mostCompared = 64 << 20

// difftoolWords are the command of the program by which a person compares files. The error is the person's where there
// is none.
func difftoolWords(command string) ([]string, error) {
	for _, command := range []string{command, os.Getenv("TREATY_DIFFTOOL")} {
		if words := terminal.Words(command); len(words) > 0 {
			return words, nil
		}
	}
	return nil, errors.New("neither --difftool nor $TREATY_DIFFTOOL names a program to compare with")
}

// compared has a person compare copies of both versions of a conflict, in a program that is theirs. The error names
// the copies that they have changed, if any: these stay.
func compared(a *app, p *plan.Plan, c *plan.Conflict, command string) error {
	words, err := difftoolWords(command)
	if err != nil {
		return err
	}
	given := map[string][]byte{}
	for _, side := range plan.BothSides {
		name := plan.Sides[string]{desk.Local, desk.Remote}[side]
		given[name] = versionOf(p, c, side, mostCompared)
		switch root := p.Snapshot(side).Root; {
		case given[name] == nil && address.Is(root):
			return fmt.Errorf("%s: what %s has is not here, which a program would be given beside the other version",
				render.Name(string(c.Path)), render.Name(root))
		case given[name] == nil:
			return fmt.Errorf("%s: %s is not what the plan saw, is over 64 MiB, or cannot be read",
				render.Name(string(c.Path)), side)
		}
	}
	d, err := newDesk(p, c, given)
	if err != nil {
		return err
	}
	err = a.RunProgram(d.Command(nil, words))
	if terminal.Exited(err) {
		err = nil // that is how programs tell that two files differ
	} else if err != nil {
		err = fmt.Errorf("%s failed: %w", render.Name(words[0]), err)
	}
	if changed := d.Kept(); len(changed) > 0 {
		err = errors.Join(err, fmt.Errorf("these are copies, and the plan takes nothing of them: %s",
			strings.Join(changed, ", ")))
	}
	return err
}
