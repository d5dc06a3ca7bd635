package plan

import (
	"bytes"
	"fmt"
	"iter"
	"sync"
	"sync/atomic"

	"treaty/plan/jsontext"
	"treaty/schema"
)

// pieceSize is of how many elements of each array the text is held at a time.
const pieceSize = 1 << 10

// longest is how many bytes the text of a plan may have: more is not read again.
var longest = schema.Plan.MaxSize()

// TooLong is the error of a plan with a text of more bytes than anybody reads again.
type TooLong struct{ Size int64 }

func (e *TooLong) Error() string {
	return fmt.Sprintf("the plan has %d bytes, and a plan may have %d at most", e.Size, longest)
}

// Validate is nil for a plan whose text is valid by the schema, whose elements can each be read again, and in which
// Check finds nothing. The error is a *TooLong for one that is only too long, and of type schema.Errors for any other
// one. What Write writes need not be held for that as a whole: the schema says nothing of two elements of an array at
// a time.
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
	switch {
	case odd.Load():
		return wrong(p)
	case size.Load() > longest:
		return tooLong(p)
	}
	return nil
}

// tooLong is the error of a plan whose text has more bytes than one may have, nil where it has not: together, its
// pieces have more.
func tooLong(p *Plan) error {
	var size length
	if err := p.Write(&size); err != nil {
		return err
	}
	if int64(size) > longest {
		return &TooLong{int64(size)}
	}
	return nil
}

// length is of what was written.
type length int64

func (l *length) Write(text []byte) (int, error) {
	*l += length(len(text))
	return len(text), nil
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
