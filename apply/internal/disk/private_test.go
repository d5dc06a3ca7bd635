package disk

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"treaty/apply/volume"
)

func TestThePrivateFolderIsNoLink(t *testing.T) {
	needLinks(t)
	s := newSide(t, Options{})
	outside := filepath.Join(filepath.Dir(s.dir), "outside")
	os.Mkdir(outside, 0o755)
	os.Symlink(outside, s.path(".treaty"))
	if err := s.WritePrivate("tree.json", []byte("{}")); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("write: %v", err)
	}
	if _, err := s.StageLink("x"); !errors.Is(err, volume.ErrUnfit) {
		t.Errorf("stage: %v", err)
	}
	if names, _ := os.ReadDir(outside); len(names) != 0 {
		t.Errorf("outside has %v", names)
	}
}

func TestPrivateFilesAreTheirOwnersAndStayInTheirFolder(t *testing.T) {
	s := newSide(t, Options{})
	for _, content := range []string{"one", "two, longer", ""} {
		check(t, s.WritePrivate("history/1-x/receipt.json", []byte(content)))
		got, err := s.ReadPrivate("history/1-x/receipt.json", 1<<20)
		if err != nil || string(got) != content {
			t.Errorf("got %q, %v", got, err)
		}
	}
	info, err := os.Stat(s.path(".treaty/history/1-x/receipt.json"))
	check(t, err)
	folder, err := os.Stat(s.path(".treaty/history"))
	check(t, err)
	if native.Traits().Modes && (info.Mode().Perm() != 0o600 || folder.Mode().Perm() != 0o700) {
		t.Errorf("modes %v, %v", info.Mode(), folder.Mode())
	}
	if _, err := s.ReadPrivate("nothing", 1<<20); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent: %v", err)
	}
	for _, bad := range []string{"../x", "/x", "a/../../x", ""} {
		if err := s.WritePrivate(bad, nil); err == nil {
			t.Errorf("%q went through", bad)
		}
	}
	check(t, s.ClaimPrivate("lock", []byte("me")))
	if err := s.ClaimPrivate("lock", nil); !errors.Is(err, os.ErrExist) {
		t.Errorf("second claim: %v", err)
	}
	check(t, s.RemovePrivate("lock"))
	check(t, s.RemovePrivate("lock"))
	for _, part := range []string{"a\n", "b\n"} {
		l, err := s.OpenLog("journal/j")
		check(t, err)
		check(t, l.Append([]byte(part), true))
		check(t, l.Close())
	}
	if got, _ := s.ReadPrivate("journal/j", 1<<20); string(got) != "a\nb\n" {
		t.Errorf("log has %q", got)
	}
	f, err := s.CreatePrivate("baseline")
	check(t, err)
	f.Write([]byte("never committed"))
	check(t, f.Close())
	if names, _ := filepath.Glob(s.path(".treaty/baseline*")); len(names) != 0 {
		t.Errorf("left behind: %v", names)
	}
}
