package apart

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// Permissions makes permissions bind root too, as CI often is: it starts this binary again without the capabilities
// that pass them by. Where that cannot be done it returns, and tests that need it find out by themselves. Mounts of
// its own, where they are wanted, come first: they need capabilities that stay.
func Permissions() {
	const done = "TREATY_TEST_DENIED"
	if os.Geteuid() != 0 || os.Getenv(done) != "" {
		return
	}
	runtime.LockOSThread()
	for _, capability := range []uintptr{unix.CAP_DAC_OVERRIDE, unix.CAP_DAC_READ_SEARCH} {
		if unix.Prctl(unix.PR_CAPBSET_DROP, capability, 0, 0, 0) != nil {
			return
		}
	}
	exe, err := os.Executable()
	if err != nil {
		return
	}
	_ = syscall.Exec(exe, os.Args, append(os.Environ(), done+"=1"))
}

// Mounts gives this process mounts of its own, which go with its last child, whatever ends that: a panic, the time
// that a test may take, or a signal. It holds for the thread that calls it and for what that thread starts, so it is
// followed by Permissions, which starts the whole process again. Where it can't be done, tests clean up by themselves.
func Mounts() {
	runtime.LockOSThread()
	if unix.Unshare(unix.CLONE_NEWNS) == nil {
		_ = unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, "")
	}
}
