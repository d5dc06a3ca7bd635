package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// commands are what peers does for trees on two machines.
//
//	peers afar TREATY FOLDER FILES     times treaty over ssh beside both trees here, rsync over ssh, and ssh HOST cat
//	peers delay TIME COMMAND…          runs a command of which each byte read and written takes so much longer
//	peers measured FILE COMMAND…       runs a command, and adds to FILE what it took: CPU seconds, and the most memory
//
// afar finds two programs in $PATH that are called as ssh is, ssh-near and ssh-slow, each of which reaches this machine
// as the host "there"; with the second, what is sent takes a while each way. The agent there is FOLDER/agent, which
// notes in FOLDER/agent.log what it took.
var commands = map[string]func([]string){"afar": afar, "delay": delay, "measured": measured}

// delayed is how long what is sent with ssh-slow takes, each way.
const delayed = 50 * time.Millisecond

// line is one way to reach the other machine.
type line struct {
	ssh, says string
	rounds    int
}

// far is a folder with trees of which the second ones are reached over a line.
type far struct {
	*bench
	via line
	// connects is what a connection by itself takes.
	connects time.Duration
}

func afar(args []string) {
	if len(args) != 3 {
		fail(fmt.Errorf("peers afar TREATY FOLDER FILES"))
	}
	files, err := strconv.Atoi(args[2])
	must(err)
	columns := []string{"line", "job", "how", "seconds", "of the first", "CPU seconds here", "there", "MiB here", "there"}
	fmt.Println("| " + strings.Join(columns, " | ") + " |")
	fmt.Println(strings.Repeat("|---", len(columns)) + "|")
	for _, via := range []line{{"ssh-near", "loopback", rounds}, {"ssh-slow", fmt.Sprintf("%v each way", delayed), 1}} {
		b := &far{bench: &bench{treaty: args[0], dir: filepath.Join(args[1], "trees"), files: files}, via: via}
		b.repeat(via.rounds, b.round)
		b.print()
	}
}

// round runs everything once.
func (b *far) round() {
	must(os.MkdirAll(b.at("home"), 0o700))
	must(os.MkdirAll(filepath.Join(b.config(), "treaty"), 0o700))
	must(os.WriteFile(filepath.Join(b.config(), "treaty", "config.json"), fmt.Appendf(nil,
		`{"ssh": {"command": [%q], "agent": %q}}`, b.via.ssh, filepath.Join(filepath.Dir(b.dir), "agent")), 0o600))
	began := time.Now()
	must(exec.Command(b.via.ssh, "there", "true").Run())
	b.connects = time.Since(began)

	b.nothingThere()
	b.changedThere()
	b.new("10,000 new files", func(at string) { grow(at, 10_000, 4096) })
	if b.via.ssh == "ssh-near" {
		b.large()
	}
}

// nothingThere plans twice, first with both trees here and then with one there, what is in sync.
func (b *far) nothingThere() {
	grow(b.at("l"), b.files, 1024)
	must(exec.Command("cp", "-a", b.at("l"), b.at("r")).Run())
	must(exec.Command("cp", "-a", b.at("l"), b.at("rsync")).Run())
	b.silently(b.here("l", "r"), b.in("l", "apply"))
	job := fmt.Sprintf("nothing to do, %d files", b.files)
	b.timed(job, "treaty plan, both here", 0, b.here("l", "r"))
	b.timed(job, "treaty plan", 1, b.there("l", "r"))
	b.timed(job, "rsync -an, one way", 1, b.rsync("-an", "l", "rsync"))
}

// changedThere brings one file of a hundred.
func (b *far) changedThere() {
	job := fmt.Sprintf("1 %% of %d files", b.files)
	change := func(nth int) {
		for i := 0; i < b.files; i += 100 {
			must(os.WriteFile(member(b.at("l"), i), fmt.Appendf(nil, "changed for the time %d", nth), 0o644))
		}
	}
	change(1)
	b.timed(job, three+", both here", 0, b.here("l", "r"), b.in("l", "approve", "--yes"), b.in("l", "apply"))
	change(22)
	b.timed(job, "rsync -a --delete", 1, b.rsync("-a", "l", "rsync"))
	b.timed(job, three, 2, b.there("l", "r"), b.in("l", "approve", "--yes"), b.in("l", "apply"))
}

