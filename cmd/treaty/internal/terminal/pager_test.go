package terminal

import (
	"slices"
	"testing"
)

func TestThePagerIsTheOneThatTheEnvironmentNames(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want []string
	}{
		{map[string]string{"PAGER": "less -S"}, []string{"less", "-S"}},
		{map[string]string{"PAGER": `"/opt/my pager" --title='a "plan"'`}, []string{"/opt/my pager", `--title=a "plan"`}},
		{map[string]string{"PAGER": `C:\bin\less.exe`}, []string{`C:\bin\less.exe`}},
		{map[string]string{"PAGER": "less", "TREATY_PAGER": "most"}, []string{"most"}},
		{map[string]string{"PAGER": "less", "TREATY_PAGER": ""}, nil},
		{map[string]string{"PAGER": "cat"}, nil},
		{map[string]string{"PAGER": " "}, nil},
	} {
		got := pagerWords(func(name string) (string, bool) {
			value, set := c.env[name]
			return value, set
		})
		if !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, not %q", c.env, got, c.want)
		}
	}
}

func TestRowsAreCountedAsATerminalBreaksThem(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "\n": 1, "1234\n": 1, "12345\n": 2, "12345678\n": 2, "漢字か\n\n": 3, "\x1b[1m1234\x1b[0m\n": 1, "12\n34\n": 2,
	} {
		if got := rowsOf([]byte(text), 4); got != want {
			t.Errorf("%q: %d rows, not %d", text, got, want)
		}
	}
}
