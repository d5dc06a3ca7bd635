package terminal

import (
	"os"

	"golang.org/x/term"
)

// File is the file behind a standard stream, or what stands for one here (a Stream, a pager); nil where there is none.
func File(end any) *os.File {
	if p, ok := end.(*pager); ok {
		end = p.stream
	}
	if s, ok := end.(Stream); ok {
		end = s.to
	}
	f, _ := end.(*os.File)
	return f
}

// Is tells whether end is a terminal: somebody sits at the other side.
func Is(end any) bool {
	f := File(end)
	return f != nil && term.IsTerminal(int(f.Fd()))
}

// Together tells whether whoever reads one output reads the other too: both are on a terminal, or go into one file.
func Together(a, b any) bool {
	if Is(a) && Is(b) {
		return true
	}
	f, g := File(a), File(b)
	if f == nil || g == nil {
		return false
	}
	first, err := f.Stat()
	if err != nil {
		return false
	}
	second, err := g.Stat()
	return err == nil && os.SameFile(first, second)
}

// Size is how many columns and rows a terminal has; both are 0 and unknown where end is none or does not tell.
func Size(end any) (width, height int, known bool) {
	f := File(end)
	if f == nil {
		return 0, 0, false
	}
	width, height, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0, 0, false
	}
	return width, height, true
}

// Columns is how wide a terminal is, 0 where end is none or does not tell.
func Columns(end any) int {
	width, _, _ := Size(end)
	return width
}

// steerable makes a terminal take escape sequences, false where it can't or is none.
func steerable(end any) bool {
	f := File(end)
	return f != nil && steer(f)
}

// Drawable tells whether a person sits at a terminal that a whole screen can be drawn on.
func Drawable(stdin, stdout any) bool { return Is(stdin) && Is(stdout) && !dumb() }

// dumb tells whether the terminal says of itself that it knows no escape sequences.
func dumb() bool { return os.Getenv("TERM") == "dumb" }

// Coloured tells whether to write colours to end: what was asked for (auto, always or never), else what the environment
// says (as no-color.org and bixense.com/clicolors have it), else whether it is a terminal that shows them.
func Coloured(asked string, end any) bool {
	able, forced := Is(end) && steerable(end), os.Getenv("CLICOLOR_FORCE")
	switch {
	case asked != "auto":
		return asked == "always"
	case os.Getenv("NO_COLOR") != "":
		return false
	case forced != "" && forced != "0":
		return true
	}
	return able && !dumb()
}
