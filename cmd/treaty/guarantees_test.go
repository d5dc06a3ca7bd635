package main

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
	tests, count := declared(t), 0
	named := regexp.MustCompile(`\bTest[A-Z]\w*`)
	eachSource(t, func(path, text string) {
		if filepath.Base(path) != "doc.go" {
			return
		}
		for _, name := range named.FindAllString(text, -1) {
			if count++; !tests[name] {
				t.Errorf("%s names %s, and there is no such test", path, name)
			}
		}
	})
	if count < 20 {
		t.Errorf("only %d tests are named", count)
	}
}

// declared are the names of all tests of the project.
func declared(t *testing.T) map[string]bool {
	tests := map[string]bool{}
	pattern := regexp.MustCompile(`(?m)^func (Test\w+)\(`)
	eachSource(t, func(path, text string) {
		for _, found := range pattern.FindAllStringSubmatch(text, -1) {
			tests[found[1]] = strings.HasSuffix(path, "_test.go")
		}
	})
	return tests
}

// eachSource calls f with each file of Go below the project's top.
func eachSource(t *testing.T, f func(path, text string)) {
	t.Helper()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || filepath.Ext(path) != ".go" {
			return err
		}
		text, err := os.ReadFile(path)
		f(path, string(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
