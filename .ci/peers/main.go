// Command peers times treaty beside what else keeps two trees alike, and beside what nothing can go below: a walk of
// both trees that looks at each file once, and a copy that promises nothing.
//
//	go run ./.ci/peers TREATY FOLDER [FILES...]
//	go run ./.ci/peers afar TREATY FOLDER FILES     beside rsync over ssh: see afar.go
//
// TREATY is the program. In FOLDER, which is best on a volume in memory, since then no disk is measured, trees with so
// many files each are made, 10000 and 100000 if nothing is said. It prints the table that is in .github/docs/others.md.
// Peers that are not installed are left out. Each figure is the median of several rounds, in each of which everything
// runs once, so that a machine that is slower for a while is so for all; a ratio is the median of those of the rounds.
package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const rounds = 3

// run is what one run of one or several programs took.
type run struct {
	wall time.Duration
	// cpu is that of all processors, which says more than the clock where a machine does other things too.
	cpu    time.Duration
	memory int64 // the most that one of them had, in bytes
	// thereCPU and thereMemory are those of what ran at the other end of a line.
	thereCPU    time.Duration
	thereMemory int64
}

// row is a line of the table.
type row struct {
	job, tool string
	runs      []run
}

// bench is a folder with the trees of one round.
type bench struct {
	treaty, dir string
	files       int
	rows        []*row
}

func main() {
	if len(os.Args) < 3 {
		fail(fmt.Errorf("peers TREATY FOLDER [FILES...]"))
	}
	if does := commands[os.Args[1]]; does != nil {
		does(os.Args[2:])
		return
	}
	sizes := []int{10_000, 100_000}
	if len(os.Args) > 3 {
		sizes = nil
	}
	for _, arg := range os.Args[min(3, len(os.Args)):] {
		n, err := strconv.Atoi(arg)
		must(err)
		sizes = append(sizes, n)
	}
	fmt.Println("| files | job | tool | seconds | of the first | CPU seconds | of the first | MiB |")
	fmt.Println("|---|---|---|---|---|---|---|---|")
	for _, files := range sizes {
		b := &bench{treaty: os.Args[1], dir: filepath.Join(os.Args[2], "peers"), files: files}
		b.repeat(rounds, b.round)
		b.print()
	}
}

// repeat has so many rounds, each with trees of its own.
func (b *bench) repeat(rounds int, round func()) {
	for range rounds {
		must(os.RemoveAll(b.dir))
		round()
	}
	must(os.RemoveAll(b.dir))
}

// round runs everything once.
func (b *bench) round() {
	must(os.MkdirAll(b.at("home"), 0o700))
	b.make()
	b.firstCopy()
	b.nothing()
	b.change()
	b.somewhat()
}

func (b *bench) at(name string) string { return filepath.Join(b.dir, name) }

// make makes the tree "l": a hundred files to a folder, of 4 KiB on average.
func (b *bench) make() {
	text := []byte(strings.Repeat("the quick brown fox jumps over the lazy dog\n", 200))
	for i := range b.files {
		folder := filepath.Join(b.at("l"), fmt.Sprintf("%03d", i/10_000), fmt.Sprintf("%02d", i/100%100))
		if i%100 == 0 {
			must(os.MkdirAll(folder, 0o755))
		}
		file := filepath.Join(folder, fmt.Sprintf("file %06d.txt", i))
		must(os.WriteFile(file, fmt.Appendf(text[:i*7919%8192:i*7919%8192], "%d", i), 0o644))
	}
}

// firstCopy copies "l" to where nothing is.
func (b *bench) firstCopy() {
	const job = "first copy"
	b.time(job, "cp -a", []string{"cp", "-a", b.at("l"), b.at("cp")})
	b.time(job, "rsync -a", []string{"rsync", "-a", b.at("l") + "/", b.at("rsync")})
	b.time(job, "rclone copy", []string{"rclone", "copy", b.at("l"), b.at("rclone")})
	b.time(job, "unison", b.unison())
	must(os.MkdirAll(b.at("r"), 0o755))
	b.time(job, "treaty plan, approve, apply", b.plan(), b.run("approve", "--yes"), b.run("apply"))
	for _, copied := range []string{"cp", "rclone"} {
		must(os.RemoveAll(b.at(copied)))
	}
}

