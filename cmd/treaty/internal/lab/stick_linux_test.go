package lab

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"treaty/cmd/treaty/internal/lab/stick"
	"treaty/plan"
	"treaty/testdata/effort"
	"treaty/testdata/wrote"
)

// mounted is a new stick with these rules, and the volume that tests know it as.
func mounted(t *testing.T, name string, rules stick.Rules) (*stick.Volume, *volume) {
	t.Helper()
	s, point := stick.New(rules), t.TempDir()
	mount := func(t *testing.T) {
		t.Helper()
		if err := s.Mount(point); errors.Is(err, stick.ErrNotHere) {
			effort.Missing(t, "%v", err)
		} else if err != nil {
			t.Fatal(err)
		}
	}
	mount(t)
	t.Cleanup(func() { _ = s.Unmount() })
	return s, &volume{name: name, root: point, remount: func(t *testing.T, _ int) {
		t.Helper()
		if err := s.Unmount(); err != nil {
			t.Error(err)
		}
		mount(t)
	}}
}

// TestSticks switches the rules of flash drives one by one: whole cycles of syncs go through under each.
func TestSticks(t *testing.T) {
	effort.Laboratory(t, "sticks")
	for _, c := range []struct {
		name  string
		rules stick.Rules
	}{
		{"no rules", stick.Rules{}},
		{"two seconds", stick.Rules{Granularity: 2 * time.Second}},
		{"chmod fails with ENOSYS", stick.Rules{Chmod: syscall.ENOSYS}},
		{"chmod fails with EPERM", stick.Rules{Chmod: syscall.EPERM}},
		{"chmod fails with EOPNOTSUPP", stick.Rules{Chmod: syscall.EOPNOTSUPP}},
		{"chmod does nothing", stick.Rules{ChmodIgnored: true}},
		{"case is folded", stick.Rules{FoldsCase: true}},
		{"names are refused with EINVAL", stick.Rules{RefusesNames: syscall.EINVAL}},
		{"names are refused with ENOENT", stick.Rules{RefusesNames: syscall.ENOENT}},
		{"names are refused with EPERM", stick.Rules{RefusesNames: syscall.EPERM}},
		{"no exchange", stick.Rules{NoExchange: true}},
		{"no exchange, nothing that does not replace", stick.Rules{NoExchange: true, NoNoReplace: true}},
		{"neither, and no links", stick.Rules{NoExchange: true, NoNoReplace: true, NoLinks: true}},
		{"no symbolic links", stick.Rules{NoSymlinks: true}},
		{"0 of 0 bytes free", stick.Rules{NoStatfs: true}},
		{"inode numbers change", stick.Rules{UnstableInodes: true}},
		{"a time left out is now", stick.Rules{OmitIsNow: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, v := mounted(t, "stick", c.rules)
			tryEdits(t, v)
		})
	}
	t.Run("all of it", func(t *testing.T) {
		rules := stick.FAT()
		rules.Capacity, rules.UnstableInodes, rules.OmitIsNow = 64<<20, true, true
		_, v := mounted(t, "stick", rules)
		tryVolume(t, v)
	})
}

// Sticks whose files have the time of their writing, whatever time they are given, are in step after a sync, also
// once they were taken away; and an edit on either side goes to the other.
func TestSticksThatIgnoreTimesComeInStep(t *testing.T) {
	effort.Laboratory(t, "sticks")
	ignoring := stick.FAT()
	ignoring.IgnoresTimes = true
	for _, rules := range []stick.Rules{{IgnoresTimes: true}, ignoring} {
		_, v := mounted(t, "stick", rules)
		trees := plan.Sides[string]{t.TempDir(), v.root}
		write := func(side plan.Side, name, text string) {
			check(t, os.WriteFile(filepath.Join(trees[side], name), []byte(text), 0o644))
		}
		for _, name := range []string{"local", "remote", "both"} {
			write(plan.Local, name, "old")
			old := time.Now().Add(-1000 * time.Hour)
			check(t, os.Chtimes(filepath.Join(trees[plan.Local], name), old, old))
		}
		write(plan.Remote, "both", "old")
		command := func(code int, words ...string) {
			t.Helper()
			tried(t, code, append(words, trees[plan.Local], trees[plan.Remote])...)
		}
		sync := func() {
			t.Helper()
			command(0, "plan")
			tried(t, 0, "-C", trees[plan.Local], "approve", "--yes")
			tried(t, 0, "-C", trees[plan.Local], "apply")
		}
		sync()
		for _, side := range plan.BothSides {
			command(0, "plan", "--exit-code")
			v.remount(t, 0)
			command(0, "plan", "--exit-code")
			write(side, side.String(), "new")
			command(exitChanges, "plan", "--exit-code")
			sync()
			got, err := os.ReadFile(filepath.Join(trees[side.Other()], side.String()))
			if check(t, err); string(got) != "new" {
				t.Errorf("an edit on %s: the other side has %q", side, got)
			}
		}
	}
}