const three = "treaty plan, approve, apply"

// new brings a new tree, which make makes.
func (b *far) new(job string, make func(at string)) {
	make(b.at("new"))
	for _, empty := range []string{"new-here", "new-rsync", "new-there"} {
		must(os.MkdirAll(b.at(empty), 0o755))
	}
	b.timed(job, three+", both here", 0, b.here("new", "new-here"), b.in("new", "approve", "--yes"), b.in("new", "apply"))
	must(os.RemoveAll(filepath.Join(b.at("new"), ".treaty")))
	b.timed(job, "rsync -a --delete", 1, b.rsync("-a", "new", "new-rsync"))
	b.timed(job, three, 2, b.there("new", "new-there"), b.in("new", "approve", "--yes"), b.in("new", "apply"))
}

// large brings a file of 2 GiB there, and back.
func (b *far) large() {
	const size = 2 << 30
	for _, dir := range []string{"big", "there", "back"} {
		must(os.MkdirAll(b.at(dir), 0o755))
	}
	file := filepath.Join(b.at("big"), "file")
	noise(file, size)
	b.carried("2 GiB there", "big", "there", fmt.Sprintf("%s there 'cat >%s' <%s", b.via.ssh, b.at("cat"), file))
	must(os.RemoveAll(filepath.Join(b.at("big"), ".treaty")))
	must(os.RemoveAll(b.at("there"))) // memory has no room for three such files
	b.carried("2 GiB back", "back", "big", fmt.Sprintf("%s there cat %s >%s", b.via.ssh, file, b.at("cat")))
}

// carried brings two trees in step of which one holds a file, and has cat, a line of a shell, copy that file.
func (b *far) carried(job, l, r, cat string) {
	b.timed(job, "ssh there cat", 1, []string{"sh", "-c", cat})
	must(os.Remove(b.at("cat")))
	b.silently(b.there(l, r), b.in(l, "approve", "--yes"))
	b.timed(job, "treaty apply", 1, b.in(l, "apply"))
}

// grow makes a tree with so many files of size bytes, twenty to a folder.
func grow(at string, files, size int) {
	text := []byte(strings.Repeat("the quick brown fox jumps over the lazy dog\n", size/44+1))[:size]
	for i := range files {
		if i%20 == 0 {
			must(os.MkdirAll(filepath.Dir(member(at, i)), 0o755))
		}
		must(os.WriteFile(member(at, i), append(fmt.Appendf(nil, "%d ", i), text...)[:size], 0o644))
	}
}

// member is a file of such a tree.
func member(at string, i int) string {
	return filepath.Join(at, fmt.Sprintf("%03d", i/2000), fmt.Sprintf("%02d", i/20%100), fmt.Sprintf("file %06d.txt", i))
}

// noise makes a file that nothing makes smaller.
func noise(name string, size int64) {
	random, err := os.Open("/dev/urandom")
	must(err)
	defer random.Close()
	f, err := os.Create(name)
	must(err)
	_, err = io.CopyN(f, random, size)
	must(err)
	must(f.Close())
}

func (b *far) here(l, r string) []string { return []string{b.treaty, "-q", "plan", b.at(l), b.at(r)} }

func (b *far) there(l, r string) []string {
	return []string{b.treaty, "-q", "plan", b.at(l), "ssh://there" + b.at(r)}
}

func (b *far) in(l string, args ...string) []string {
	return append([]string{b.treaty, "-q", "-C", b.at(l)}, args...)
}

func (b *far) rsync(how, l, r string) []string {
	return []string{"rsync", how, "--delete", "--exclude=/.treaty", "-e", b.via.ssh, b.at(l) + "/", "there:" + b.at(r)}
}

// silently runs what is not timed.
func (b *far) silently(commands ...[]string) {
	for _, words := range commands {
		_, err := b.once(words)
		must(err)
	}
}

// config is the folder of a person whose config says how ssh is called.
func (b *far) config() string { return filepath.Join(b.dir, "config") }

