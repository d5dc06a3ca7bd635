package plan

// accord is what a walk found that both sides agree on.
type accord struct {
	policy *policy
	// agreed counts the names on both sides that need nothing.
	agreed int
	// news tells of something both sides agree on that the baseline does not know.
	news bool
}

// agree counts a name that needs nothing.
func (a *accord) agree(t *trio) {
	a.news = a.news || a.policy.isNews(t)
	if t.has(Local) && t.has(Remote) {
		a.agreed++
	}
}
