package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/alecthomas/kong"
)

// versionFlag prints the version, whatever else stands on the command line.
type versionFlag bool

// BeforeReset is called by the parser before it looks for what is missing.
func (versionFlag) BeforeReset(k *kong.Kong) error {
	_, err := fmt.Fprintln(k.Stdout, built())
	k.Exit(0)
	return err
}

// version is the module's, as the go command recorded it, or "devel".
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" {
		return "devel"
	}
	return info.Main.Version
}

// built is the line of --version: version, commit, Go and platform. A commit that the go command did not record is
// left out; one with changes that were not committed says so.
func built() string {
	commit, changed := "", ""
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			switch {
			case setting.Key == "vcs.revision" && len(setting.Value) >= 12:
				commit = "commit " + setting.Value[:12]
			case setting.Key == "vcs.modified" && setting.Value == "true":
				changed = " with changes"
			}
		}
	}
	if commit != "" {
		commit += changed + ", "
	}
	return fmt.Sprintf("treaty %s (%s%s, %s/%s)", version(), commit, runtime.Version(), runtime.GOOS, runtime.GOARCH)
}
