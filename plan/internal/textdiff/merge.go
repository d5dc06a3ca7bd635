package textdiff

import (
	"slices"
	"strings"
)

// Merge is what became of a text that two versions have changed, in the shape that plans carry.
type Merge struct {
	// Lines are the text, joined with LF and, where FinalNewline says so, followed by a last one. They hold its CRs
	// and its BOM, and in open regions both versions and the base between markers.
	Lines        []string
	FinalNewline bool
	// Regions are the places where a version differs from the base, and Open those of them where both do, differently.
	Regions, Open int
}

// Text is the merged text's bytes.
func (m *Merge) Text() []byte { return Joined(m.Lines, m.FinalNewline) }

// Joined are lines with an LF between them, and one behind the last where final says so.
func Joined(lines []string, final bool) []byte {
	size := len(lines)
	for _, line := range lines {
		size += len(line)
	}
	text := make([]byte, 0, size+1)
	for i, line := range lines {
		if i > 0 {
			text = append(text, '\n')
		}
		text = append(text, line...)
	}
	if final {
		text = append(text, '\n')
	}
	return text
}

// Merge3 merges two versions of a base. What one version changed, or both alike, is taken; different changes of the
// same or of adjacent lines are open. Swapped versions give the same text, but that they change places in open regions.
//
// Where each text has one kind of line end throughout, lines are compared without them, and the version that changed
// them decides; so it is with a BOM and the last newline, which can never be open. Mixed ends are part of their lines.
//
// A text that a diff would omit, the result among them, gives no merge, and the reason.
func Merge3(base, local, remote []byte) (*Merge, Omitted) {
	if why := omitted(base, local, remote); why != "" {
		return nil, why
	}
	b, l, r := dissect(base), dissect(local), dissect(remote)
	ends := ""
	if uniform(b, l, r) {
		ends = decided(b.ends, l.ends, r.ends)
		for _, t := range []*dissected{&b, &l, &r} {
			t.dropReturns()
		}
	}
	m := &Merge{}
	m.mergeLines(b.lines, l.lines, r.lines)
	m.FinalNewline = decided(b.last, l.last, r.last) != unterminated && len(m.Lines) > 0
	if ends == crlf {
		m.addReturns()
	}
	if decided(b.mark, l.mark, r.mark) == bom {
		m.addMark()
	}
	if why := omitted(m.Text()); why != "" {
		return nil, why
	}
	return m, ""
}

// mergeLines merges the lines of texts.
func (m *Merge) mergeLines(base, local, remote []string) {
	regions, markers := regionsOf(base, local, remote), markersFor(base, local, remote)
	m.Regions = len(regions)
	m.Lines = make([]string, 0, max(len(base), len(local), len(remote))+4*len(regions))
	at := 0
	for _, g := range regions {
		m.Lines = append(m.Lines, base[at:g.base0]...)
		at = g.base1
		m.take(g, base[g.base0:g.base1], local[g.local0:g.local1], remote[g.remote0:g.remote1], markers)
	}
	m.Lines = append(m.Lines, base[at:]...)
}

// addReturns makes all line ends CRLF.
func (m *Merge) addReturns() {
	last := len(m.Lines) - 1
	for i := range m.Lines {
		if i < last || m.FinalNewline {
			m.Lines[i] += "\r"
		}
	}
}

// addMark puts a BOM before the text.
func (m *Merge) addMark() {
	if len(m.Lines) == 0 {
		m.Lines = []string{""}
	}
	m.Lines[0] = bom + m.Lines[0]
}

// take adds what a region comes to.
func (m *Merge) take(g region, base, local, remote []string, markers [4]string) {
	switch {
	case !g.byRemote, g.byLocal && slices.Equal(local, remote):
		m.Lines = append(m.Lines, local...)
	case !g.byLocal:
		m.Lines = append(m.Lines, remote...)
	default:
		m.open(base, local, remote, markers)
	}
}

// open adds a region that both versions have changed, differently, without the lines that both begin or end with.
func (m *Merge) open(base, local, remote []string, markers [4]string) {
	m.Open++
	n := 0
	for n < min(len(local), len(remote)) && local[n] == remote[n] {
		n++
	}
	head := local[:n]
	local, remote = local[n:], remote[n:]
	n = 0
	for n < min(len(local), len(remote)) && local[len(local)-1-n] == remote[len(remote)-1-n] {
		n++
	}
	tail := local[len(local)-n:]
	local, remote = local[:len(local)-n], remote[:len(remote)-n]
	m.Lines = append(m.Lines, head...)
	for i, part := range [][]string{local, base, remote} {
		m.Lines = append(append(m.Lines, markers[i]), part...)
	}
	m.Lines = append(append(m.Lines, markers[3]), tail...)
}

