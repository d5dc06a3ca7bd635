package baseline

import (
	"encoding/binary"
	"errors"
	"io"
)

// input is what a baseline is read from. It is not a bufio.Reader, since a number there takes a call for each of its
// bytes, and there are a dozen numbers to a file.
type input struct {
	from io.Reader
	// ahead is what was read of it and not asked for yet, in room.
	ahead, room []byte
	// err is why no more can be read, nil as long as nothing is known of that.
	err error
}

func newInput(from io.Reader) *input { return &input{from: from, room: make([]byte, 1<<16)} }

// fill reads on until so many bytes lie ahead, or there are no more.
func (in *input) fill(n int) {
	if n > len(in.room) {
		in.room = make([]byte, n)
	}
	in.ahead = in.room[:copy(in.room, in.ahead)]
	for len(in.ahead) < n && in.err == nil {
		var read int
		read, in.err = in.from.Read(in.room[len(in.ahead):])
		in.ahead = in.room[:len(in.ahead)+read]
	}
}

// take is the next n bytes, until something else is asked for. An error is io.EOF where there are none at all, and
// io.ErrUnexpectedEOF where there are fewer.
func (in *input) take(n int) ([]byte, error) {
	if len(in.ahead) < n {
		if in.fill(n); len(in.ahead) < n {
			return nil, in.ended()
		}
	}
	b := in.ahead[:n]
	in.ahead = in.ahead[n:]
	return b, nil
}

// ended is why there is not enough ahead.
func (in *input) ended() error {
	if in.err == io.EOF && len(in.ahead) > 0 {
		return io.ErrUnexpectedEOF
	}
	return in.err
}

func (in *input) byte() (byte, error) {
	b, err := in.take(1)
	if err != nil {
		return 0, err
	}
	return b[0], nil
}

var errOverflow = errors.New("a number of more than 64 bits")

func (in *input) uvarint() (uint64, error) {
	if len(in.ahead) > 0 && in.ahead[0] < 0x80 {
		n := uint64(in.ahead[0])
		in.ahead = in.ahead[1:]
		return n, nil
	}
	if len(in.ahead) < binary.MaxVarintLen64 {
		in.fill(binary.MaxVarintLen64)
	}
	n, size := binary.Uvarint(in.ahead)
	switch {
	case size == 0:
		return 0, in.ended()
	case size < 0:
		return 0, errOverflow
	}
	in.ahead = in.ahead[size:]
	return n, nil
}

func (in *input) varint() (int64, error) {
	n, err := in.uvarint()
	return int64(n>>1) ^ -int64(n&1), err
}
