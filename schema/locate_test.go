package schema

import (
	"fmt"
	"testing"
)

func TestAPointerIsFoundByLineAndColumn(t *testing.T) {
	data := []byte("{\n  \"a\": [1, {\"é\": \"ü\", \"b/c~\": null}],\n  \"\": {}\n}\n")
	for pointer, want := range map[string]string{
		"":            "1:1",
		"/a":          "2:8",
		"/a/0":        "2:9",
		"/a/1":        "2:12",
		"/a/1/é":      "2:18",
		"/a/1/b~1c~0": "2:31",
		"/":           "3:7",

		// What is not there: the innermost value around it.
		"/a/2":         "2:8",
		"/a/1/missing": "2:12",
		"/a/x/y/z":     "2:8",
		"/b/c":         "1:1",
		"nonsense":     "1:1",
	} {
		line, column := Locate(data, pointer)
		if got := fmt.Sprintf("%d:%d", line, column); got != want {
			t.Errorf("%q is at %s, want %s", pointer, got, want)
		}
	}
	for _, broken := range []string{"", "{", `{"a"`, `{"a":`, `{"a":[`, `{"a":[1`, `{a:1}`, `{"a" 1}`, "]"} {
		if line, _ := Locate([]byte(broken), "/a/0"); line != 1 {
			t.Errorf("%q: line %d", broken, line)
		}
	}
}
