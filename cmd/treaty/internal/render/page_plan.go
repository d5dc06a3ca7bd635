package render

import "treaty/plan"

// settling is what the page's script needs to settle the plan; Why is why it cannot.
type settling struct{ Why string }

func (page *Page) settling(p *plan.Plan) (settling, error) { return settling{}, nil }