// once runs a command of this machine.
func (b *far) once(words []string) (*os.ProcessState, error) {
	command := exec.Command(words[0], words[1:]...)
	command.Env = append(os.Environ(), "HOME="+b.at("home"), "XDG_CONFIG_HOME="+b.config())
	if out, err := command.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%q: %w\n%s", words, err, out)
	}
	return command.ProcessState, nil
}

// timed runs commands one after the other, of which so many connect, and notes what that took beside connecting.
func (b *far) timed(job, tool string, connect int, commands ...[]string) {
	log := filepath.Join(filepath.Dir(b.dir), "agent.log")
	must(os.WriteFile(log, nil, 0o600))
	total := run{wall: -time.Duration(connect) * b.connects}
	for _, words := range commands {
		began := time.Now()
		state, err := b.once(words)
		must(err)
		total.wall += time.Since(began)
		total.cpu += state.UserTime() + state.SystemTime()
		total.memory = max(total.memory, state.SysUsage().(*syscall.Rusage).Maxrss<<10)
	}
	total.thereCPU, total.thereMemory = noted(log)
	b.note(job, tool, total)
}

// noted is what the agents took that a log names.
func noted(log string) (cpu time.Duration, memory int64) {
	text, err := os.ReadFile(log)
	must(err)
	for line := range strings.Lines(string(text)) {
		var took, most int64
		_, err := fmt.Sscan(line, &took, &most)
		must(err)
		cpu, memory = cpu+time.Duration(took), max(memory, most)
	}
	return cpu, memory
}

// print prints the rows, each job's beside its first.
func (b *far) print() {
	var first *row
	for _, r := range b.rows {
		if first == nil || first.job != r.job {
			first = r
		}
		var of [6][]float64
		for i, one := range r.runs {
			for n, value := range []float64{one.wall.Seconds(), one.wall.Seconds() / first.runs[i].wall.Seconds(),
				one.cpu.Seconds(), one.thereCPU.Seconds(), float64(one.memory) / (1 << 20),
				float64(one.thereMemory) / (1 << 20)} {
				of[n] = append(of[n], value)
			}
		}
		fmt.Printf("| %s | %s | %s | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f |\n", b.via.says, r.job, r.tool, median(of[0]),
			median(of[1]), median(of[2]), median(of[3]), median(of[4]), median(of[5]))
	}
}

// delay runs a command of which all that is read and written comes as much later.
func delay(args []string) {
	by, err := time.ParseDuration(args[0])
	must(err)
	command := exec.Command(args[1], args[2:]...)
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	must(err)
	out, err := command.StdoutPipe()
	must(err)
	must(command.Start())
	go func() {
		later(in, os.Stdin, by)
		in.Close()
	}()
	later(os.Stdout, out, by)
	leave(command.Wait())
}

// later writes what is read when it is as old as that. A line carries as much as comes meanwhile.
func later(to io.Writer, from io.Reader, by time.Duration) {
	type part struct {
		text []byte
		due  time.Time
	}
	parts := make(chan part, 1<<14)
	go func() {
		defer close(parts)
		for {
			text := make([]byte, 64<<10)
			n, err := from.Read(text)
			if n > 0 {
				parts <- part{slices.Clip(text[:n]), time.Now().Add(by)}
			}
			if err != nil {
				return // at its end, or as good as
			}
		}
	}()
	for p := range parts {
		time.Sleep(time.Until(p.due))
		if _, err := to.Write(p.text); err != nil {
			return // nobody reads on
		}
	}
}

// measured runs a command, and notes what it took.
func measured(args []string) {
	command := exec.Command(args[1], args[2:]...)
	command.Stdin, command.Stdout, command.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := command.Run()
	if state := command.ProcessState; state != nil {
		log, e := os.OpenFile(args[0], os.O_APPEND|os.O_WRONLY|os.O_CREATE, 0o600)
		must(e)
		_, e = fmt.Fprintln(log, int64(state.UserTime()+state.SystemTime()), state.SysUsage().(*syscall.Rusage).Maxrss<<10)
		must(e)
		must(log.Close())
	}
	leave(err)
}

// leave ends with the code of a command.
func leave(err error) {
	if exit, ok := err.(*exec.ExitError); ok {
		os.Exit(exit.ExitCode())
	}
	must(err)
}
