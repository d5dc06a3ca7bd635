package lab

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"treaty/plan"
	"treaty/testdata/effort"
)

// guest is the machine whose power is cut.
type guest struct {
	// place is a folder that it shares with the host, the same for all.
	place string
}

func (g *guest) mounted(name string) string { return filepath.Join(g.place, "mounted", name) }

// mount mounts the disks of a world, of which the first is the nth.
func (g *guest) mount(t *testing.T, nth int) {
	t.Helper()
	for i, name := range disks {
		if name == "local" {
			command(t, "mount", "-t", "ext4", g.disk(nth+i), g.mounted(name))
		} else {
			g.mountFAT(t, nth+i, name)
		}
	}
}

func (g *guest) mountFAT(t *testing.T, nth int, name string) {
	t.Helper()
	command(t, "mount", "-t", "vfat", "-o", "utf8,tz=UTC", g.disk(nth), g.mounted(name))
}

// mend has a FAT volume checked and repaired, as systems do at the latest when their driver finds it damaged
// and lets nobody write any more.
func (g *guest) mend(t *testing.T, nth int, name string) {
	t.Helper()
	command(t, "umount", g.mounted(name))
	out, err := exec.Command("fsck.vfat", "-a", g.disk(nth)).CombinedOutput()
	if exit := new(exec.ExitError); err != nil && !(errors.As(err, &exit) && exit.ExitCode() == 1) {
		t.Fatalf("fsck.vfat: %v\n%s", err, out)
	}
	t.Logf("fsck.vfat: %s", out)
	g.mountFAT(t, nth, name)
}

// readOnly tells whether the kernel has stopped all writing to a volume.
func readOnly(t *testing.T, point string) bool {
	t.Helper()
	var at syscall.Statfs_t
	check(t, syscall.Statfs(point, &at))
	return at.Flags&syscall.MS_RDONLY != 0
}

func (g *guest) disk(nth int) string { return "/dev/ubd" + string(rune('a'+nth)) }

func (g *guest) unmount(t *testing.T) {
	t.Helper()
	for _, name := range disks {
		command(t, "umount", g.mounted(name))
	}
}

// tools asks for programs, all of them before anything is begun.
// straces skips the test where no program can be traced, or not by the options.
func straces(t *testing.T, options ...string) {
	t.Helper()
	tools(t, "strace")
	out, err := exec.Command("strace", append(options, "-f", "-o", "/dev/null", "true")...).CombinedOutput()
	if err != nil {
		effort.Missing(t, "strace: %v %s", err, out)
	}
}

func tools(t *testing.T, names ...string) {
	t.Helper()
	var missing []string
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		effort.Missing(t, "these programs are not here: %s", strings.Join(missing, ", "))
	}
}

// tryMount mounts something at point for a test, which need not unmount it.
func tryMount(t *testing.T, point string, args ...string) ([]byte, error) {
	out, err := exec.Command("mount", append(args, point)...).CombinedOutput()
	if err == nil {
		t.Cleanup(func() { _ = syscall.Unmount(point, unix.MNT_DETACH) }) // there is nothing where it was unmounted
	}
	return out, err
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// desk is that of the world that is mounted.
func (g *guest) desk(t *testing.T) (*desk, []string) {
	v := &volume{name: "vfat", root: g.mounted("remote")}
	return &desk{T: t, volume: v, at: plan.Sides[string]{filepath.Join(g.mounted("local"), "tree"),
			filepath.Join(g.mounted("remote"), "tree")}},
		[]string{g.mounted("local"), g.mounted("remote")}
}

// prepare makes a world, and writes down what judge will ask for.
func (g *guest) prepare(t *testing.T) {
	g.mount(t, 0)
	d, beside := g.desk(t)
	for _, root := range d.at {
		check(t, os.Mkdir(root, 0o755))
	}
	d.look()
	check(t, newCrash(d, manyFiles, beside...).save(filepath.Join(g.place, "evidence.json")))
	control{g.mounted("control")}.begin(t)
	g.unmount(t)
}

// apply carries the plan out, until the power is cut.
func (g *guest) apply(t *testing.T) {
	g.mount(t, 0)
	place := filepath.Dir(os.Getenv("TMPDIR"))
	mark := func(name, text string) {
		f, err := os.Create(filepath.Join(place, name+".new"))
		check(t, err)
		_, err = f.WriteString(text)
		check(t, errors.Join(err, f.Sync(), f.Close(), os.Rename(f.Name(), filepath.Join(place, name))))
	}
	for i := 1; i < len(disks); i++ {
		go flush(g.disk(i))
	}
	go control{g.mounted("control")}.write()
	d, _ := g.desk(t)
	mark("started", "")
	code, out := child(t, "-C", d.at[plan.Local], "apply")
	t.Log(out)
	mark("finished", strconv.Itoa(code))
	time.Sleep(time.Hour) // the power goes first
}

// flush writes a disk out, again and again.
func flush(disk string) {
	for {
		if f, err := os.OpenFile(disk, os.O_RDWR, 0); err == nil {
			_ = f.Sync() // whether it lasts is not its business
			f.Close()
		}
		time.Sleep(time.Millisecond)
	}
}

// judge settles what cuts have left, by either way in turn, on the volume as it is or as a check has left it.
func (g *guest) judge(t *testing.T) {
	from, _ := strconv.Atoi(os.Getenv("TREATY_TEST_FROM"))
	to, _ := strconv.Atoi(os.Getenv("TREATY_TEST_TO"))
	for n := from; n < to; n++ {
		t.Run(fmt.Sprintf("cut %d", n), func(t *testing.T) {
			first := (n - from) * len(disks)
			g.mount(t, first)
			defer g.unmount(t)
			lost := control{g.mounted("control")}.lost(t)
			check(t, os.WriteFile(filepath.Join(g.place, strconv.Itoa(n), "control"), []byte(strconv.Itoa(lost)), 0o644))
			d, beside := g.desk(t)
			c := &crash{desk: d, beside: beside, mend: func(t *testing.T) bool {
				damaged := readOnly(t, g.mounted("remote"))
				if damaged {
					g.mend(t, first+1, "remote")
				}
				return damaged
			}}
			if n/2%2 == 1 {
				g.mend(t, first+1, "remote")
			}
			check(t, c.load(filepath.Join(g.place, "evidence.json")))
			c.settle([]string{"apply", "recover"}[n%2])
		})
	}
}
