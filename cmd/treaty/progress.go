package main

import (
	"fmt"

	"treaty/apply"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/terminal"
	"treaty/plan"
	"treaty/plan/scan"
)

// comparingTrees measures the reading of two trees.
func comparingTrees(p *apply.Progress) func() terminal.Measured {
	return func() terminal.Measured {
		m := terminal.Measured{What: "reading the trees: " + files(&p.Scanned), Done: p.Compared.Load()}
		if m.Done > 0 {
			m.What += ", " + render.Bytes(m.Done) + " compared"
		}
		return m
	}
}

func files(seen *plan.Sides[scan.Progress]) string {
	return render.Count(int(seen[plan.Local].Files.Load()+seen[plan.Remote].Files.Load()), "file")
}

// applying measures an apply.
func applying(p *apply.Progress) func() terminal.Measured {
	return func() terminal.Measured {
		switch todo, done := p.ToDo.Load(), p.Done.Load(); {
		case todo == 0:
			return terminal.Measured{What: "checking that nothing has changed: " + files(&p.Scanned)}
		case done < todo:
			return terminal.Measured{
				What: fmt.Sprintf("applying: %d of %s", done, render.Count(int(todo), "operation")),
				Done: p.Copied.Load(), Total: p.ToCopy.Load(),
			}
		default:
			return terminal.Measured{What: fmt.Sprintf("recording what was done: %s", render.Count(int(done), "operation"))}
		}
	}
}
