package snapshot

import (
	"bufio"
	"errors"
	"fmt"
	"hash"
	"io"
)

// longest is how many bytes a line may have: the rules of a directory are at most 1 MiB, and JSON makes six of one.
const longest = 8 << 20

// scanner goes over the lines of a file.
type scanner struct {
	in *bufio.Reader
	// line is the number of the line that next returns, and offset where it begins.
	line   int
	offset int64
	// sum, where not nil, is of all lines but the last one returned.
	sum  hash.Hash
	last []byte
	// newer tells that the file is of a newer minor version than is known.
	newer bool
}

// linesOf goes over a file from where a line begins.
func linesOf(at io.ReaderAt, from, size int64, line int) *scanner {
	return &scanner{in: bufio.NewReaderSize(io.NewSectionReader(at, from, size-from), 1<<16), line: line, offset: from}
}

// next is the next line, without its end, which is good until the next call. At the end of the file it is io.EOF.
func (s *scanner) next() ([]byte, error) {
	if s.sum != nil {
		s.sum.Write(s.last)
	}
	whole, err := s.read()
	switch {
	case errors.Is(err, io.EOF) && len(whole) == 0:
		return nil, io.EOF
	case errors.Is(err, io.EOF):
		return nil, s.fault("it is cut short: the line has no end")
	case err != nil:
		return nil, err
	}
	s.last = whole
	s.offset += int64(len(whole))
	s.line++
	return whole[:len(whole)-1], nil
}

// read is the next line with its end, as far as it goes.
func (s *scanner) read() ([]byte, error) {
	part, err := s.in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return part, err
	}
	whole := append([]byte(nil), part...)
	for errors.Is(err, bufio.ErrBufferFull) {
		if len(whole) > longest {
			return nil, s.fault(fmt.Sprintf("it has more than %d bytes", longest))
		}
		part, err = s.in.ReadSlice('\n')
		whole = append(whole, part...)
	}
	return whole, err
}

// fault is what is wrong with the line that would come next.
func (s *scanner) fault(why string) error { return &Fault{s.line, why} }

// wrong is what is wrong with the line that was returned last.
func (s *scanner) wrong(why string, args ...any) error {
	return &Fault{s.line - 1, fmt.Sprintf(why, args...)}
}
