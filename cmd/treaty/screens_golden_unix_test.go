//go:build unix

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheEverydayLooksLikeThis holds what a person sees of a day to testdata/screens, for terminals of either width.
// Who changes a screen runs it with -update, and looks at what became of the files.
func TestTheEverydayLooksLikeThis(t *testing.T) {
	for _, width := range []int{narrow, wide} {
		t.Run(fmt.Sprintf("%d columns", width), func(t *testing.T) {
			t.Parallel()
			d := &dayOnScreen{t: t, width: width, dir: plant(t)}
			if resolved, err := filepath.EvalSymlinks(d.dir); err != nil || filepath.Dir(resolved) != "/tmp" {
				t.Skipf("the lines of the screens are for trees in /tmp, and not in %s (%v)", resolved, err)
			}
			clash(t, d.dir, "one", "two")
			d.shows("status-new", "status", "mac", "stick")
			d.shows("plan", "plan", "mac", "stick", "--diffs", "updates")
			d.shows("show", "-C", "mac", "show", "--no-diffs")
			d.shows("show-diffs", "-C", "mac", "show", "--diffs")
			d.reviews()
			d.syncs()
			d.shows("status", "-C", "mac", "status")
			d.shows("log", "-C", "mac", "log")
			d.shows("log-1", "-C", "mac", "log", "1")
			d.shows("doctor", "-C", "mac", "doctor")
		})
	}
}

// dayOnScreen is a day with two trees, on terminals that are so wide.
type dayOnScreen struct {
	t     *testing.T
	width int
	dir   string
}

// start starts treaty on a terminal that has room for all it says.
func (d *dayOnScreen) start(height int, words ...string) *screen {
	return onScreenOf(d.t, d.width, height, d.dir, append([]string{"env", "LC_ALL=C.UTF-8", "treaty"}, words...)...)
}

// shows holds what a command has on the screen at its end to the file of a name.
func (d *dayOnScreen) shows(name string, words ...string) {
	d.t.Helper()
	s := d.start(120, words...)
	s.exits(0)
	d.golden(name, s)
}

// reviews looks at the first screen of a review, of the usual height.
func (d *dayOnScreen) reviews() {
	d.t.Helper()
	s := d.start(24, "-C", "mac", "review")
	s.shows("? help")
	d.golden("review", s)
	s.types("q")
	s.exits(0)
}

// syncs looks at what a sync asks, and at its end.
func (d *dayOnScreen) syncs() {
	d.t.Helper()
	s := d.start(120, "sync", "mac", "stick")
	s.asks("[?]")
	d.golden("sync-question", s)
	s.presses("?")
	s.shows("q  leave")
	s.asks("[?]")
	s.presses("bl")
	s.asks("Carry this out? [y/N]")
	s.types("y\r")
	s.exits(0)
	d.golden("sync", s)
}

// golden holds the screen to the file of a name.
func (d *dayOnScreen) golden(name string, s *screen) {
	d.t.Helper()
	golden(d.t, fmt.Sprintf("testdata/screens/%s-%d.txt", name, d.width), d.everyTime(s.text())+"\n")
}

// everyTime is a screen without what differs from run to run and from machine to machine, in the same columns.
func (d *dayOnScreen) everyTime(text string) string {
	host, err := os.Hostname()
	if err != nil {
		d.t.Fatal(err)
	}
	by := author()
	text = strings.ReplaceAll(text, filepath.Base(d.dir), "together")
	text = strings.ReplaceAll(text, by.User+"@"+host, "alex@laptop")
	for _, hide := range []struct{ pattern, with string }{
		{`\b(approved by) ` + regexp.QuoteMeta(by.User), "$1 alex"},
		{`\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{8}`, "20261129T150457.703Z-18635d3e"},
		{`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`, "01a203f3-b59d-7008-872e-cc5922bc0c16"},
		{`20\d\d-(0[2-9]|1\d)-\d\d \d\d:\d\d:\d\d`, "2026-11-29 15:05:48"},
		{`posix \(((?:hinted: |recorded: )?)\w+\)`, "posix (${1}ext4)"},
		{`[\d.]+ [KMGT]iB free of [\d.]+ [KMGT]iB`, "29.2 GiB free of 252.0 GiB"},
		// How long the number is decides whether the line is wrapped before it; and a number that a little less than it
		// looks like is followed by another.
		{`,\s+[\d.]+ [KMGT]iB free(?: → [\d.]+ [KMGT]iB)?\n`, ", 29.2 GiB free\n"},
		{`[\d.]+ [KMGT]iB free`, "29.2 GiB free"},
		{`(trash and old plans: \d+ items?), [\d.]+ \w+`, "$1, 41.4 KiB"},
	} {
		text = regexp.MustCompile(hide.pattern).ReplaceAllString(text, hide.with)
	}
	return text
}