// The stick is pulled out at any call of a plan: no plan comes of it, least of all one that deletes, and
// neither does one from the empty folder that it was mounted at.
func TestUnplugWhilePlanning(t *testing.T) {
	effort.Laboratory(t, "sticks")
	for _, gone := range []bool{false, true} {
		t.Run(fmt.Sprintf("gone at once=%v", gone), func(t *testing.T) {
			s, v := mounted(t, "stick", stick.FAT())
			d := newDesk(t, v, t.TempDir(), v.root)
			setOut(d, "x/")
			d.sync()
			file := filepath.Join(t.TempDir(), "p.json")
			command := []string{"plan", "-o", file, d.at[plan.Local], v.root}
			s.Before(nil)
			tried(t, 0, command...)
			calls := s.Calls()
			before := holdings(t, d.at[plan.Local])
			for _, n := range effort.Samples(calls) {
				check(t, os.Remove(file))
				s.DieAt(n, gone)
				code, out := child(t, command...)
				if _, err := os.Stat(file); err == nil {
					refusePlan(t, file, fmt.Sprintf("unplugged at call %d of %d", n, calls))
				} else if code != exitSafety {
					t.Errorf("unplugged at call %d of %d: exit %d\n%s", n, calls, code, out)
				}
				s.Unplug()
				if code, out := child(t, command...); code != exitSafety {
					t.Errorf("the empty mount point: exit %d\n%s", code, out)
				}
				s.Before(nil)
				v.remount(t, 0)
				d.nothingToDo()
				tried(t, 0, command...)
			}
			if differences := d.compare(before, holdings(t, d.at[plan.Local]), d.traits[plan.Local],
				d.traits[plan.Local]); len(differences) > 0 {
				t.Errorf("local changed:\n%s", strings.Join(differences, "\n"))
			}
			t.Logf("%d calls", calls)
		})
	}
}

// refusePlan: a plan that came out after all must have nothing in it.
func refusePlan(t *testing.T, file, when string) {
	t.Helper()
	if p := readPlan(t, file); len(p.Operations)+len(p.Conflicts) > 0 {
		t.Errorf("%s: a plan of %d operations, the first %+v", when, len(p.Operations), p.Operations[0])
	}
}

// interrupted is a crash, by a stick that was disturbed at some call. What a test does after it is over finds
// d as that left it.
type interrupted struct {
	*crash
	stick *stick.Volume
	calls int
	code  int
	out   string
}

// prepared is a crash that has not begun.
func prepared(t *testing.T, rules stick.Rules) *interrupted {
	t.Helper()
	s, v := mounted(t, "stick", rules)
	beside := t.TempDir()
	local := filepath.Join(beside, "local")
	check(t, os.Mkdir(local, 0o755))
	i := &interrupted{crash: newCrash(newDesk(t, v, local, v.root), manyFiles, beside), stick: s}
	s.Before(nil)
	return i
}

func interrupt(t *testing.T, rules stick.Rules, disturb func(*stick.Volume)) *interrupted {
	t.Helper()
	i := prepared(t, rules)
	disturb(i.stick)
	i.code, i.out = child(t, "-C", i.at[plan.Local], "apply")
	i.calls = i.stick.Calls()
	return i
}

