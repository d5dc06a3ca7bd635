//go:build unix

package apply_test

import (
	"errors"
	"flag"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// nobody is a user id that owns nothing.
const nobody = 65534

// asUser tells whether this process is bound by modes, as every user's is but root's. For root it runs the
// test again in a process of somebody else, and is false.
func asUser(t *testing.T) bool {
	t.Helper()
	if os.Geteuid() != 0 {
		return true
	}
	args := []string{"-test.run", "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$", "-test.timeout",
		flag.Lookup("test.timeout").Value.String()}
	if testing.Short() {
		args = append(args, "-test.short")
	}
	cmd := exec.Command("/proc/self/exe", args...)
	cmd.Env = append(os.Environ(), "TMPDIR=/tmp", "HOME=/")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	switch {
	case errors.As(err, &failed):
		t.Errorf("as user %d: %v\n%s", nobody, err, out)
	case err != nil:
		t.Skipf("nobody else's process can be had: %v", err)
	case strings.Contains(string(out), "no tests to run"):
		t.Errorf("as user %d: %s", nobody, out)
	}
	return false
}
