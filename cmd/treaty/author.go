package main

import (
	"os"
	"os/user"

	"treaty/plan"
)

// author is who runs this command, where, and with which treaty.
func author() plan.Author {
	a := plan.Author{User: "unknown", Host: "unknown", Version: version()}
	if u, err := user.Current(); err == nil {
		a.User = u.Username
	}
	if host, err := os.Hostname(); err == nil {
		a.Host = host
	}
	return a
}
