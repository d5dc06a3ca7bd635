package main

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// openers are the commands by which systems open a file with the program that the person has for it.
var openers = map[string][]string{
	"darwin":  {"open"},
	"windows": {"rundll32", "url.dll,FileProtocolHandler"},
}

// openerPatience is how long an opener may take to say that it cannot. One that takes longer may be the browser itself.
const openerPatience = 2 * time.Second

// openInBrowser opens a file as a person's click would.
func openInBrowser(ctx context.Context, file string) error {
	absolute, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	opener := openers[runtime.GOOS]
	if opener == nil {
		opener = []string{"xdg-open"}
	}
	cmd := exec.Command(opener[0], append(opener[1:len(opener):len(opener)], absolute)...)
	if err := cmd.Start(); err != nil {
		return notOpened(file, opener[0], err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return notOpened(file, opener[0], err)
		}
	case <-time.After(openerPatience):
	case <-ctx.Done():
	}
	return nil
}

// notOpened says why a page was written and not opened.
func notOpened(file, opener string, err error) error {
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%s was written, and cannot be opened: there is no %s here", file, opener)
	}
	return fmt.Errorf("%s was written, and cannot be opened: %s: %w", file, opener, err)
}
