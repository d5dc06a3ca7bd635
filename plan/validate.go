package plan

import (
	"bytes"
	"iter"
	"sync"
	"sync/atomic"

	"treaty/plan/jsontext"
	"treaty/schema"
)

// pieceSize is of how many elements of each array the text is held at a time.
const pieceSize = 1 << 10

// Validate is nil for a plan whose text is valid by the schema, whose elements can each be read again, and in which
// Check finds nothing. The error is of type schema.Errors for any other one. What Write writes need not be held for
// that as a whole: the schema says nothing of two elements of an array at a time.
func (p *Plan) Validate() error {
	work := make(chan *Plan)
	var size atomic.Int64
	var odd atomic.Bool
	var group sync.WaitGroup
	group.Go(func() {
		if len(p.Check()) > 0 {
			odd.Store(true)
		}
	})
	for range readers {
		group.Go(func() {
			var text bytes.Buffer
			var d decoder
			for piece := range work {
				text.Reset()
				others, plain := d.withoutPlain(piece.Operations)
				piece.Operations = others
				size.Add(plain)
				if piece.Write(&text) != nil || readable(text.Bytes()) != nil {
					odd.Store(true)
				}
				size.Add(int64(text.Len()))
			}
		})
	}
	for piece := range pieces(p) {
		work <- piece
	}
	close(work)
	group.Wait()
	if odd.Load() || size.Load() > schema.Plan.MaxSize() {
		return wrong(p)
	}
	return nil
}

// withoutPlain leaves out the operations whose texts are plain, and returns how long these are together.
func (d *decoder) withoutPlain(operations []Operation) (others []Operation, size int64) {
	out := jsontext.Inside(2)
	for i := range operations {
		out.Reset()
		operations[i].writeJSON(out)
		text := out.Bytes()
		before := bytes.IndexByte(text, '{') // a comma, and white space
		if n := d.plain(text[before:], new(Operation)); before+n == len(text) && n > 0 {
			size += int64(len(text))
			continue
		}
		others = append(others, operations[i])
	}
	return others, size
}

// wrong is what is wrong with a plan, at its places in the plan's text; nil where nothing is.
func wrong(p *Plan) error {
	var text bytes.Buffer
	if err := p.Write(&text); err != nil {
		return err
	}
	if err := readable(text.Bytes()); err != nil {
		return err
	}
	return checked(p, text.Bytes())
}

// pieces are the plan with some elements of each array at a time, one at least.
func pieces(p *Plan) iter.Seq[*Plan] {
	return func(yield func(*Plan) bool) {
		most := max(len(p.Operations), len(p.Conflicts), len(p.Problems), 1)
		for at := 0; at < most; at += pieceSize {
			piece := *p
			piece.Operations = window(p.Operations, at)
			piece.Conflicts = window(p.Conflicts, at)
			piece.Problems = window(p.Problems, at)
			if !yield(&piece) {
				return
			}
		}
	}
}

// window is the piece of a list that begins at a place, nothing beyond its end.
func window[T any](list []T, at int) []T {
	return list[min(at, len(list)):min(at+pieceSize, len(list))]
}
