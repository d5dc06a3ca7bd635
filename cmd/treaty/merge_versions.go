package main

import (
	"crypto/sha256"

	"treaty/apply/reach"
	"treaty/plan"
)

// versionsOf reads what the sides of a plan have of its conflicts, where that is what the plan saw; nil where it is
// not, or cannot be read.
func versionsOf(p *plan.Plan) func(c *plan.Conflict, side plan.Side) []byte {
	return func(c *plan.Conflict, side plan.Side) []byte { return versionOf(p, c, side, plan.MostText) }
}

// versionOf is what a side of a plan has of a conflict, where that is what the plan saw, and at most so many bytes; nil
// where it is not, or cannot be read.
func versionOf(p *plan.Plan, c *plan.Conflict, side plan.Side, most int64) []byte {
	folder, err := reach.Store(p.Snapshot(side).Root)
	if err != nil {
		return nil
	}
	defer folder.Close()
	text, err := folder.Read(c.PathOn(side), most)
	if err != nil || c.State(side) == nil || sha256.Sum256(text) != c.State(side).SHA256 {
		return nil
	}
	return text
}
