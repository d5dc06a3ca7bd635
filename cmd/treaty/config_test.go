package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"treaty/apply/store"
	"treaty/cmd/treaty/internal/config"
	"treaty/plan"
	"treaty/plan/tree"
)

// TestFlagWinsOverConfigOverDefault goes through every key of the config that shapes a plan.
func TestFlagWinsOverConfigOverDefault(t *testing.T) {
	yes, no := true, false
	for _, option := range []struct {
		key, config string
		flag        planFlags
		of          func(plan.Options) any
		// what it is by default, with the config, and with the flag besides
		want [3]any
	}{
		{"ignore", `["a"]`, planFlags{Ignore: []string{"b"}}, func(o plan.Options) any { return o.Ignore },
			[3]any{[]string{}, []string{"a"}, []string{"b"}}},
		{"default_ignores", `false`, planFlags{DefaultIgnores: &yes}, func(o plan.Options) any {
			return o.DefaultIgnores
		}, [3]any{true, false, true}},
		{"hash", `"all"`, planFlags{Hash: new(plan.HashConflicts)}, func(o plan.Options) any { return o.Hash },
			[3]any{plan.HashOperations, plan.HashAll, plan.HashConflicts}},
		{"bidirectional", `"conflict"`, planFlags{Bidirectional: new(plan.BidirectionalAuto)}, func(o plan.Options) any {
			return o.Bidirectional
		},
			[3]any{plan.BidirectionalAuto, plan.BidirectionalConflict, plan.BidirectionalAuto}},
		{"align_times", `true`, planFlags{AlignTimes: &no}, func(o plan.Options) any {
			return o.AlignTimes
		}, [3]any{false, true, false}},
		{"fix_modes", `true`, planFlags{FixModes: &no}, func(o plan.Options) any {
			return o.FixModes
		}, [3]any{false, true, false}},
		{"diffs", `"updates"`, planFlags{Diffs: new(plan.DiffNone)}, func(o plan.Options) any { return o.Diffs },
			[3]any{plan.DiffConflicts, plan.DiffUpdates, plan.DiffNone}},
		{"sensitive", `["*.a"]`, planFlags{Sensitive: []string{"*.b"}}, func(o plan.Options) any { return o.Sensitive },
			[3]any{plan.DefaultOptions().Sensitive, []string{"*.a"}, []string{"*.b"}}},
		{"max_deletes", `7`, planFlags{MaxDeletes: new(9)}, func(o plan.Options) any {
			return o.MaxDeletes
		}, [3]any{1000, 7, 9}},
		{"local_fs", `"fat"`, planFlags{LocalFS: new(tree.Profile("ntfs"))}, func(o plan.Options) any { return o.LocalFS },
			[3]any{(*tree.Profile)(nil), new(tree.Profile("fat")), new(tree.Profile("ntfs"))}},
		{"remote_fs", `"exfat"`, planFlags{RemoteFS: new(tree.Profile("posix"))}, func(o plan.Options) any {
			return o.RemoteFS
		},
			[3]any{(*tree.Profile)(nil), new(tree.Profile("exfat")), new(tree.Profile("posix"))}},
		// The last match wins, so that a flag's patterns come after the config's.
		{"executable", `{"overrides": [{"pattern": "a", "executable": true}], "extensions": {"lua": true}}`,
			planFlags{Executable: []string{"b"}, NotExecutable: []string{"c"}},
			func(o plan.Options) any { return o.Executable.Overrides },
			[3]any{[]plan.ExecutableOverride{}, []plan.ExecutableOverride{{Pattern: "a", Executable: true}},
				[]plan.ExecutableOverride{{Pattern: "a", Executable: true}, {Pattern: "b", Executable: true}, {Pattern: "c"}}}},
	} {
		t.Run(option.key, func(t *testing.T) {
			set := `{"` + option.key + `": ` + option.config + `}`
			for i, got := range []plan.Options{
				shaped(newConfig(t, `{}`), &planFlags{}), shaped(newConfig(t, set), &planFlags{}),
				shaped(newConfig(t, set), &option.flag),
			} {
				if value := option.of(got); !reflect.DeepEqual(value, option.want[i]) {
					t.Errorf("%s: %v, not %v", [3]string{"default", "config", "flag"}[i], value, option.want[i])
				}
			}
		})
	}
}

func newConfig(t *testing.T, text string) *config.Config {
	t.Helper()
	c := &config.Config{}
	if err := json.Unmarshal([]byte(text), c); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestWriteFileReplacesInOneStep: the old mode stays, a new file is private, nothing is left beside the file, and what
// cannot be written leaves what was there.
func TestWriteFileReplacesInOneStep(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "plan.json")
	if err := os.WriteFile(path, []byte("old"), 0o640); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(path, store.Exactly([]byte("new"))); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != "new" {
		t.Errorf("%q, %v", text, err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o640 && os.PathSeparator == '/' {
		t.Errorf("mode %v", got)
	}
	page := filepath.Join(dir, "page.html")
	if err := writeFile(page, store.Exactly(nil)); err != nil {
		t.Fatal(err)
	}
	if info, err = os.Stat(page); err != nil || info.Mode().Perm() != 0o600 && os.PathSeparator == '/' {
		t.Errorf("a new file: %v, %v", info, err)
	}
	if err := os.Remove(page); err != nil {
		t.Fatal(err)
	}
	if err := writeFile(filepath.Join(path, "x"), store.Exactly(nil)); err == nil {
		t.Error("a file is taken for a folder")
	}
	if err := writeFile(filepath.Join(dir, "none", "x"), store.Exactly(nil)); err == nil {
		t.Error("a folder that is not there is written to")
	}
	if err := writeFile(dir, store.Exactly(nil)); err == nil {
		t.Error("a directory is replaced")
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}