// region is a place where a version differs from the base, or both do: the lines of it in each text.
type region struct {
	base0, base1, local0, local1, remote0, remote1 int
	byLocal, byRemote                              bool
}

// regionsOf are the regions of two versions, in order. Edits of the same or of adjacent lines are one region.
func regionsOf(base, local, remote []string) []region {
	mine, theirs := edits(base, local, lessLines(local, base)), edits(base, remote, lessLines(remote, base))
	var regions []region
	shiftL, shiftR := 0, 0 // how much further on a line of the base is in the versions, behind the last region
	for len(mine) > 0 || len(theirs) > 0 {
		from := first(mine, theirs)
		g := region{base0: from, base1: from}
		grownL, grownR := 0, 0
		for more := true; more; {
			l, r := g.grow(&mine, &g.byLocal, &grownL), g.grow(&theirs, &g.byRemote, &grownR)
			more = l || r
		}
		g.local0, g.remote0 = g.base0+shiftL, g.base0+shiftR
		shiftL, shiftR = shiftL+grownL, shiftR+grownR
		g.local1, g.remote1 = g.base1+shiftL, g.base1+shiftR
		regions = append(regions, g)
	}
	return regions
}

// grow takes the first edit of a script into the region, if it touches that, and tells whether it did. by is then true,
// and grown by how many lines the version is longer there than the base.
func (g *region) grow(script *[]edit, by *bool, grown *int) bool {
	if len(*script) == 0 || (*script)[0].a0 > g.base1 {
		return false
	}
	e := (*script)[0]
	*script = (*script)[1:]
	g.base1, *by = max(g.base1, e.a1), true
	*grown += e.b1 - e.b0 - (e.a1 - e.a0)
	return true
}

// first is where the first edit of two scripts begins, of which one is not empty.
func first(scripts ...[]edit) int {
	from := -1
	for _, script := range scripts {
		if len(script) > 0 && (from < 0 || script[0].a0 < from) {
			from = script[0].a0
		}
	}
	return from
}

// lessLines orders texts, so that a diff of two does not depend on which of them is called the base.
func lessLines(a, b []string) bool { return slices.Compare(a, b) < 0 }

// What a text can be like as a whole. Without a line end it has no kind of them, "".
const (
	bom          = "\ufeff"
	noBOM        = "-"
	lf           = "LF"
	crlf         = "CRLF"
	mixed        = "mixed"
	terminated   = "terminated"
	unterminated = "unterminated"
)

// dissected is a text as a merge looks at it: its lines, without LFs, and what it is like as a whole.
type dissected struct {
	lines            []string
	mark, ends, last string
}

func dissect(text []byte) dissected {
	d := dissected{mark: noBOM, last: terminated}
	rest, found := strings.CutPrefix(string(text), bom)
	if found {
		d.mark = bom
	}
	if rest == "" {
		return d
	}
	d.last = unterminated
	lines, terminators := strings.Split(rest, "\n"), strings.Count(rest, "\n")
	if lines[len(lines)-1] == "" {
		d.last, lines = terminated, lines[:len(lines)-1]
	}
	returns := strings.Count(rest, "\r\n")
	switch {
	case terminators == 0:
	case returns == 0:
		d.ends = lf
	case returns == terminators:
		d.ends = crlf
	default:
		d.ends = mixed
	}
	d.lines = lines
	return d
}

// uniform tells whether each text has one kind of line end, and it can be told who changed it.
func uniform(base, local, remote dissected) bool {
	kinds := []string{base.ends, local.ends, remote.ends}
	decidable := base.ends != "" || local.ends == "" || remote.ends == "" || local.ends == remote.ends
	return decidable && !slices.Contains(kinds, mixed)
}

// dropReturns takes the CRs of uniform line ends off the lines.
func (d *dissected) dropReturns() {
	if d.ends != crlf {
		return
	}
	for i, line := range d.lines {
		if i < len(d.lines)-1 || d.last == terminated {
			d.lines[i] = strings.TrimSuffix(line, "\r")
		}
	}
}

// decided is what a merged text is like as a whole: as the version that changed it has it. There are but two ways to
// be, so that two versions can't have changed it differently; "" is no change.
func decided(base, local, remote string) string {
	for _, version := range []string{local, remote} {
		if version != "" && version != base {
			return version
		}
	}
	return base
}
