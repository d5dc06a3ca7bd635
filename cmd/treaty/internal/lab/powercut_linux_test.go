package lab

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

	"treaty/testdata/effort"
)

// The power is cut while an apply writes to a FAT volume, by the kernel's own driver: what a cut leaves is
// what had reached the disks. The machine that loses its power is User-Mode Linux (.ci/uml), LOCAL lies on
// an ext4 of its own there, and the cut is a SIGKILL at a random moment. Meanwhile a second program has the
// FAT disk written out again and again (a flusher), so that blocks reach it in every order that a kernel
// may choose. A third volume is written to by the textbook (control_linux_test.go): were it to survive, the
// cuts would prove nothing.
//
// The test is its own guest (guest_linux_test.go): TREATY_TEST_GUEST says what it is to do there. With
// TREATY_TEST_KEEP, a folder, the disks stay there as the judge has left them.

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
	effort.Laboratory(t, "cuts")
	tools(t, "linux.uml", "insmod", "mkfs.vfat", "fsck.vfat", "mkfs.ext4", "truncate", "cp")
	seed, err := strconv.ParseUint(os.Getenv("TREATY_TEST_SEED"), 10, 64)
	if err != nil {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("TREATY_TEST_SEED=%d", seed)
	h := &host{T: t, dir: t.TempDir(), random: rand.New(rand.NewPCG(seed, 0))}
	if kept := os.Getenv("TREATY_TEST_KEEP"); kept != "" {
		h.dir = kept
	}
	h.cutAll(effort.Tries(1, 20))
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
	h.Logf("%d power cuts in applies of %v, %d of them after the end; the control lost %d of %d files", cuts,
		time.Duration(h.lasts.Load()).Round(time.Millisecond), late, files, cuts*controlFiles)
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
	args := append([]string{strings.Join(images, ","), place, "env", guestRole + "=" + role, guestPlace + "=" + h.dir},
		settings...)
	args = append(args, "PATH="+os.Getenv("PATH"), "TREATY_TEST_PROGRAM="+treaty(h), exe, "-test.v",
		"-test.run", "^TestPowerCuts$")
	return exec.Command(filepath.Join("..", "..", "..", "..", ".ci", "uml", "boot"), args...)
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
	for deadline := time.Now().Add(10 * time.Minute); time.Now().Before(deadline); time.Sleep(2 * time.Millisecond) {
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
	out, err := h.boot("judge", place, all, fmt.Sprintf("TREATY_TEST_FROM=%d", from),
		fmt.Sprintf("TREATY_TEST_TO=%d", to)).CombinedOutput()
	if err != nil {
		h.Errorf("judge: %v\n%s", err, out)
	}
}
