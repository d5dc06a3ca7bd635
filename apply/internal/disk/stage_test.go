package disk

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

func TestStageRefusesAnotherSource(t *testing.T) {
	s := newSide(t, Options{})
	ctx := context.Background()
	for what, err := range map[string]error{
		"longer":  second(s.Stage(ctx, strings.NewReader("abc"), 2, tree.Hash{}, tree.Time{}, 0)),
		"shorter": second(s.Stage(ctx, strings.NewReader("abc"), 4, tree.Hash{}, tree.Time{}, 0)),
		"hash":    second(s.Stage(ctx, strings.NewReader("abc"), 3, tree.Hash{1}, tree.Time{}, 0)),
	} {
		if !errors.Is(err, volume.ErrSource) {
			t.Errorf("%s: %v", what, err)
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := s.Stage(stopped, strings.NewReader("abc"), 3, tree.Hash{}, tree.Time{},
		0); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if left, _ := filepath.Glob(s.path(".treaty/stage/*/*/*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
	big := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
	staged, err := s.Stage(ctx, bytes.NewReader(big), int64(len(big)), tree.Hash{}, tree.Time{}, 0)
	check(t, err)
	if staged.Hash != s.state(staged.Name).SHA256 || s.content(staged.Name) != string(big) {
		t.Error("a large file was not copied whole")
	}
}

func TestStageFoldersStaySmall(t *testing.T) {
	s := newSide(t, Options{})
	for range 2*shelfSize + 1 {
		s.stage("")
	}
	for _, folder := range []string{"000001", "000002"} {
		if names, _ := os.ReadDir(s.path(".treaty/stage/run-1/" + folder)); len(names) != shelfSize {
			t.Errorf("%s holds %d", folder, len(names))
		}
	}
	again := reopen(t, s.dir, Options{})
	if name := again.stage("").Name; !strings.HasPrefix(name, ".treaty/stage/run-1/000004/") {
		t.Errorf("a run taken up again stages as %s", name)
	}
}

func TestAdoptTakesOnlyWhatWasMeant(t *testing.T) {
	s := newSide(t, Options{})
	staged := s.stage("content")
	again, err := s.Adopt(staged.Name, staged.Hash, "")
	if err != nil || again != staged {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := s.Adopt(staged.Name, tree.Hash{1}, ""); !errors.Is(err, volume.ErrSource) {
		t.Errorf("another hash: %v", err)
	}
	os.WriteFile(s.path(staged.Name), []byte("changed"), 0o600)
	if err := s.Discard(staged); !errors.Is(err, volume.ErrSource) || s.content(staged.Name) != "changed" {
		t.Errorf("discard of unknown content: %v", err)
	}
	s.write("user", "content")
	if _, err := s.Adopt("user", staged.Hash, ""); !errors.Is(err, volume.ErrSource) {
		t.Errorf("outside: %v", err)
	}
}
