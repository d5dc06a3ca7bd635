package apply_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the package documentations say to be held by a test is: each test that they name exists.
func TestGuaranteesNameTestsThatExist(t *testing.T) {
	tests := map[string]bool{}
	var documents []string
	declared := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	check(t, filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		if e.Name() == "doc.go" {
			documents = append(documents, path)
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		text, err := os.ReadFile(path)
		for _, found := range declared.FindAllStringSubmatch(string(text), -1) {
			tests[found[1]] = true
		}
		return err
	}))
	named := regexp.MustCompile(`\bTest[A-Z]\w*`)
	count := 0
	for _, path := range documents {
		text, err := os.ReadFile(path)
		check(t, err)
		for _, name := range named.FindAllString(string(text), -1) {
			if count++; !tests[name] {
				t.Errorf("%s names %s, and there is no such test", path, name)
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d tests are named", count)
	}
}
