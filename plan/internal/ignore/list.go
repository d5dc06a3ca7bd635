package ignore

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// List is a list of patterns that say something about entries, not whether they are in scope: of
// all patterns that match an entry or a directory above it the last one speaks. Unlike in a [Scope],
// "!bin/x" after "bin/" thus has an effect. The zero List matches nothing.
type List struct {
	rules *rules
	fold  bool
}

// Patterns returns the list of patterns, based at the root of the tree.
func Patterns(patterns []string) List {
	return List{rules: compile("", nfcAll(patterns), false)}
}

// Sensitive returns a list that disregards the case of ASCII letters. That is for the config's
// "sensitive", where the errors are unequal: a wrong match hides a diff, a wrong mismatch prints a
// key that a Windows machine called SERVER.KEY into a plan that is archived. A second name that treaty gives is
// matched as well by what matches the name that it is a second one of.
func Sensitive(patterns []string) List {
	return List{rules: compile("", nfcAll(patterns), true), fold: true}
}

// Last returns the index, in the patterns given, of the one that speaks for path; -1 if none does,
// or if it starts with "!". Alone, it needs no word on the parents of path.
func (l List) Last(path string, isDir bool) int {
	if l.rules == nil {
		return -1
	}
	best := l.best(l.compared(path), isDir)
	if best.negated() {
		return -1
	}
	return best.index()
}

// compared is a path, or a part of one, as it is compared with the patterns.
func (l List) compared(path string) string {
	if path = nfc(path); l.fold {
		path = lower(path)
	}
	return path
}

// best is the last pattern that matches a path, or a directory above it.
func (l List) best(path string, isDir bool) hit {
	var best hit
	for start, end := 0, 0; end < len(path); start = end + 1 {
		end = len(path)
		if i := strings.IndexByte(path[start:], '/'); i >= 0 {
			end = start + i
		}
		h := l.rules.last(path[:end], path[start:end], end < len(path) || isDir)
		best = max(best, h)
	}
	return best
}

// Match reports whether a pattern speaks for path.
func (l List) Match(path string, isDir bool) bool {
	match := l.Last(path, isDir) >= 0
	if l.fold && !match {
		originals(path, func(first string) bool {
			match = l.Last(first, isDir) >= 0
			return !match
		})
	}
	return match
}

// defaultSensitive are names that usually hold secrets and are often text. Names that are as often
// source code ("secrets.go", "token.*") are not among them.
var defaultSensitive = []string{
	".env*", "*.pem", "*.key", "id_*", "*.kdbx", ".netrc",
	"_netrc", "*.p8", "*.p12", "*.pfx", "*.jks", "*.keystore", "*.ppk", "*.ovpn",
	".ssh/", ".gnupg/", ".aws/", ".kube/", "**/.docker/config.json",
	".npmrc", ".pypirc", ".pgpass", ".my.cnf", ".htpasswd", ".git-credentials",
	"credentials", "credentials.json", "secrets.json", "secrets.toml", "secrets.y*ml",
	"*.tfvars", "*.tfstate",
}

// DefaultSensitive returns the patterns of files whose text is kept out of plans by default.
func DefaultSensitive() []string { return slices.Clone(defaultSensitive) }

// Check returns an error for a pattern that has no place in a config, because nothing can match it
// or because it was surely meant otherwise. Git accepts such lines, and a .treatyignore is read as
// git would; but where each pattern is a value of its own, silence is no help.
func Check(pattern string) error {
	err := check(pattern)
	if err != nil {
		err = fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return err
}

func check(pattern string) error {
	if strings.ContainsAny(pattern, "\x00\r\n") {
		return errors.New("holds a line end or a NUL")
	}
	if strings.HasPrefix(pattern, "#") {
		return errors.New(`a comment, not a pattern; for names with "#" write "\#"`)
	}
	p, ok := parse(pattern)
	if !ok {
		return errors.New("empty")
	}
	err := barren(p.text)
	var wrong fault
	if before := strings.Index(pattern, p.text); before >= 0 && errors.As(err, &wrong) {
		return fmt.Errorf("%w, at character %d", wrong.error, utf8.RuneCountInString(pattern[:before+wrong.at])+1)
	}
	return err
}