// nothing has nothing to do.
func (b *bench) nothing() {
	const job = "nothing to do"
	b.time(job, "find, both trees", []string{"find", b.at("l"), b.at("r"), "-size", "+1000000M"})
	both := []string{"rsync", "-an", "--delete", "--exclude=/.treaty"}
	b.time(job, "rsync -n, both ways", append(both, b.at("l")+"/", b.at("rsync")),
		append(both, b.at("rsync")+"/", b.at("l")))
	b.time(job, "unison", b.unison())
	b.time(job, "treaty plan", b.plan())
}

// change gives one file of a hundred another content.
func (b *bench) change() {
	for i := 0; i < b.files; i += 100 {
		file := filepath.Join(b.at("l"), fmt.Sprintf("%03d", i/10_000), fmt.Sprintf("%02d", i/100%100),
			fmt.Sprintf("file %06d.txt", i))
		must(os.WriteFile(file, []byte("changed"), 0o644))
	}
}

// somewhat brings these to the other side.
func (b *bench) somewhat() {
	const job = "1 % changed"
	b.time(job, "rsync -a --delete",
		[]string{"rsync", "-a", "--delete", "--exclude=/.treaty", b.at("l") + "/", b.at("rsync")})
	b.time(job, "unison", b.unison())
	b.time(job, "treaty plan, approve, apply", b.plan(), b.run("approve", "--yes"), b.run("apply"))
}

func (b *bench) plan() []string { return []string{b.treaty, "-q", "plan", b.at("l"), b.at("r")} }

func (b *bench) run(args ...string) []string {
	return append([]string{b.treaty, "-q", "-C", b.at("l")}, args...)
}

// unison is told to leave out what treaty keeps in the tree, and so is rsync.
func (b *bench) unison() []string {
	return []string{"unison", b.at("l"), b.at("unison"), "-batch", "-silent", "-times", "-perms", "-1",
		"-ignore", "Name .treaty"}
}

// time runs commands one after the other, and notes what that took. Nothing is noted where the first is not there.
func (b *bench) time(job, tool string, commands ...[]string) {
	if _, err := exec.LookPath(commands[0][0]); err != nil {
		return
	}
	var total run
	for _, words := range commands {
		command := exec.Command(words[0], words[1:]...)
		command.Env = append(os.Environ(), "HOME="+b.at("home"), "UNISON="+b.at("home"))
		began := time.Now()
		if out, err := command.CombinedOutput(); err != nil {
			fail(fmt.Errorf("%q: %w\n%s", words, err, out))
		}
		total.wall += time.Since(began)
		total.cpu += command.ProcessState.UserTime() + command.ProcessState.SystemTime()
		used := command.ProcessState.SysUsage().(*syscall.Rusage)
		total.memory = max(total.memory, used.Maxrss<<10)
	}
	b.note(job, tool, total)
}

// note adds a run to the row of its job and tool.
func (b *bench) note(job, tool string, total run) {
	at := slices.IndexFunc(b.rows, func(r *row) bool { return r.job == job && r.tool == tool })
	if at < 0 {
		b.rows, at = append(b.rows, &row{job: job, tool: tool}), len(b.rows)
	}
	b.rows[at].runs = append(b.rows[at].runs, total)
}

// print prints the rows, each job's beside its first.
func (b *bench) print() {
	var first *row
	for _, r := range b.rows {
		if first == nil || first.job != r.job {
			first = r
		}
		var seconds, ratios, cpu, shares, memory []float64
		for i, one := range r.runs {
			seconds = append(seconds, one.wall.Seconds())
			ratios = append(ratios, one.wall.Seconds()/first.runs[i].wall.Seconds())
			cpu = append(cpu, one.cpu.Seconds())
			shares = append(shares, one.cpu.Seconds()/first.runs[i].cpu.Seconds())
			memory = append(memory, float64(one.memory)/(1<<20))
		}
		fmt.Printf("| %d | %s | %s | %.2f | %.2f | %.2f | %.2f | %.0f |\n", b.files, r.job, r.tool,
			median(seconds), median(ratios), median(cpu), median(shares), median(memory))
	}
}

func median(of []float64) float64 {
	slices.Sort(of)
	return of[len(of)/2]
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "peers:", err)
	os.Exit(1)
}
