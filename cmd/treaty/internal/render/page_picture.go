package render

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"treaty/plan"
	"treaty/plan/tree"
)

// picture is a drawing with all that it says in words too.
type picture struct {
	Title, Says string
	// Wide and Narrow are the same, for screens of either width.
	Wide, Narrow drawing
	// Key are the kinds of what is drawn, for a legend; none where it needs none.
	Key   []string
	Head  []string
	Table [][]string
}

// drawing is what an SVG of some size is made of, in order.
type drawing struct {
	Width, Height float64
	Shapes        []shape
}

// shape is a rectangle, a path where it has one, or a text where it has one.
type shape struct {
	Class, Path, Text   string
	X, Y, Width, Height float64
	Says                string // what is told of it under the pointer
}

// Box is the drawing's own coordinates.
func (d drawing) Box() string { return fmt.Sprintf("0 0 %g %g", d.Width, d.Height) }

// At writes a coordinate as short as it may be.
func (s shape) At(v float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", v), ".0") }

func (d *drawing) rect(class string, x, y, width, height float64, says string) {
	d.Shapes = append(d.Shapes, shape{Class: class, X: x, Y: y, Width: width, Height: height, Says: says})
}

// text writes a text, if there is one.
func (d *drawing) text(class string, x, y float64, text string) {
	if text == "" {
		return
	}
	d.Shapes = append(d.Shapes, shape{Class: class, X: x, Y: y, Text: text})
}

func (d *drawing) path(class, path string) {
	d.Shapes = append(d.Shapes, shape{Class: class, Path: path})
}

// The sizes of the two kinds of screens, and about how wide a character is, in the units of drawings.
const (
	wideDrawing   = 760
	narrowDrawing = 340
	letter        = 7.2
)

// fit is as much of a text as fits into so many units.
func fit(text string, width float64) string { return Cut(text, int(width/letter)) }

// pictures are those of a plan that has something to draw.
func pictures(e *effect, p *plan.Plan, names plan.Sides[string]) []picture {
	if p.Empty() {
		return nil
	}
	list := []picture{flows(e, p, names)}
	if m, drawn := areas(e, p); drawn {
		list = append(list, m)
	}
	return list
}

// stream is what one tree gets from the other one, what goes to its trash, and what it does by itself.
type stream struct {
	gets, trashed tally
	moved         string
	set           int // modes and times
}

// streams sum up by the side that changes, and count as the summary does.
func streams(e *effect) plan.Sides[stream] {
	var all plan.Sides[stream]
	total, _ := e.totals()
	for _, side := range plan.BothSides {
		s := &all[side]
		for action, sum := range total[side] {
			switch action {
			case plan.Create, plan.Update:
				s.gets.addAll(sum.tally)
				s.gets.files += sum.within.files
			case plan.Move:
				s.moved = sum.text(action) + " moved"
			case plan.Chmod, plan.Touch:
				s.set += sum.files + sum.directories + sum.links
			}
		}
	}
	for op := range e.operations {
		if e.applied(op) && (op.Action == plan.Update || op.Action == plan.Delete) {
			all[op.Side].trashed.add(op.Before)
		}
	}
	for _, o := range e.settled {
		if o.Action == plan.Update || o.Action == plan.Delete {
			all[o.Side].trashed.addWhole(o.Before)
		}
	}
	return all
}

// comes says what comes from the other side.
func (s *stream) comes() string { return cmp.Or(s.gets.String(), "nothing") }

// within says what changes on the side without anything from the other one, a line each.
func (s *stream) within() []string {
	var lines []string
	if n := s.trashed.files + s.trashed.links; n > 0 {
		lines = append(lines, Count(n, "file")+" to the trash, "+Bytes(s.trashed.bytes))
	}
	if s.moved != "" {
		lines = append(lines, s.moved)
	}
	if s.set > 0 {
		lines = append(lines, "modes or times: "+Count(s.set, "entry"))
	}
	return lines
}

// flows draws what goes from one tree to the other, bands as thick as there are bytes.
func flows(e *effect, p *plan.Plan, names plan.Sides[string]) picture {
	all := streams(e)
	open := ""
	if n := p.Unresolved(); n > 0 {
		open = Count(n, "open conflict")
	}
	pic := picture{Title: "What goes where", Head: []string{"tree", "gets", "of its own"},
		Wide: flowDrawing(all, names, open), Narrow: narrowFlows(all, names, open)}
	var says []string
	for _, side := range plan.BothSides {
		s := &all[side]
		pic.Table = append(pic.Table, []string{names[side], s.comes(), cmp.Or(strings.Join(s.within(), ", "), "nothing")})
		says = append(says, names[side]+" gets "+s.comes())
	}
	pic.Says = strings.Join(says, "; ")
	return pic
}

// flowDrawing has a tree at either side, and the bands between.
func flowDrawing(all plan.Sides[stream], names plan.Sides[string], open string) drawing {
	const side, gap, top, height, most, least = 216.0, 12.0, 14.0, 148.0, 46.0, 3.0
	d := drawing{Width: wideDrawing, Height: 196}
	from, to := side+gap, wideDrawing-side-gap
	for i, s := range plan.BothSides {
		x := []float64{0, wideDrawing - side}[i]
		d.rect("tree-box", x, top, side, height, "")
		d.text("tree-name", x+12, top+26, fit(names[s], side-24))
		d.text("tree-side", x+12, top+44, s.String())
		for line, text := range all[s].within() {
			d.text("small", x+12, top+68+18*float64(line), fit(text, side*1.2))
		}
	}
	for i, target := range []plan.Side{plan.Remote, plan.Local} {
		s := &all[target]
		y, thick := top+44+70*float64(i), max(least, most*share(all, target))
		d.path(s.class(target), arrow(from, to, y, thick, target == plan.Local))
		d.text("flow-text", (from+to)/2, y-thick/2-7, fit(s.comes(), to-from+40))
	}
	d.text("flow-open", (from+to)/2, top+height+10, open)
	return d
}

// narrowFlows has the bands below each other, as long as there are bytes.
func narrowFlows(all plan.Sides[stream], names plan.Sides[string], open string) drawing {
	const step, thick, least = 52.0, 16.0, 20.0
	d := drawing{Width: narrowDrawing, Height: 2*step + 8}
	for i, target := range []plan.Side{plan.Remote, plan.Local} {
		s := &all[target]
		y := step * float64(i)
		d.text("flow-name", 0, y+14, fit("to "+names[target]+": "+s.comes(), narrowDrawing))
		d.path(s.class(target), arrow(0, max(least, narrowDrawing*share(all, target)), y+32, thick, target == plan.Local))
	}
	if open != "" {
		d.Height += 16
		d.text("flow-open left-end", 0, d.Height-4, open)
	}
	return d
}

// class is that of the band to a side.
func (s *stream) class(to plan.Side) string {
	if s.gets == (tally{}) {
		return "flow none"
	}
	return "flow to-" + to.String()
}

// share is how much goes to a side, of the most that goes to one.
func share(all plan.Sides[stream], to plan.Side) float64 {
	return float64(all[to].gets.bytes) / float64(max(all[plan.Local].gets.bytes, all[plan.Remote].gets.bytes, 1))
}

// arrow is a band with a head at its right end, or at its left one.
func arrow(from, to, y, thick float64, left bool) string {
	head, half := min(max(10, thick*0.6), to-from), thick/2
	wing := half + 5
	tip, neck, tail := to, to-head, from
	if left {
		tip, neck, tail = from, from+head, to
	}
	return fmt.Sprintf("M%.1f %.1fH%.1fV%.1fL%.1f %.1fL%.1f %.1fV%.1fH%.1fZ", tail, y-half, neck, y-wing, tip, y,
		neck, y+wing, y+half, tail)
}

// kinds are what areas are told apart by, in the order of the legend.
var kinds = []string{"conflict", "delete", "update", "create", "move", "other"}

// place is a folder at the top of what changes, with the weight and the number of what changes in it by kind.
type place struct {
	name   string
	weight float64
	by     [6]struct {
		count  int
		weight float64
	}
}

// leastWeight is what an entry counts as at least, in bytes: what one takes on most disks.
const leastWeight = 4096

// mostPlaces is how many folders are drawn, the others as one.
const mostPlaces = 24

// areas draws where how much changes. It draws nothing where all is in one place.
func areas(e *effect, p *plan.Plan) (picture, bool) {
	list := places(e, p)
	if len(list) == 0 {
		return picture{}, false
	}
	pic := picture{Title: "Where it changes", Head: append([]string{"folder"}, kinds...)}
	pic.Says = "the area of a folder is the size of what changes in it (small ones are drawn larger), most of it in " +
		list[0].name
	pic.Wide, pic.Narrow = areaDrawing(list, wideDrawing, 260), areaDrawing(list, narrowDrawing, 300)
	for k := range kinds {
		if slices.ContainsFunc(list, func(pl place) bool { return pl.by[k].count > 0 }) {
			pic.Key = append(pic.Key, kinds[k])
		}
	}
	for i := range list {
		pic.Table = append(pic.Table, list[i].row())
	}
	return pic, true
}

func (pl *place) row() []string {
	row := []string{pl.name}
	for i := range pl.by {
		text := ""
		if pl.by[i].count > 0 {
			text = fmt.Sprint(pl.by[i].count)
		}
		row = append(row, text)
	}
	return row
}

// change is an operation or a conflict as areas see it.
type change struct {
	path  tree.Path
	kind  int
	bytes int64
}

func changesOf(e *effect, p *plan.Plan) []change {
	var list []change
	for op := range e.operations {
		if !e.applied(op) {
			continue
		}
		kind := slices.Index(kinds, op.Action.String())
		if kind < 0 {
			kind = len(kinds) - 1
		}
		var bytes int64
		if s := subject(op.Before, op.After); s != nil {
			bytes = s.Size
		}
		list = append(list, change{op.Path, kind, bytes})
	}
	for i := range p.Conflicts {
		c := &p.Conflicts[i]
		var bytes int64
		for _, side := range plan.BothSides {
			if s := c.State(side); s != nil {
				bytes = max(bytes, s.Size)
			}
		}
		list = append(list, change{c.Path, 0, bytes})
	}
	return list
}

// places are the folders in which something changes, the largest first, below the folder that all have in common.
func places(e *effect, p *plan.Plan) []place {
	list := changesOf(e, p)
	common := commonFolder(list)
	by := map[string]*place{}
	var all []*place
	for _, c := range list {
		name := "(files)"
		rest := c.path
		if common != tree.Root {
			rest = rest[len(common)+1:]
		}
		if first, _, inside := strings.Cut(string(rest), "/"); inside {
			name = e.opts.Alike.Path(common.Join(first), true)
		}
		pl := by[name]
		if pl == nil {
			pl = &place{name: name}
			by[name], all = pl, append(all, pl)
		}
		weight := float64(max(c.bytes, leastWeight))
		pl.by[c.kind].count++
		pl.by[c.kind].weight += weight
		pl.weight += weight
	}
	enlarge(all)
	slices.SortStableFunc(all, func(a, b *place) int {
		return cmp.Or(cmp.Compare(b.weight, a.weight), cmp.Compare(a.name, b.name))
	})
	return fewer(all)
}

// leastShare is which share of the drawing a place gets at least, so that it is seen.
const leastShare = 0.008

// enlarge makes places that are too small to be seen larger than they are.
func enlarge(all []*place) {
	total := 0.0
	for _, pl := range all {
		total += pl.weight
	}
	for _, pl := range all {
		if scale := leastShare * total / pl.weight; scale > 1 {
			pl.weight *= scale
			for k := range pl.by {
				pl.by[k].weight *= scale
			}
		}
	}
}

// fewer makes one place of those that are too many.
func fewer(all []*place) []place {
	var out []place
	for i, pl := range all {
		if i < mostPlaces {
			out = append(out, *pl)
			continue
		}
		rest := &out[mostPlaces-1]
		if i == mostPlaces {
			rest.name += " and others"
		}
		rest.weight += pl.weight
		for k := range pl.by {
			rest.by[k].count += pl.by[k].count
			rest.by[k].weight += pl.by[k].weight
		}
	}
	return out
}

// commonFolder is the deepest folder that all is in.
func commonFolder(list []change) tree.Path {
	if len(list) == 0 {
		return tree.Root
	}
	common := list[0].path.Parent()
	for _, c := range list {
		for common != tree.Root && (c.path == common || !c.path.Within(common)) {
			common = common.Parent()
		}
	}
	return common
}

func areaDrawing(list []place, width, height float64) drawing {
	d := drawing{Width: width, Height: height}
	weights := make([]float64, len(list))
	for i := range list {
		weights[i] = list[i].weight
	}
	for i, r := range squarified(weights, rectangle{0, 0, width, height}) {
		list[i].draw(&d, r)
	}
	return d
}

// draw fills a rectangle with the kinds of what changes in a place, and names it where there is room.
func (pl *place) draw(d *drawing, r rectangle) {
	x, y := r.x, r.y
	for k := range pl.by {
		share := pl.by[k].weight / pl.weight
		if share == 0 {
			continue
		}
		says := fmt.Sprintf("%s: %d %s", pl.name, pl.by[k].count, kinds[k])
		if r.width >= r.height {
			d.rect("area "+kinds[k], x, y, r.width*share, r.height, says)
			x += r.width * share
		} else {
			d.rect("area "+kinds[k], x, y, r.width, r.height*share, says)
			y += r.height * share
		}
	}
	d.rect("area-edge", r.x, r.y, r.width, r.height, "")
	if r.width > 7*letter && r.height > 22 {
		d.text("area-name", r.x+7, r.y+17, fit(pl.name, r.width-12))
	}
}
