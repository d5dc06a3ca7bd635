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

// ask begins a call. With upload, what that writes follows the question. The caller closes the exchange.
func (a asker) ask(ctx context.Context, ask *wire.Ask, upload func(*wire.Writer) error) (*exchange, error) {
	if a.via != nil {
		return a.via.ask(ask, upload)
	}
	return a.Connection.ask(ctx, ask, upload)
}

// call makes a call whose answer has no data.
func (a asker) call(ctx context.Context, ask *wire.Ask, upload func(*wire.Writer) error) (*wire.Answer, error) {
	e, err := a.ask(ctx, ask, upload)
	if err != nil {
		return &wire.Answer{}, err
	}
	defer e.Close()
	return e.end()
}

// fetch makes a call whose answer has data, of at most so many bytes.
func (a asker) fetch(ctx context.Context, ask *wire.Ask, most int64) ([]byte, error) {
	e, err := a.ask(ctx, ask, nil)
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
	_, err = e.end()
	return data, err
}

// list makes a call whose answer is names of at most so many bytes.
func (a asker) list(ask *wire.Ask, most int, upload func(*wire.Writer) error) ([]string, error) {
	e, err := a.ask(context.Background(), ask, upload)
	if err != nil {
		return nil, err
	}
	defer e.Close()
	names, err := wire.ReadNames(e, most)
	if err != nil {
		return nil, e.early(err)
	}
	_, err = e.end()
	return names, err
}
