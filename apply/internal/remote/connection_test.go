package remote

import (
	"errors"
	"io"
	"strings"
	"testing"

	"treaty/apply/internal/wire"
	"treaty/plan/scan"
)

// gone is an end that nobody reads from any more.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAnAgentThatIsGoneAfterItsHelloIsALostConnection(t *testing.T) {
	stopped := false
	said := errors.New("ssh: it was killed")
	_, _, err := Connect(Streams{From: strings.NewReader(string(wire.NewHello("test").Line())), To: gone{},
		Stop: func() error { stopped = true; return nil }, Why: func() error { return said }}, "test")
	if !errors.Is(err, ErrLost) || !errors.Is(err, scan.ErrVanished) || !errors.Is(err, said) || !stopped {
		t.Errorf("stopped %v: %v", stopped, err)
	}
}
