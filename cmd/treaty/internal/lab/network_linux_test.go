package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"treaty/cmd/treaty/internal/lab/stick"
	"treaty/testdata/effort"
)

// A mount is known by its type alone: this one calls itself sshfs, and can do as little.
func TestAMountOverANetworkIsNotTrusted(t *testing.T) {
	effort.Laboratory(t, "sticks")
	for driver, name := range map[string]string{"sshfs": "sshfs", "davfs2": "webdav", stick.Rclone: "rclone"} {
		rules := stick.Rules{Driver: driver, NoExchange: true, NoNoReplace: true, UnstableInodes: true}
		rules.NoLinks, rules.NoSymlinks = driver == stick.Rclone, driver == stick.Rclone
		_, v := mounted(t, "stick", rules)
		local := t.TempDir()
		check(t, os.WriteFile(filepath.Join(local, "a"), []byte("one"), 0o644))
		check(t, os.WriteFile(filepath.Join(v.root, "b"), []byte("two"), 0o644))
		if out := tried(t, 0, "plan", local, v.root); !strings.Contains(out, "network-mount") ||
			!strings.Contains(out, "mounted over a network ("+name+")") {
			t.Errorf("%s: the plan does not warn:\n%s", driver, out)
		}
		tried(t, 0, "-C", local, "approve", "--yes")
		if out := tried(t, 0, "-C", local, "apply"); strings.Contains(out, "safe to eject") ||
			!strings.Contains(out, "nothing proves") {
			t.Errorf("%s: it says\n%s", driver, out)
		}
		receipts, _ := filepath.Glob(filepath.Join(local, ".treaty", "history", "*", "receipt.json"))
		text, err := os.ReadFile(strings.Join(receipts, ""))
		if check(t, err); !strings.Contains(string(text), `"remote": "not provable: `+name+`"`) {
			t.Errorf("%s: the receipt says\n%s", driver, text)
		}
		if out := tried(t, 0, "plan", local, v.root); !strings.Contains(out, "already in sync") {
			t.Errorf("%s: after that it is\n%s", driver, out)
		}
	}
}
