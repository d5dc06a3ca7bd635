package ignore

import "testing"

func TestWhatNoPathHasIsTold(t *testing.T) {
	for _, pattern := range []string{"/a//b", "foo/../bar", "a/./b", "[/]", "a/../b", "x[/]y", "foo//", "//foo", "..",
		`a/\./b`, "!a//b", "**//a"} {
		if Check(pattern) == nil {
			t.Errorf("%s passes a check", pattern)
		}
		if len(Idles([]byte(pattern+"\n"))) != 1 {
			t.Errorf("%s passes as a line of rules", pattern)
		}
	}
	for _, pattern := range []string{"/a/b", "a/**/b", "**/a", "a/**", "a**/b", "...", ".a/..b", "[z-a]", "[!z-a]",
		"[a-z]", "*/x", "a/*/", "?", "[.]", "[a//b]"} {
		if err := Check(pattern); err != nil {
			t.Error(err)
		}
		if len(Idles([]byte(pattern+"\n"))) > 0 {
			t.Errorf("%s is said to match nothing", pattern)
		}
	}
}
