package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"treaty/cmd/treaty/internal/stick"
	"treaty/plan"
)

// Ctrl-C while a call of apply is under way: once, and the operation at hand is finished, what was done is
// written down and how to go on is said; again, and it ends there and then. Either way the same apply does
// the rest, and nothing twice.
func TestStickInterrupted(t *testing.T) {
	undisturbed := interrupt(t, stick.FAT(), func(*stick.Volume) {})
	for _, hard := range []bool{false, true} {
		for _, n := range samples(undisturbed.calls * 2 / 3) {
			t.Run(fmt.Sprintf("hard=%v, call %d", hard, n), func(t *testing.T) {
				t.Parallel()
				i := prepared(t, stick.FAT())
				reached, release := make(chan bool), make(chan bool)
				i.stick.Before(func(c stick.Call) syscall.Errno {
					if c.Number == n {
						close(reached)
						<-release
					}
					return 0
				})
				cmd := exec.Command("treaty", "-C", i.at[plan.Local], "apply")
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				check(t, cmd.Start())
				<-reached
				check(t, cmd.Process.Signal(os.Interrupt))
				if hard {
					// A thread that waits for the stick ends when that has answered, and no sooner.
					for range 20 {
						time.Sleep(10 * time.Millisecond)
						check(t, cmd.Process.Signal(os.Interrupt))
					}
				}
				close(release)
				_ = cmd.Wait()
				i.calls = i.stick.Calls()
				status := cmd.ProcessState.Sys().(syscall.WaitStatus)
				switch i.code, i.out = cmd.ProcessState.ExitCode(), out.String(); {
				case hard:
					if !status.Signaled() || status.Signal() != syscall.SIGINT || i.calls > n+1 {
						t.Errorf("%v, %d calls after it\n%s", cmd.ProcessState, i.calls-n, i.out)
					}
				case i.code != exitInterrupted:
					t.Errorf("%v\n%s", cmd.ProcessState, i.out)
				case strings.Contains(i.out, "done") && !strings.Contains(i.out, "hint: treaty apply, to go on"):
					t.Errorf("it does not say how to go on:\n%s", i.out)
				}
				i.settled()
				i.inStep()
			})
		}
	}
}