// settled brings the stick back, and settles what it left.
func (i *interrupted) settled() {
	i.Helper()
	i.stick.Before(nil)
	i.remount()
	i.settle("apply")
}

// The stick is pulled out at any call of an apply.
func TestUnplugWhileApplying(t *testing.T) {
	effort.Laboratory(t, "sticks")
	for _, c := range []struct {
		name  string
		rules stick.Rules
	}{{"FAT", stick.FAT()}, {"exchanging", stick.Rules{}}} {
		t.Run(c.name, func(t *testing.T) {
			undisturbed := interrupt(t, c.rules, func(*stick.Volume) {})
			if undisturbed.code != 0 {
				t.Fatal(undisturbed.out)
			}
			for k, n := range effort.Samples(undisturbed.calls) {
				t.Run(fmt.Sprintf("call %d", n), func(t *testing.T) {
					t.Parallel()
					i := interrupt(t, c.rules, func(s *stick.Volume) { s.DieAt(n, k%2 == 0) })
					if i.code == 0 && n < undisturbed.calls-20 {
						t.Errorf("apply says that all is well:\n%s", i.out)
					}
					i.stick.Unplug()
					code, out := child(t, "plan", "-o", filepath.Join(t.TempDir(), "p.json"), i.at[plan.Local], i.at[plan.Remote])
					if code != exitSafety && code != exitPartial {
						t.Errorf("plan with the empty mount point: exit %d\n%s", code, out)
					}
					i.settled()
				})
			}
			t.Logf("%d calls", undisturbed.calls)
		})
	}
}

// One call that changes something fails, as on a stick that is full or going bad.
func TestStickFailsWhileApplying(t *testing.T) {
	effort.Laboratory(t, "sticks")
	undisturbed := interrupt(t, stick.FAT(), func(*stick.Volume) {})
	for k, n := range effort.Samples(undisturbed.calls) {
		errno := []syscall.Errno{syscall.EIO, syscall.ENOSPC, syscall.EROFS, syscall.EPERM}[k%4]
		t.Run(fmt.Sprintf("%v at call %d", errno, n), func(t *testing.T) {
			t.Parallel()
			i := interrupt(t, stick.FAT(), func(s *stick.Volume) {
				s.Before(func(c stick.Call) syscall.Errno {
					// From there on, as drives do; reading still works.
					if c.Number >= n && c.Number < n+5 && c.Changes {
						return errno
					}
					return 0
				})
			})
			i.settled()
		})
	}
}

// A stick fills up though it said nothing, or refuses a file for its size: what fits is done, nothing is
// lost, and once there is room the same apply does the rest.
func TestStickFills(t *testing.T) {
	effort.Laboratory(t, "sticks")
	full := stick.FAT()
	full.NoStatfs, full.Capacity = true, 1<<20
	small := stick.FAT()
	small.LargestFile = 100_000
	for name, rules := range map[string]stick.Rules{"no space": full, "too large": small} {
		t.Run(name, func(t *testing.T) {
			s, v := mounted(t, "stick", rules)
			d := paired(t, v)
			for i := range 12 {
				d.put(plan.Local, fmt.Sprintf("d/%d.bin", i), strings.Repeat(fmt.Sprintf("%03d", i), 20_000*(1+i%3)), i)
			}
			before := wrote.In(t, d.at[:]...)
			d.plan()
			tried(t, 0, "-C", d.at[plan.Local], "approve", "--yes")
			code, out := child(t, "-C", d.at[plan.Local], "apply")
			if code != exitPartial {
				t.Errorf("exit %d\n%s", code, out)
			}
			lost(t, "when it is full", before, d.at)
			for path, is := range holdings(t, d.at[plan.Remote]) {
				if is.kind.IsRegular() && is.content != holdings(t, d.at[plan.Local])[path].content {
					t.Errorf("%s is half there", path)
				}
			}
			s.Enlarge()
			d.remount()
			code, out = child(t, "-C", d.at[plan.Local], "apply")
			if code == exitStale { // without an open journal, what is left is planned anew
				d.plan()
				d.apply()
			} else if code != 0 {
				t.Fatalf("apply again: exit %d\n%s", code, out)
			}
			d.inStep()
		})
	}
}
