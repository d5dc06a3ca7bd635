package remote

import (
	"context"
	"fmt"
	"io"

	"treaty/apply/internal/wire"
)

// asker makes calls.
type asker struct {
	*Connection
	// via makes them together with others; nil where each is made by itself.
	via *fiber
}

// question is what a call asks: a question of package wire, by the call's name.
type question struct {
	call string
	text any
}

// ask begins a call. With upload, what that writes follows the question. The caller closes the exchange.
func (a asker) ask(ctx context.Context, q question, upload func(*wire.Writer) error) (*exchange, error) {
	if a.via != nil {
		return a.via.ask(q, upload)
	}
	return a.Connection.ask(ctx, q, upload)
}

// to is a question to a tree, or to what changes it.
func to[Q, A any](f *files, of wire.Call[Q, A], q *Q) question {
	run := 0
	if f.run != nil {
		run = f.run.Run
	}
	of.To(q, f.tree, run)
	return question{of.Name(), q}
}

// begin begins a call whose answer has data. The caller closes the exchange.
func begin[Q, A any](ctx context.Context, f *files, of wire.Call[Q, A], q *Q,
	upload func(*wire.Writer) error) (*exchange, error) {
	if err := f.run.wait(); err != nil {
		return nil, err
	}
	return f.ask(ctx, to(f, of, q), upload)
}

// call makes a call whose answer has no data. Also with an error there is an answer.
func call[Q, A any](ctx context.Context, f *files, of wire.Call[Q, A], q *Q,
	upload func(*wire.Writer) error) (*A, error) {
	e, err := begin(ctx, f, of, q, upload)
	if err != nil {
		return new(A), err
	}
	defer e.Close()
	return end(e, of)
}

// tell makes a call that is answered by an error alone.
func tell[Q any](f *files, of wire.Call[Q, wire.Done], q *Q, upload func(*wire.Writer) error) error {
	_, err := call(context.Background(), f, of, q, upload)
	return err
}

// end reads the end of the answer, behind all its data. The error is the one that it tells.
func end[Q, A any](e *exchange, of wire.Call[Q, A]) (*A, error) {
	answer := new(A)
	if err := e.in.Ended(answer); err != nil {
		return answer, e.failed(err)
	}
	return answer, e.checked(of.Outcome(answer).Fault.Err())
}

// first reads what comes before the data; where that is the end already, the error that it tells.
func first[Q, A any](e *exchange, of wire.Call[Q, A]) (*A, error) {
	answer := new(A)
	last, err := e.in.First(answer)
	switch {
	case err != nil:
		return nil, e.failed(err)
	case last && of.Outcome(answer).Fault != nil:
		return nil, e.checked(of.Outcome(answer).Fault.Err())
	case last:
		return nil, e.ended(wire.Broken("its data"))
	}
	return answer, nil
}

// fetch makes a call whose answer has data, of at most so many bytes.
func fetch[Q any](ctx context.Context, f *files, of wire.Call[Q, wire.Done], q *Q, most int64) ([]byte, error) {
	e, err := begin(ctx, f, of, q, nil)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	data, err := io.ReadAll(io.LimitReader(e, most+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > most {
		return nil, e.ended(fmt.Errorf("%w: more than the %d bytes that were asked for", wire.ErrBroken, most))
	}
	_, err = end(e, of)
	return data, err
}

// list makes a call whose answer is names in a directory.
func list[Q any](f *files, of wire.Call[Q, wire.Done], q *Q) ([]string, error) {
	e, err := begin(context.Background(), f, of, q, nil)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	names, err := wire.ReadNames(e, wire.MaxName)
	if err != nil {
		return nil, e.early(err)
	}
	_, err = end(e, of)
	return names, err
}
