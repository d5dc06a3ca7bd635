package ignore

import (
	"strings"
	"testing"
)

func TestTheLastPatternThatMatchesCounts(t *testing.T) {
	l := Patterns([]string{"bin/", "*.txt", "", "/bin/run.txt", "!/bin/none", "# no"})
	for path, want := range map[string]int{
		"bin":              -1, // a file
		"bin/x":            0,
		"a/bin/b/x":        0,
		"a/bin/b/x.txt":    1,
		"bin/run.txt":      3,
		"bin/none":         -1,
		"bin/none/x":       -1,
		"a/bin/none":       0,
		"d.txt/below":      1, // a parent matches
		"# no":             -1,
		"":                 -1,
		"run/bin.txt.orig": -1,
	} {
		if got := l.Last(path, false); got != want {
			t.Errorf("%s: %d, want %d", path, got, want)
		}
	}
	if got := l.Last("bin", true); got != 0 {
		t.Errorf("bin/: %d", got)
	}
	if (List{}).Match("x", false) {
		t.Error("the zero list matches")
	}
}

func TestSensitiveNamesMatchInAnyCase(t *testing.T) {
	l := Sensitive(append(DefaultSensitive(), "*.[[:upper:]]1", "[A-C]2", "!.env.example"))
	for _, p := range strings.Fields(`.env .envrc a/.env.local .ENV server.key SERVER.KEY a/b/Cert.Pem id_rsa
		id_ed25519.pub keys.kdbx .netrc .ssh/config home/.ssh/known_hosts .docker/config.json
		a/.docker/config.json credentials .aws/Credentials secrets.yaml secrets.yml x.q1 X.Q1 b2 B2`) {
		if !l.Match(p, false) {
			t.Errorf("%s is not sensitive", p)
		}
	}
	for _, p := range strings.Fields(`.env.example env key a.keys pem identity grid_x secrets.go credentials.go
		.ssh config.json d2 keyboard.layout`) {
		if l.Match(p, false) {
			t.Errorf("%s is sensitive", p)
		}
	}
	if Patterns(DefaultSensitive()).Match("SERVER.KEY", false) {
		t.Error("Patterns folds case")
	}
}

func TestAPatternThatCanMatchNothingIsTold(t *testing.T) {
	for _, p := range append([]string{"*.o", "!a", `\!a`, `\#a`, "a b", "a/", "/a/**", "[]a]", "[a-]", "é\xff"},
		append(DefaultSensitive(), litterPatterns...)...) {
		if err := Check(p); err != nil {
			t.Error(err)
		}
	}
	for p, want := range map[string]string{
		"":            "empty",
		"  ":          "empty",
		"!":           "empty",
		"/":           "empty",
		"#a":          "comment",
		"a\nb":        "line end",
		"a\r":         "line end",
		"a\x00":       "NUL",
		"[a":          `"["`,
		`a\`:          "backslash",
		`[a\`:         `"["`,
		"[[:word:]]x": "class",
	} {
		if err := Check(p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", p, err, want)
		}
	}
}

// A second name that treaty gives is as sensitive as the name that it is a second one of.
func TestSecondNamesAreAsSensitive(t *testing.T) {
	l := Sensitive([]string{"credentials.json", "/vault/", "secret", "*.tar.gz"})
	for path, want := range map[string]bool{
		"credentials (remote).json":                       true,
		"d/Credentials (remote 12).json":                  true,
		"credentials (treaty conflict).json":              true,
		"credentials (treaty conflict 2).json":            true,
		"credentials (remote) (remote).json":              true,
		"credentials (remote 2) (treaty conflict 3).json": true,
		"vault (remote)/notes.txt":                        true,
		"vault (remote)/notes (remote).txt":               true,
		"vault (remote).txt":                              false,
		"secret (remote)":                                 true,
		"secret (remote 2)/in":                            true,
		"x.tar (remote).gz":                               true,
		"credentials (2).json":                            false,
		"credentials (remotely).json":                     false,
		"credentials(remote).json":                        false,
		"my credentials (remote).json":                    false,
		" (remote).json":                                  false,
		"(remote)":                                        false,
	} {
		if got := l.Match(path, false); got != want {
			t.Errorf("%q: %t, want %t", path, got, want)
		}
	}
	if Patterns([]string{"a"}).Match("a (remote)", false) {
		t.Error("another list takes a second name for the first")
	}
}

func TestDefaultSensitiveIsACopy(t *testing.T) {
	DefaultSensitive()[0] = "x"
	if DefaultSensitive()[0] == "x" {
		t.Error("a caller can change the defaults")
	}
}
