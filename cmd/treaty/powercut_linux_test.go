package main

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"treaty/plan"
)

// The power is cut while an apply writes to a FAT volume, by the kernel's own driver: what a cut leaves is
// what had reached the disks. The machine that loses its power is User-Mode Linux (.ci/uml), LOCAL lies on
// an ext4 of its own there, and the cut is a SIGKILL at a random moment. Meanwhile a second program has the
// FAT disk written out again and again (a flusher), so that blocks reach it in every order that a kernel
// may choose. A third volume is written to by the textbook (control_linux_test.go): were it to survive, the cuts would
// prove nothing.
//
// The test is its own guest: TREATY_TEST_GUEST says what it is to do there.

const (
	guestRole  = "TREATY_TEST_GUEST"
	guestPlace = "TREATY_TEST_PLACE"
)

func TestPowerCuts(t *testing.T) {
	if role := os.Getenv(guestRole); role != "" {
		g := guest{place: os.Getenv(guestPlace)}
		map[string]func(*testing.T){"prepare": g.prepare, "apply": g.apply, "judge": g.judge}[role](t)
		return
	}
	cuts, err := strconv.Atoi(os.Getenv("TREATY_TEST_CUTS"))
	if err != nil {
		unavailable(t, "TREATY_TEST_CUTS does not say how many cuts; .ci/run cuts does")
	}
	for _, command := range []string{"linux.uml", "insmod", "mkfs.vfat", "fsck.vfat", "mkfs.ext4"} {
		if _, err := exec.LookPath(command); err != nil {
			unavailable(t, "%v", err)
		}
	}
	seed, err := strconv.ParseUint(os.Getenv("TREATY_TEST_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("TREATY_TEST_SEED=%d", seed)
	h := &host{T: t, dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 0))}
	if kept := os.Getenv("TREATY_TEST_KEEP"); kept != "" {
		h.dir = kept
	}
	h.cutAll(cuts)
}

// disks are the images that a guest gets for each world, in this order.
var disks = []string{"local", "remote", "control"}

// host is where guests are booted from, and where their power is cut.
type host struct {
	*testing.T
	// dir has the images: of the world as it was prepared in "prepared", of the n-th cut in "n".
	dir    string
	random *rand.Rand
	// lasts is how long an apply takes that nobody disturbs: as long as the last one that came to its end.
	lasts atomic.Int64
}

// atOnce is how many guests run side by side, perBoot how many worlds one boot has disks for.
const (
	atOnce  = 2
	perBoot = 5
)

func (h *host) cutAll(cuts int) {
	h.prepare()
	moments := make([]float64, cuts)
	for n := range moments {
		moments[n] = h.random.Float64()
	}
	h.each(cuts, func(n int) { h.cut(n, moments[n]) })
	h.each((cuts+perBoot-1)/perBoot, func(boot int) { h.judge(boot*perBoot, min(cuts, (boot+1)*perBoot)) })
	late, files := 0, 0
	for n := range cuts {
		if h.lasted(h.place(n)) {
			late++
		}
		text, err := os.ReadFile(filepath.Join(h.place(n), "control"))
		lost, parsed := strconv.Atoi(strings.TrimSpace(string(text)))
		if err != nil || parsed != nil {
			h.Errorf("cut %d: nothing is known of the control: %v %v", n, err, parsed)
		}
		files += lost
	}
	h.Logf("%d power cuts in applies of %v, %d of them after the end; the control lost %d of %d files", cuts, time.Duration(h.lasts.Load()).Round(time.Millisecond), late, files, cuts*controlFiles)
	if late > cuts/2 {
		h.Errorf("too many cuts came too late to cut anything off")
	}
	if files == 0 {
		h.Errorf("the control lost nothing: these cuts prove nothing")
	}
}

