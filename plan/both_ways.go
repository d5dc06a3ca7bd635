package plan

import "context"

// decideBothWays turns updates in both directions into conflicts where nobody has a memory to tell that this
// is fine, or where the person said that it is not. Conflicts state the content of both files, whatever operations
// do: what they need is read.
func decideBothWays(ctx context.Context, dr *draft) error {
	if dr.policy.baseline && dr.policy.options.Bidirectional != BidirectionalConflict {
		return nil
	}
	var to Sides[bool]
	for _, d := range dr.differences {
		if side, updates := d.updates(); updates {
			to[side] = true
		}
	}
	if !to[Local] || !to[Remote] {
		return nil
	}
	for _, d := range dr.differences {
		if _, updates := d.updates(); updates {
			d.verdict = verdict{kind: BidirectionalUpdate}
		}
	}
	return readAll(ctx, dr)
}

// updates tells which side would get other content of the same type.
func (d *difference) updates() (Side, bool) {
	for _, c := range d.verdict.changes {
		if c.action == Update && d.now(Local).Type == d.now(Remote).Type {
			return c.side, true
		}
	}
	return 0, false
}
