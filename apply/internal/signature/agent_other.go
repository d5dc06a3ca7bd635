//go:build !windows

package signature

import (
	"io"
	"net"
	"os"
)

func defaultSocket() string { return os.Getenv("SSH_AUTH_SOCK") }

func dial(socket string) (io.ReadWriteCloser, error) { return net.Dial("unix", socket) }
