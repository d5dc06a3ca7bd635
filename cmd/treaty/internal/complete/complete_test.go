package complete

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/alecthomas/kong"
)

// grammar is a small one that has each thing that matters.
type grammar struct {
	Dir   string `short:"C" name:"directory" placeholder:"DIR" help:"Where."`
	Color string `enum:"auto,always" default:"auto" help:"Colours."`
	Quiet bool   `short:"q" help:"Less."`

	Copy struct {
		Diffs   *bool    `negatable:"" help:"Differences."`
		Ignore  []string `placeholder:"PATTERN" help:"Not these."`
		Secret  bool     `hidden:""`
		From    string   `arg:"" name:"FROM"`
		Targets []string `arg:"" name:"TARGET"`
	} `cmd:"" help:"Copies."`
	Only struct {
		Kind string `arg:"" name:"KIND" enum:"red,green"`
	} `cmd:"" help:"One of few."`
	Unseen struct{} `cmd:"" hidden:""`
}

// next are the words that may come next on a line, and what else may; what is known of a place is its name and the
// word.
func next(t *testing.T, line string) string {
	t.Helper()
	k, err := kong.New(&grammar{})
	if err != nil {
		t.Fatal(err)
	}
	l := Read(k.Model, Split(line).Words[1:])
	list, rest := l.Next(func(l Line, place string) ([]Candidate, Rest) {
		return []Candidate{{Word: l.Word + "<" + place + strings.Repeat("+", len(l.Arguments)) + ">"}}, Files
	})
	var words []string
	for _, c := range list {
		words = append(words, c.Word)
	}
	return strings.TrimSpace(strings.Join(words, " ") + " " + string(rest))
}

func TestWhatComesNextIsWhatTheGrammarTakes(t *testing.T) {
	for line, want := range map[string]string{
		"treaty ":                          "copy only nothing",
		"treaty c":                         "copy nothing",
		"treaty x":                         "nothing",
		"treaty -":                         "--help --directory --color --quiet nothing",
		"treaty --c":                       "--color nothing",
		"treaty --color ":                  "auto always nothing",
		"treaty --color al":                "always nothing",
		"treaty --color=al":                "--color=always nothing",
		"treaty --colour=al":               "nothing",
		"treaty -C ":                       "<DIR> files",
		"treaty -C x c":                    "copy nothing",
		"treaty -Cx c":                     "copy nothing",
		"treaty -q c":                      "copy nothing",
		"treaty --directory=x c":           "copy nothing",
		"treaty --directory=x":             "--directory=x<DIR> files",
		"treaty copy ":                     "<FROM> files",
		"treaty copy a ":                   "<TARGET+> files",
		"treaty copy a b c":                "c<TARGET++> files",
		"treaty copy --ignore ":            "<PATTERN> files",
		"treaty copy --ignore a b":         "b<FROM> files",
		"treaty copy -- --x":               "--x<FROM> files",
		"treaty copy --no":                 "--no-diffs nothing",
		"treaty copy --diffs --ignore x -": "--ignore --help --directory --color --quiet nothing",
		"treaty copy --no-diffs -":         "--ignore --help --directory --color --quiet nothing",
		"treaty copy --what copy":          "copy<FROM> files",
		"treaty copy only ":                "<TARGET+> files",
		"treaty only ":                     "red green nothing",
		"treaty only green ":               "nothing",
		`treaty copy "a b`:                 "a b<FROM> files",
	} {
		if got := next(t, line); got != want {
			t.Errorf("%s: %s, not %s", line, got, want)
		}
	}
}

func TestALineIsSplitAsAShellDoes(t *testing.T) {
	for line, want := range map[string][]string{
		``:                {""},
		`a`:               {"a"},
		`a `:              {"a", ""},
		`  a  b`:          {"a", "b"},
		`a\ b c`:          {"a b", "c"},
		`a "b c" d`:       {"a", "b c", "d"},
		`a 'b \c" d`:      {"a", `b \c" d`},
		`a "b\"c\n $x`:    {"a", `b"c\n $x`},
		`a ''`:            {"a", ""},
		`a '' b`:          {"a", "", "b"},
		`a=b"c d"'e f'\g`: {"a=bc de fg"},
		`a \`:             {"a", ""},
	} {
		if got := Split(line).Words; !slices.Equal(got, want) {
			t.Errorf("%s is %q, not %q", line, got, want)
		}
	}
}

func TestBashIsToldWhatItDoesNotKeep(t *testing.T) {
	for line, c := range map[string]struct{ word, want string }{
		`t --color=al`:    {"--color=always", "always"},
		`t --color=`:      {"--color=always", "always"},
		`t a:b=c`:         {"a:b=cd", "cd"},
		`t a\:b`:          {"a:b$c=d", `a\:b\$c\=d`},
		`t "a=b`:          {`a=b c"$d'`, `a=b c\"\$d'`},
		`t 'a=b`:          {`a=b c"$d'`, `a=b c"$d'\''`},
		`t a=b c`:         {"c d", `c\ d`},
		`t ü="c`:          {"ü=c d", "c d"},
		`t --ignore="my `: {"--ignore=my x", "my x"},
	} {
		typed := Split(line)
		if got := typed.Insert(c.word); got != c.want {
			t.Errorf("%s: %s, not %s", line, got, c.want)
		}
	}
}

func TestAnAnswerIsALineACandidate(t *testing.T) {
	list := []Candidate{{"auto", "Colours."}, {"a\nb", ""}, {"a\x1bb", ""}, {"", ""}, {"a b", ""}}
	if got, want := Answer(list, Files), "files\nauto\tColours.\n\na b\n"; got != want {
		t.Errorf("%q, not %q", got, want)
	}
}

func FuzzRead(f *testing.F) {
	for _, line := range []string{"treaty copy --ignore=a -q b", `treaty -C "x y`, "treaty -- copy",
		"treaty -\xff --=", "treaty =:"} {
		f.Add(line)
	}
	k, err := kong.New(&grammar{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, line string) {
		typed := Split("treaty " + line)
		last := typed.last()
		l := Read(k.Model, append(typed.Words, "")[1:max(2, len(typed.Words))])
		list, _ := l.Next(func(l Line, place string) ([]Candidate, Rest) {
			return []Candidate{{l.Word + place, ""}}, Nothing
		})
		for _, c := range list {
			if !strings.HasPrefix(c.Word, last) {
				t.Fatalf("%q does not go on from %q", c.Word, last)
			}
			insert := typed.Insert(c.Word)
			again := Typed{Words: []string{last[:typed.kept]}, quote: typed.quote, started: true}
			for _, r := range insert {
				again.next(r)
			}
			if utf8.ValidString(c.Word) && (len(again.Words) != 1 || again.Words[0] != c.Word) {
				t.Fatalf("%q inserted as %q is read as %q", c.Word, insert, again.Words)
			}
		}
	})
}
