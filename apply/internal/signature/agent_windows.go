package signature

import (
	"io"
	"net"
	"os"
	"strings"
)

// defaultSocket is the pipe of Windows' own ssh-agent, unless another agent has set the variable.
func defaultSocket() string {
	if s := os.Getenv("SSH_AUTH_SOCK"); s != "" {
		return s
	}
	return `\\.\pipe\openssh-ssh-agent`
}

func dial(socket string) (io.ReadWriteCloser, error) {
	if strings.HasPrefix(socket, `\\.\pipe\`) {
		return os.OpenFile(socket, os.O_RDWR, 0)
	}
	return net.Dial("unix", socket)
}
