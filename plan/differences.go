package plan

// differences are what a draft has of a plan, in the order of the walk: what lies below a directory stands before it.
type differences []*difference

// keep takes out the differences of which kept does not hold. It is asked of each once, in order.
func (ds *differences) keep(kept func(*difference) bool) {
	all := *ds
	*ds = all[:0]
	for _, d := range all {
		if kept(d) {
			*ds = append(*ds, d)
		}
	}
	clear(all[len(*ds):])
}

// drop takes out the differences that are marked so.
func (ds *differences) drop() {
	ds.keep(func(d *difference) bool { return !d.dropped })
}

// below are the differences in the directory that a side has at the i-th.
func (ds differences) below(i int, side Side) differences {
	first := i
	for first > 0 && ds[first-1].at(side).Within(ds[i].at(side)) {
		first--
	}
	return ds[first:i]
}
