package lab

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"treaty/cmd/treaty/internal/lab/stick"
	"treaty/plan"
	"treaty/testdata/effort"
)

// Ctrl-C while a call of apply is under way: once, and the operation at hand is finished, what was done is
// written down and how to go on is said; again, and it ends at once. Either way the same apply does
// the rest, and nothing twice.
func TestStickInterrupted(t *testing.T) {
	effort.Laboratory(t, "sticks")
	undisturbed := interrupt(t, stick.FAT(), func(*stick.Volume) {})
	for _, hard := range []bool{false, true} {
		for _, n := range effort.Samples(undisturbed.calls * 2 / 3) {
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
				cmd := exec.CommandContext(t.Context(), treaty(t), "-C", i.at[plan.Local], "apply")
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				check(t, cmd.Start())
				<-reached
				check(t, cmd.Process.Signal(os.Interrupt))
				ended := make(chan error)
				go func() { ended <- cmd.Wait() }()
				if hard {
					// A thread that waits for the stick may be the one that the signal goes to: so again and again.
					time.Sleep(50 * time.Millisecond)
					_ = cmd.Process.Signal(os.Interrupt)
				}
				close(release)
				for waits := true; waits; {
					select {
					case <-ended:
						waits = false
					case <-time.After(10 * time.Millisecond):
						if hard {
							_ = cmd.Process.Signal(os.Interrupt)
						}
					}
				}
				status := cmd.ProcessState.Sys().(syscall.WaitStatus)
				i.code, i.out = cmd.ProcessState.ExitCode(), out.String()
				switch killed := status.Signaled() && status.Signal() == syscall.SIGINT; {
				case killed && hard:
				case i.code != exitInterrupted:
					t.Errorf("%v\n%s", cmd.ProcessState, i.out)
				case strings.Contains(i.out, "complete:"): // it came too late to leave anything to be done
				case strings.Contains(i.out, "done") &&
					!strings.Contains(i.out, "goes on with it; or, to settle it back, then: treaty recover "):
					t.Errorf("it does not say how to go on:\n%s", i.out)
				}
				i.settled()
				i.inStep()
			})
		}
	}
}