// each does something n times, some of it side by side.
func (h *host) each(n int, do func(int)) {
	var wg sync.WaitGroup
	work := make(chan int)
	for range atOnce {
		wg.Go(func() {
			for i := range work {
				do(i)
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	wg.Wait()
}

func (h *host) place(n int) string { return filepath.Join(h.dir, strconv.Itoa(n)) }

// boot is a guest that plays a role, with these disks, in a folder that it shares with the host.
func (h *host) boot(role, place string, images []string, settings ...string) *exec.Cmd {
	exe, err := os.Executable()
	if err != nil {
		h.Error(err)
	}
	args := append([]string{strings.Join(images, ","), place, "env", guestRole + "=" + role, guestPlace + "=" + h.dir}, settings...)
	args = append(args, "PATH="+os.Getenv("PATH"), exe, "-test.v", "-test.run", "^TestPowerCuts$")
	return exec.Command(filepath.Join("..", "..", ".ci", "uml", "boot"), args...)
}

func (h *host) run(command string, args ...string) {
	if out, err := exec.Command(command, args...).CombinedOutput(); err != nil {
		h.Errorf("%s %q: %v\n%s", command, args, err, out)
	}
}

// images are the disks in a folder.
func images(place string) (all []string) {
	for _, name := range disks {
		all = append(all, filepath.Join(place, name+".img"))
	}
	return all
}

// prepare makes the disks, has a guest make a world on them, and one carry it out for once undisturbed.
func (h *host) prepare() {
	prepared := filepath.Join(h.dir, "prepared")
	check(h.T, os.MkdirAll(prepared, 0o755))
	for _, name := range disks {
		check(h.T, os.MkdirAll(filepath.Join(h.dir, "mounted", name), 0o755))
	}
	for _, image := range images(prepared) {
		h.run("truncate", "-s", "40M", image)
		if strings.HasSuffix(image, "local.img") {
			h.run("mkfs.ext4", "-q", image)
		} else {
			h.run("mkfs.vfat", "-F", "32", "-s", "1", image)
		}
	}
	if out, err := h.boot("prepare", prepared, images(prepared)).CombinedOutput(); err != nil {
		h.Fatalf("prepare: %v\n%s", err, out)
	}
	h.copy("undisturbed")
	place := filepath.Join(h.dir, "undisturbed")
	guest := h.boot("apply", place, images(place))
	check(h.T, guest.Start())
	h.appears(place, "finished")
	h.kill(place)
	h.lasted(place)
	_ = guest.Wait()
	if code, err := os.ReadFile(filepath.Join(place, "finished")); err != nil || string(code) != "0" {
		h.Fatalf("the undisturbed apply: exit %s, %v", code, err)
	}
}

// lasted notes how long a guest's apply took, if it came to its end, and tells whether it did.
func (h *host) lasted(place string) bool {
	started, err := os.Stat(filepath.Join(place, "started"))
	finished, none := os.Stat(filepath.Join(place, "finished"))
	if err != nil || none != nil {
		return false
	}
	h.lasts.Store(int64(finished.ModTime().Sub(started.ModTime())))
	return true
}

// copy copies the prepared disks to another folder.
func (h *host) copy(to string) {
	check(h.T, os.MkdirAll(filepath.Join(h.dir, to), 0o755))
	for _, image := range images(filepath.Join(h.dir, "prepared")) {
		h.run("cp", "--sparse=always", image, filepath.Join(h.dir, to))
	}
}

// appears waits for a file that a guest writes.
func (h *host) appears(place, name string) bool {
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
		if _, err := os.Stat(filepath.Join(place, name)); err == nil {
			return true
		}
	}
	console, _ := os.ReadFile(filepath.Join(place, "console"))
	output, _ := os.ReadFile(filepath.Join(place, "output"))
	h.Errorf("the guest in %s has not %s:\n%s\n%s", place, name, console, output)
	return false
}

// kill cuts a guest's power, and returns when there is nobody left who could write.
func (h *host) kill(place string) {
	text, err := os.ReadFile(filepath.Join(place, "guest", "pid"))
	group, parsed := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil || parsed != nil {
		h.Errorf("no process group in %s: %v %v", place, err, parsed)
		return
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if err := syscall.Kill(-group, syscall.SIGKILL); errors.Is(err, syscall.ESRCH) {
			return
		}
	}
	h.Errorf("process group %d does not die", group)
}

// cut boots the n-th guest and cuts its power a moment after its apply began, told as a part of the time that
// an apply takes.
func (h *host) cut(n int, moment float64) {
	h.copy(strconv.Itoa(n))
	guest := h.boot("apply", h.place(n), images(h.place(n)))
	var out bytes.Buffer
	guest.Stdout, guest.Stderr = &out, &out
	if err := guest.Start(); err != nil {
		h.Error(err)
		return
	}
	if h.appears(h.place(n), "started") {
		time.Sleep(time.Duration(moment * float64(h.lasts.Load())))
	}
	h.kill(h.place(n))
	_ = guest.Wait() // it did not come to its end
	h.lasted(h.place(n))
}

// judge has a guest look at what cuts have left.
func (h *host) judge(from, to int) {
	var all []string
	for n := from; n < to; n++ {
		all = append(all, images(h.place(n))...)
	}
	place := filepath.Join(h.dir, fmt.Sprintf("judge-%d", from))
	out, err := h.boot("judge", place, all, fmt.Sprintf("TREATY_TEST_FROM=%d", from), fmt.Sprintf("TREATY_TEST_TO=%d", to)).CombinedOutput()
	if err != nil {
		h.Errorf("judge: %v\n%s", err, out)
	}
}

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

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

// desk is that of the world that is mounted.
func (g *guest) desk(t *testing.T) (*desk, []string) {
	v := &volume{name: "vfat", root: g.mounted("remote")}
	return &desk{T: t, volume: v, at: plan.Sides[string]{filepath.Join(g.mounted("local"), "tree"), filepath.Join(g.mounted("remote"), "tree")}},
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
