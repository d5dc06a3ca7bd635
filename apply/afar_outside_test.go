package apply_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/apply/internal/local"
	"treaty/apply/internal/remote"
	"treaty/apply/volume"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// Whoever calls an agent reaches nothing but what lies in the tree that was opened, whatever is asked for.
func TestAnAgentReachesNothingOutsideOfTheTree(t *testing.T) {
	dir := t.TempDir()
	root, secret := filepath.Join(dir, "tree"), filepath.Join(dir, "secret")
	check(t, os.MkdirAll(filepath.Join(root, tree.PrivateFolder), 0o755))
	check(t, os.WriteFile(filepath.Join(root, "mine"), []byte("mine"), 0o644))
	check(t, os.WriteFile(secret, []byte("secret"), 0o644))
	for _, outside := range []string{"../secret", "a/../../secret", "..", "../../secret", "/" + secret, "./../secret",
		"a//b", "..\x00"} {
		for name, ask := range outsiders(tree.Path(outside)) {
			far := farVolume(t, root)
			if err := ask(far); err == nil {
				t.Errorf("%s of %q is answered", name, outside)
			} else if strings.Contains(err.Error(), "secret\n") {
				t.Errorf("%s of %q tells %v", name, outside, err)
			}
			check(t, far.Close())
		}
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 2 {
		t.Errorf("beside the tree there is %v, %v", left, err)
	}
	if text, err := os.ReadFile(secret); err != nil || string(text) != "secret" {
		t.Errorf("the file beside the tree is %q, %v", text, err)
	}
}

func farVolume(t *testing.T, root string) *remote.Volume {
	t.Helper()
	v, err := local.Open(root)
	check(t, err)
	far, err := throughAgent(v, nil, 0)
	check(t, err)
	return far
}

// outsiders are calls about a path.
func outsiders(path tree.Path) map[string]func(*remote.Volume) error {
	ctx, name := context.Background(), string(path)
	calls := map[string]func(*remote.Volume) error{
		"entry": func(v *remote.Volume) error { _, err := v.Entry(path); return err },
		"open":  func(v *remote.Volume) error { return opened(v.Open(path)) },
		"names": func(v *remote.Volume) error { _, err := v.Names(path); return err },
		"list": func(v *remote.Volume) error {
			_, err := v.Walk(ctx, scan.Options{Granularity: 1}).List(path)
			return err
		},
		"text":   func(v *remote.Volume) error { return textOf(ctx, v, path) },
		"hash":   func(v *remote.Volume) error { return hashed(ctx, v, path) },
		"own":    func(v *remote.Volume) error { _, err := v.ReadPrivate(name, 100); return err },
		"folder": func(v *remote.Volume) error { _, err := v.PrivateNames(name); return err },
	}
	for what, change := range map[string]func(volume.Changer) error{
		"mkdir": func(c volume.Changer) error { _, err := c.Mkdir(path, 0, true); return err },
		"move":  func(c volume.Changer) error { _, err := c.Move("mine", path, mine, ""); return err },
		"take":  func(c volume.Changer) error { _, err := c.Move(path, "taken", mine, ""); return err },
		"trash": func(c volume.Changer) error { _, err := c.Trash(path, mine, ""); return err },
		"place": func(c volume.Changer) error { _, err := c.Trash("mine", mine, name); return err },
		"rmdir": func(c volume.Changer) error { _, err := c.Rmdir(path); return err },
		"litter": func(c volume.Changer) error {
			_, err := c.Rmdir("mine", name)
			return err
		},
		"write": func(c volume.Changer) error { return c.WritePrivate(name, []byte("x")) },
		"drop":  func(c volume.Changer) error { return c.DropPrivate(name) },
		"create": func(c volume.Changer) error {
			staged, err := c.StageLink("anywhere")
			if err != nil {
				return err
			}
			_, err = c.Create(path, staged)
			return err
		},
	} {
		calls[what] = func(v *remote.Volume) error {
			c, err := v.Change("run", volume.Options{})
			if err != nil {
				return err
			}
			return change(c)
		}
	}
	return calls
}

// mine is the state of a file of four bytes.
var mine = &tree.State{Type: tree.File, Size: 4}

func opened(f volume.Content, err error) error {
	if err == nil {
		f.Close()
	}
	return err
}

func textOf(ctx context.Context, v volume.Source, path tree.Path) error {
	_, err := v.Reader(1, nil).Text(ctx, tree.Wanted{Path: path, Size: 6}, 100)
	return err
}

// hashed is the error of reading a file, or of the whole call.
func hashed(ctx context.Context, v volume.Source, path tree.Path) error {
	var of error
	err := v.Reader(1, nil).Hash(ctx, []tree.Wanted{{Path: path, Size: 6}}, func(_ int, c tree.Content) { of = c.Err })
	if err == nil {
		err = of
	}
	return err
}
