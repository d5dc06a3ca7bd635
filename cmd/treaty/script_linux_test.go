package main

import (
	"os"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"treaty/testdata/effort"
)

// denyLikeEveryone makes permissions bind root too, as CI often is: it starts this binary again without
// the capabilities that pass them by. Where that cannot be done, scripts that need it are skipped.
func denyLikeEveryone() {
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
	mountApart()
	exe, err := os.Executable()
	if err != nil {
		return
	}
	_ = syscall.Exec(exe, os.Args, append(os.Environ(), done+"=1"))
}

// mountApart gives the laboratory mounts of its own, which go with its last process, whatever ends that: a panic, the
// time that a test may take, or a signal. Volumes that are mounted already are somebody else's to mount and unmount.
func mountApart() {
	if _, remounts := os.LookupEnv("TREATY_TEST_REMOUNT"); remounts || effort.Sweep() == 0 {
		return
	}
	if unix.Unshare(unix.CLONE_NEWNS) == nil {
		_ = unix.Mount("none", "/", "", unix.MS_REC|unix.MS_PRIVATE, "") // else tests clean up by themselves
	}
}
