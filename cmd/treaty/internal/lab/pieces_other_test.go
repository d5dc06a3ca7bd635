//go:build !linux

package lab

import "errors"

func pieces(string) (int, error) { return 0, errors.ErrUnsupported }
