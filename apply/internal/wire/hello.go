package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// Format is what both ends call what they speak.
const Format = "treaty.agent"

// spoken is the version of it that this program speaks: a minor one adds, and of two the lower is spoken. It is a
// variable so that a program of another version can be built, to be tried with this one (-ldflags -X).
//
// 1.1 adds that several barriers may be under way, and that a log is opened with what is written to it first; 1.2, that
// of calls together the others may be tried only where the first came to no error.
var spoken = "1.2"

// Hello is what each end says first, in one line of JSON.
type Hello struct {
	Format        string `json:"format"`
	FormatVersion string `json:"format_version"`
	// Program is the version of the program, for people.
	Program string `json:"program"`
}

// NewHello is this program's, whose version people know by a name.
func NewHello(program string) Hello {
	return Hello{Format, spoken, program}
}

// Newer tells whether who says it speaks a minor version beyond this program's. Of two the lower is spoken, and what an
// end has that is newer may say more besides, which is passed over.
func (h Hello) Newer() bool {
	_, theirs, _ := cutVersion(h.FormatVersion)
	_, own, _ := cutVersion(spoken)
	return theirs > own
}

// Minor is the minor version that is spoken with an end whose hello was read.
func (h Hello) Minor() int {
	_, theirs, _ := cutVersion(h.FormatVersion)
	_, own, _ := cutVersion(spoken)
	return min(theirs, own)
}

// begins is how a hello begins, whatever stands before it.
var begins = []byte(`{"format":"` + Format + `",`)

// The bounds of what comes first, in bytes.
const (
	// MaxNoise is what may come before the hello: what a login prints.
	MaxNoise = 64 << 10
	maxHello = 4 << 10
)

// ErrNoHello: what answered is no agent.
var ErrNoHello = errors.New("no treaty answered")

// ErrNoise, an ErrNoHello: more came than may come before a hello.
var ErrNoise = fmt.Errorf("%w within %d bytes", ErrNoHello, MaxNoise)

// A VersionError tells of an end that speaks another major version.
type VersionError struct{ Theirs, Program string }

func (e *VersionError) Error() string {
	return fmt.Sprintf("the other end is treaty %s and speaks version %s, and this one %s", e.Program, e.Theirs, spoken)
}

// Newer tells whether the other end is the one that is newer.
func (e *VersionError) Newer() bool {
	theirs, _, _ := cutVersion(e.Theirs)
	own, _, _ := cutVersion(spoken)
	return theirs > own
}

// Line is the hello as it is sent.
func (h Hello) Line() []byte {
	text, err := json.Marshal(h)
	if err != nil {
		panic(err) // strings always can
	}
	return append(text, '\n')
}

// ReadHello reads the other end's hello, and returns what came before it. Errors wrap ErrNoHello where none came, and
// ErrNoise where too much else did; they are a *VersionError where it speaks another major version. Then noise is all
// that came.
func ReadHello(from *bufio.Reader) (hello Hello, noise []byte, err error) {
	var seen []byte
	for {
		c, err := from.ReadByte()
		if err != nil {
			return Hello{}, seen, fmt.Errorf("%w: %w", ErrNoHello, torn(err))
		}
		seen = append(seen, c)
		if c == ',' && bytes.HasSuffix(seen, begins) {
			break
		}
		if len(seen) > MaxNoise+len(begins) {
			return Hello{}, seen, ErrNoise
		}
	}
	noise = seen[:len(seen)-len(begins)]
	line, err := readLine(from, bytes.Clone(begins))
	if err != nil {
		return Hello{}, seen, err
	}
	if err := json.Unmarshal(line, &hello); err != nil {
		return Hello{}, seen, fmt.Errorf("%w: its first line cannot be read: %w", ErrNoHello, err)
	}
	major, _, found := cutVersion(hello.FormatVersion)
	own, _, _ := cutVersion(spoken)
	switch {
	case !found:
		return Hello{}, seen, fmt.Errorf("%w: it names no version", ErrNoHello)
	case major != own:
		return hello, noise, &VersionError{hello.FormatVersion, hello.Program}
	}
	return hello, noise, nil
}

// readLine reads the rest of a line.
func readLine(from io.ByteReader, line []byte) ([]byte, error) {
	for {
		c, err := from.ReadByte()
		switch {
		case err != nil:
			return nil, fmt.Errorf("%w: %w", ErrNoHello, torn(err))
		case c == '\n':
			return line, nil
		case len(line) >= maxHello:
			return nil, fmt.Errorf("%w: its first line is longer than %d bytes", ErrNoHello, maxHello)
		}
		line = append(line, c)
	}
}

// cutVersion parts "1.0". Found tells whether it is such a version.
func cutVersion(text string) (major, minor int, found bool) {
	first, second, _ := strings.Cut(text, ".")
	major, err := strconv.Atoi(first)
	if err != nil || major < 1 {
		return 0, 0, false
	}
	minor, err = strconv.Atoi(second)
	return major, minor, err == nil && minor >= 0
}
