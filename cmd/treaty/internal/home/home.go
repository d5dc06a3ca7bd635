// Package home is the home directory of whoever runs treaty, as paths begin with it on a command line and in a config:
// no shell has put it there in --flag=~/path, nor in JSON.
package home

import (
	"os"
	"path/filepath"
)

// Expand replaces a leading "~" by the home directory; "~name" is left. Where there is no home directory it stays,
// and is not found.
func Expand(path string) string {
	if path != "~" && (len(path) < 2 || path[0] != '~' || !os.IsPathSeparator(path[1])) {
		return path
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return path
	}
	return filepath.Join(home, path[1:])
}
