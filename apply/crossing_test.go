package apply_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/internal/wire"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
)

// meter counts what crosses a line to an agent.
type meter struct {
	mu sync.Mutex
	// asked is what was sent to the agent, and told what came from it.
	asked, told bytes.Buffer
}

// over gives the streams of a connection to the meter.
func (m *meter) over(from io.Reader, to io.Writer) (io.Reader, io.Writer) {
	return meteredReader{from, m}, meteredWriter{to, m}
}

type meteredReader struct {
	io.Reader
	at *meter
}

func (r meteredReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.at.mu.Lock()
	defer r.at.mu.Unlock()
	r.at.told.Write(p[:n])
	return n, err
}

type meteredWriter struct {
	io.Writer
	at *meter
}

func (w meteredWriter) Write(p []byte) (int, error) {
	w.at.mu.Lock()
	w.at.asked.Write(p)
	w.at.mu.Unlock()
	return w.Writer.Write(p)
}

// crossing is a call with all that crossed for it, each way.
type crossing struct {
	call        string
	asked, told int
}

// calls are those that were made, in their order: each is a stream of HTTP/2 frames (RFC 9113, section 4.1), of which
// the question is the first frame of this protocol.
func (m *meter) calls() []crossing {
	m.mu.Lock()
	defer m.mu.Unlock()
	questions, asked := frames(m.asked.Bytes(), "SM\r\n\r\n")
	answers, _ := frames(m.told.Bytes(), "\n")
	list := make([]crossing, 0, len(asked))
	for _, stream := range asked {
		var ask wire.Head
		if text := questions[stream]; len(text) >= 5 {
			size := int(binary.BigEndian.Uint32(text[1:]))
			_ = json.Unmarshal(text[5:min(5+size, len(text))], &ask) // what was cut has no name
		}
		list = append(list, crossing{ask.Call, len(questions[stream]), len(answers[stream])})
	}
	return list
}

// frames are the data of each stream of a connection, after what opens it, and the streams in the order of their
// headers.
func frames(all []byte, opening string) (data map[uint32][]byte, streams []uint32) {
	const head, isData, isHeaders = 9, 0, 1
	_, rest, _ := bytes.Cut(all, []byte(opening))
	data = map[uint32][]byte{}
	for len(rest) >= head {
		size := int(rest[0])<<16 | int(rest[1])<<8 | int(rest[2])
		stream, end := binary.BigEndian.Uint32(rest[5:]), min(head+size, len(rest))
		switch rest[3] {
		case isData:
			data[stream] = append(data[stream], rest[head:end]...)
		case isHeaders:
			streams = append(streams, stream)
		}
		rest = rest[end:]
	}
	return data, streams
}

// names are which calls were made.
func names(calls []crossing) (list []string) {
	for _, c := range calls {
		list = append(list, c.call)
	}
	return list
}

// grove is a world in memory of which the remote tree is far away, over a line that a meter is at. Both trees have so
// many directories with so many files in each; what is in a directory was saved within two hours.
type grove struct {
	*world
	line *meter
	// elder is the lower version that the agent speaks, "" for none.
	elder string
	// serving is what the agent has in the place of its tree, nil for just that.
	serving func(volume.Volume) volume.Volume
}

func newGrove(t *testing.T, dirs, files int) *grove {
	t.Helper()
	g := &grove{world: newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX}), line: &meter{}}
	for _, side := range plan.BothSides {
		random, person := rand.New(rand.NewPCG(1, 2)), g.memory[g.at[side]].Person()
		for d := range dirs {
			dir := tree.Path(fmt.Sprintf("folder-%04d", d))
			check(t, person.Save(dir, tree.Entry{Type: tree.Directory, Mode: tree.Perm(0o755)}, nil))
			day := 1_700_000_000 + random.Int64N(1e7)
			for f := range files {
				name := dir.Join(fmt.Sprintf("file %d of some name-%02d.txt", random.IntN(9), f))
				at := tree.UnixTime(day+random.Int64N(7200), random.Int64N(1e9))
				check(t, person.Save(name, tree.Entry{Type: tree.File, Mode: tree.Perm(0o644), Mtime: at},
					make([]byte, random.IntN(4096))))
			}
		}
	}
	return g
}

// saves has a person save a file on a side.
func (g *grove) saves(side plan.Side, path string, content string) {
	g.Helper()
	check(g, g.memory[g.at[side]].Person().Save(tree.Path(path), tree.Entry{Type: tree.File, Mode: tree.Perm(0o644),
		Mtime: tree.UnixTime(1_700_000_000, 0)}, []byte(content)))
}

// opener opens the remote tree over the line.
func (g *grove) opener() apply.Opener {
	return func(root string) (volume.Volume, error) {
		v := g.memory[root]
		if root != g.at[plan.Remote] {
			return v, nil
		}
		over := g.line.over
		if g.elder != "" {
			over = func(from io.Reader, to io.Writer) (io.Reader, io.Writer) {
				return g.line.over(asElder(from, g.elder), to)
			}
		}
		var served volume.Volume = v
		if g.serving != nil {
			served = g.serving(v)
		}
		far, err := throughAgent(served, over, 0)
		if err != nil {
			return nil, err
		}
		return &plainly{far, root}, nil
	}
}

// asElder is what an agent says, as if it spoke a lower version.
func asElder(from io.Reader, version string) io.Reader {
	buffered := bufio.NewReader(from)
	hello, _ := buffered.ReadString('\n') // whoever reads on comes to the error
	return io.MultiReader(strings.NewReader(strings.Replace(hello, `"`+wire.NewHello("").FormatVersion+`"`, `"`+version+`"`, 1)), buffered)
}

// plans makes a plan, and keeps what belongs beside it.
func (g *grove) plans() *plan.Plan {
	g.Helper()
	open := g.opener()
	var pair [2]*store.Store
	for _, side := range plan.BothSides {
		v, err := open(g.at[side])
		check(g, err)
		pair[side], err = store.Of(v)
		check(g, err)
	}
	p, err := apply.PairOf(pair[plan.Local], pair[plan.Remote].Reader)
	check(g, err)
	made, err := p.Plan(context.Background(), apply.Planning{Options: g.options, By: ann})
	check(g, err)
	check(g, p.SaveBeside(made))
	check(g, p.Close())
	return made.Plan
}

// applies carries a plan out, whatever else has changed, and returns what crossed for that.
func (g *grove) applies(p *plan.Plan) []crossing {
	g.Helper()
	g.line = &meter{}
	request := g.request(p)
	request.Open, request.AllowUnrelatedDrift = g.opener(), true
	receipt, err := apply.Apply(context.Background(), request)
	check(g, err)
	if receipt.Totals.Done != len(p.Operations) {
		g.Errorf("%d of %d done", receipt.Totals.Done, len(p.Operations))
	}
	return g.line.calls()
}

// A plan waits for the line as often however many directories there are, and an entry takes few bytes on it.
func TestAPlanWithNothingToDoTakesFewCallsAndFewBytes(t *testing.T) {
	const mostCalls, mostBytes, entries = 2, 12, 90 * 21
	planned := func(dirs, files int) (calls []string, told int) {
		g := newGrove(t, dirs, files)
		if p := g.plans(); !p.Empty() {
			t.Errorf("there is something to do:\n%s", describe(p))
		}
		for _, c := range g.line.calls() {
			told += c.told
		}
		return names(g.line.calls()), told
	}
	few, small := planned(10, 20)
	_, large := planned(100, 20)
	many, _ := planned(5000, 1)
	if !slices.Equal(few, many) || len(many) > mostCalls {
		t.Errorf("%d calls for 10 directories, %d for 5000:\n%q\n%q", len(few), len(many), few, many)
	}
	if each := float64(large-small) / entries; each > mostBytes {
		t.Errorf("%.1f bytes an entry", each)
	} else {
		t.Logf("%d calls, %.1f bytes an entry", len(many), each)
	}
}

// What an apply reads to find drift was sent when the plan was made: it comes again only if it is not that any more.
func TestAListingThatIsKnownDoesNotCrossAgain(t *testing.T) {
	const most, least = 64 << 10, 100 << 10
	for _, c := range []struct {
		name    string
		between func(g *grove, p *plan.Plan)
		streams bool
	}{
		{"unchanged", func(*grove, *plan.Plan) {}, false},
		{"the listing is gone", func(g *grove, p *plan.Plan) {
			check(g, g.memory[g.at[plan.Local]].RemovePrivate("plans/"+p.ID+".listing"))
		}, true},
		{"the listing is damaged", func(g *grove, p *plan.Plan) {
			v, name := g.memory[g.at[plan.Local]], "plans/"+p.ID+".listing"
			packed, err := v.ReadPrivate(name, 1<<30)
			check(g, err)
			packed[len(packed)/2] ^= 1
			check(g, v.WritePrivate(name, packed))
		}, true},
		{"the listing is a giant", func(g *grove, p *plan.Plan) {
			check(g, g.memory[g.at[plan.Local]].WritePrivate("plans/"+p.ID+".listing", make([]byte, volume.MostKnown+1)))
		}, true},
		{"the tree is another", func(g *grove, p *plan.Plan) { g.saves(plan.Remote, "folder-0001/new", "new") }, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := newGrove(t, 600, 20)
			g.saves(plan.Local, "folder-0000/new", "new")
			p := g.plans()
			c.between(g, p)
			calls := g.applies(p)
			at := slices.IndexFunc(calls, func(c crossing) bool { return c.call == wire.Walk.Name() })
			switch told := calls[at].told; {
			case c.streams && told < least:
				t.Errorf("%d bytes of a listing came that is not known", told)
			case !c.streams && calls[at].asked+told > most:
				t.Errorf("%d bytes crossed for a listing that is known", told)
			}
		})
	}
}

// Of what was kept for a listing and is another tree's nothing is believed: what was saved since is drift.
func TestAListingThatIsKnownHidesNoDrift(t *testing.T) {
	g := newGrove(t, 10, 20)
	g.saves(plan.Local, "folder-0000/new", "new")
	p := g.plans()
	g.saves(plan.Remote, "folder-0000/new", "another")
	request := g.request(p)
	request.Open = g.opener()
	if _, err := apply.Apply(t.Context(), request); !errors.Is(err, apply.ErrStale) {
		t.Errorf("drift is no drift: %v", err)
	}
}

// What a group of files takes crosses together, however many files it has: it waits for the line once, for what makes
// durable what is staged, the intents, with which goes what became of the group before, and the swaps. Its files stream
// in two calls, while the group before is put in place, beside one that looks at its directories; one looks in the end
// at what was displaced.
func TestAGroupTakesFewRoundTrips(t *testing.T) {
	const atMost, streams = 1, 3
	for _, c := range []struct {
		name  string
		side  plan.Side // that changes
		was   bool      // something is there before
		looks int
	}{
		{"new files there", plan.Remote, false, 0},
		{"new files here", plan.Local, false, 0},
		{"other files there", plan.Remote, true, 1},
		{"other files here", plan.Local, true, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			few, many := crossed(t, 64, c.side, c.was), crossed(t, groupFar+64, c.side, c.was)
			if more := len(many) - len(few); more > atMost+streams+c.looks {
				t.Errorf("%d calls for one group, %d for two: %q", len(few), len(many), names(many))
			}
			if most := 16; len(few) > most {
				t.Errorf("%d calls for one group: %q", len(few), names(few))
			}
		})
	}
}

// patient is a tree in which nothing is created before contents of a later group came.
type patient struct {
	volume.Volume
	staged  atomic.Int64
	await   int64 // how many
	came    chan struct{}
	created atomic.Bool
}

func (p *patient) Change(run string, options volume.Options) (volume.Changer, error) {
	changer, err := p.Volume.Change(run, options)
	return &patientRun{changer, p}, err
}

type patientRun struct {
	volume.Changer
	of *patient
}

func (p *patientRun) Stage(ctx context.Context, src io.Reader, size int64, want tree.Hash, mtime tree.Time,
	mode tree.Mode) (volume.Staged, error) {
	staged, err := p.Changer.Stage(ctx, src, size, want, mtime, mode)
	if p.of.staged.Add(1) == p.of.await {
		close(p.of.came)
	}
	return staged, err
}

func (p *patientRun) Create(path tree.Path, staged volume.Staged) (volume.Result, error) {
	if !p.of.created.Swap(true) {
		select {
		case <-p.of.came:
		case <-time.After(time.Minute):
			return volume.Result{}, errors.New("the line stands idle")
		}
	}
	return p.Changer.Create(path, staged)
}

// While a group is put in place far away, the contents of the next but one are on their way.
func TestContentsSetOutBeforeItIsKnownWhatCameOfThoseBefore(t *testing.T) {
	g := newGrove(t, 10, 1)
	for n := range 2*groupFar + 2 {
		g.saves(plan.Local, fmt.Sprintf("folder-%04d/new-%04d", n%10, n), "new")
	}
	p := g.plans()
	g.serving = func(v volume.Volume) volume.Volume {
		return &patient{Volume: v, await: 2*groupFar + 1, came: make(chan struct{})}
	}
	g.applies(p)
}

// An agent of a lower minor version is asked for nothing that it does not know: it opens a log, and is then given what
// is written there; and what is announced it is told before it is asked to do that.
func TestAnAgentOfALowerMinorIsAskedForWhatItKnows(t *testing.T) {
	for _, c := range []struct {
		elder   string
		begins  bool // a log with what is written to it
		appends int  // are calls of their own
	}{{"1.0", false, 3}, {"1.1", true, 2}, {"", true, 1}} {
		g := newGrove(t, 1, 1)
		g.elder = c.elder
		g.saves(plan.Local, "new", "new")
		calls := g.applies(g.plans())
		at := slices.IndexFunc(calls, func(c crossing) bool { return c.call == wire.OpenLog.Name() })
		const question = 200 // bytes, without a header of a journal behind it
		if begins := calls[at].asked > question; begins != c.begins {
			t.Errorf("%q: a log is opened in %d bytes", c.elder, calls[at].asked)
		}
		appends := slices.DeleteFunc(names(calls), func(call string) bool { return call != wire.AppendLog.Name() })
		if len(appends) != c.appends {
			t.Errorf("%q: %d calls append to a log: %q", c.elder, len(appends), names(calls))
		}
	}
}

// unwritten is a tree in whose journal nothing can be announced.
type unwritten struct {
	volume.Volume
	creates *int
}

func (u *unwritten) Change(run string, options volume.Options) (volume.Changer, error) {
	changer, err := u.Volume.Change(run, options)
	return &unwrittenRun{changer, u}, err
}

type unwrittenRun struct {
	volume.Changer
	of *unwritten
}

func (u *unwrittenRun) Create(path tree.Path, staged volume.Staged) (volume.Result, error) {
	*u.of.creates++
	return u.Changer.Create(path, staged)
}

func (u *unwrittenRun) OpenLog(name string) (volume.Log, error) {
	log, err := u.Changer.OpenLog(name)
	return &unwrittenLog{log}, err
}

type unwrittenLog struct{ volume.Log }

func (l *unwrittenLog) Append(p []byte, sync bool) error {
	if bytes.Contains(p, []byte(`"intent"`)) {
		return errors.New("no room for that")
	}
	return l.Log.Append(p, sync)
}

// What cannot be announced there is not done, although it has crossed together with that.
func TestNothingIsDoneFarAwayThatItsJournalDoesNotHave(t *testing.T) {
	for _, elder := range []string{"1.1", ""} {
		g, creates := newGrove(t, 1, 1), 0
		g.elder = elder
		g.serving = func(v volume.Volume) volume.Volume { return &unwritten{v, &creates} }
		for n := range 3 {
			g.saves(plan.Local, fmt.Sprintf("new %d", n), "new")
		}
		p := g.plans()
		request := g.request(p)
		request.Open = g.opener()
		receipt, err := apply.Apply(t.Context(), request)
		if !errors.Is(err, apply.ErrPartial) || receipt.Totals.Failed != 3 || creates > 0 {
			t.Errorf("%q: %v, %+v, %d created", elder, err, receipt, creates)
		}
		g.serving = nil
		g.applies(p)
	}
}

// Directories cross together too, whether they are made there or here.
func TestNewDirectoriesTakeNoCallsEach(t *testing.T) {
	calls := func(directories int, side plan.Side) []crossing {
		g := newGrove(t, 10, 20)
		for n := range directories {
			dir := tree.Path(fmt.Sprintf("new-%04d", n))
			check(t, g.memory[g.at[side.Other()]].Person().Save(dir,
				tree.Entry{Type: tree.Directory, Mode: tree.Perm(0o755)}, nil))
			g.saves(side.Other(), string(dir.Join("file")), fmt.Sprintf("content of %d", n))
		}
		return g.applies(g.plans())
	}
	for _, side := range plan.BothSides {
		few, many := calls(5, side), calls(50, side)
		if len(few) != len(many) {
			t.Errorf("on %s: %d calls for 5 directories, %d for 50: %q", side, len(few), len(many), names(many))
		}
	}
}

// saveBelow saves a file on a side in directories that are new.
func (g *grove) saveBelow(side plan.Side, dirs ...string) {
	g.Helper()
	var dir tree.Path
	for _, name := range dirs {
		dir = dir.Join(name)
		check(g, g.memory[g.at[side]].Person().Save(dir, tree.Entry{Type: tree.Directory, Mode: tree.Perm(0o755)}, nil))
	}
	g.saves(side, string(dir.Join("file")), "new")
}

// However deep they lie: what is to be in a directory that is made crosses with that. An agent of a lower minor version
// would go on where that was not made, and is asked when it was.
func TestNewDirectoriesBelowNewOnesTakeNoCallsEach(t *testing.T) {
	for _, c := range []struct {
		elder string
		more  int // calls for five levels than for one
	}{{"", 0}, {"1.1", 4}} {
		calls := func(dirs ...string) []crossing {
			g := newGrove(t, 1, 1)
			g.elder = c.elder
			g.saveBelow(plan.Local, dirs...)
			return g.applies(g.plans())
		}
		few, many := calls("a"), calls("a", "b", "c", "d", "e")
		if len(many)-len(few) != c.more {
			t.Errorf("%q: %d calls for one level, %d for five: %q", c.elder, len(few), len(many), names(many))
		}
	}
}

// without is a tree in which one directory cannot be made.
type without struct {
	volume.Volume
	dir tree.Path
}

func (w *without) Change(run string, options volume.Options) (volume.Changer, error) {
	changer, err := w.Volume.Change(run, options)
	return &withoutRun{changer, w.dir}, err
}

type withoutRun struct {
	volume.Changer
	dir tree.Path
}

func (w *withoutRun) Mkdir(path tree.Path, mode tree.Mode, existing bool) (volume.Result, error) {
	if path == w.dir {
		return volume.Result{}, &fs.PathError{Op: "mkdir", Path: string(path), Err: fs.ErrPermission}
	}
	return w.Changer.Mkdir(path, mode, existing)
}

// A directory that cannot be made far away takes none with it but those that were to be in it.
func TestADirectoryThatCannotBeMadeFailsWhatIsInItAlone(t *testing.T) {
	for _, elder := range []string{"1.1", ""} {
		g := newGrove(t, 1, 1)
		g.elder = elder
		for _, dirs := range [][]string{{"a", "b", "c"}, {"d", "e", "f"}, {"g", "h", "i"}} {
			g.saveBelow(plan.Local, dirs...)
		}
		g.serving = func(v volume.Volume) volume.Volume { return &without{v, "d/e"} }
		p := g.plans()
		request := g.request(p)
		request.Open = g.opener()
		receipt, err := apply.Apply(t.Context(), request)
		var failed []string
		for _, r := range receipt.Results {
			if r.Outcome != apply.Done {
				failed = append(failed, string(r.Path)+": "+r.Error)
			}
		}
		want := []string{"d/e: mkdir d/e: permission denied", "d/e/f: its directory was not made",
			"d/e/f/file: its directory was not made"}
		if !errors.Is(err, apply.ErrPartial) || !slices.Equal(failed, want) {
			t.Errorf("%q: %v, failed %q", elder, err, failed)
		}
		g.serving = nil
		g.applies(p)
	}
}

// What does not wait for each other crosses together, whatever it is: an operation takes no calls of its own.
func TestOperationsTakeNoCallsEach(t *testing.T) {
	for _, c := range []struct {
		name string
		// change is what a person does to the n-th folder, with two files and an empty folder in it.
		change func(g *grove, by memory.Person, dir tree.Path)
	}{
		{"moves", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Rename(dir.Join("a"), dir.Join("c")))
			check(g, by.Rename(dir.Join("b"), tree.Path("elsewhere "+string(dir))))
		}},
		{"moves with another time", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Rename(dir.Join("a"), dir.Join("c")))
			check(g, by.Amend(dir.Join("c"), tree.Entry{Type: tree.File, Mode: tree.Perm(0o600), Mtime: tree.UnixTime(5, 0)},
				[]byte("content of a in "+dir)))
		}},
		{"circles", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Rename(dir.Join("a"), dir.Join("c")))
			check(g, by.Rename(dir.Join("b"), dir.Join("a")))
			check(g, by.Rename(dir.Join("c"), dir.Join("b")))
		}},
		{"modes", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Amend(dir.Join("a"), tree.Entry{Type: tree.File, Mode: tree.Perm(0o600),
				Mtime: tree.UnixTime(1_700_000_000, 0)}, []byte("content of a in "+dir)))
		}},
		{"deletes", func(g *grove, by memory.Person, dir tree.Path) { check(g, by.Remove(dir.Join("a"))) }},
		{"directories that go", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Remove(dir.Join("empty/lower")))
			check(g, by.Remove(dir.Join("empty")))
		}},
		{"modes of directories", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Amend(dir.Join("empty"), tree.Entry{Type: tree.Directory, Mode: tree.Perm(0o500)}, nil))
		}},
		{"directories of which the owner may do little", func(g *grove, by memory.Person, dir tree.Path) {
			check(g, by.Save(dir.Join("odd"), tree.Entry{Type: tree.Directory, Mode: tree.Perm(0o500)}, nil))
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, side := range plan.BothSides {
				few, many := operated(t, 2, side, c.change), operated(t, 9, side, c.change)
				if len(few) != len(many) {
					t.Errorf("on %s: %d calls for 2 folders, %d for 9: %q", side, len(few), len(many), names(many))
				}
			}
		})
	}
}

// operated is what crosses for what a person does on the other side to so many folders that both sides have.
func operated(t *testing.T, folders int, side plan.Side, change func(*grove, memory.Person, tree.Path)) []crossing {
	g := newGrove(t, 1, 1)
	g.options.AllowManyUpdates, g.options.AllowManyDeletes = true, true
	by := g.memory[g.at[side.Other()]].Person()
	directory := tree.Entry{Type: tree.Directory, Mode: tree.Perm(0o755)}
	var dirs []tree.Path
	for n := range folders {
		dir := tree.Path(fmt.Sprintf("n-%04d", n))
		dirs = append(dirs, dir)
		for _, made := range []tree.Path{dir, dir.Join("empty"), dir.Join("empty/lower")} {
			check(t, by.Save(made, directory, nil))
		}
		for _, name := range []string{"a", "b"} {
			g.saves(side.Other(), string(dir.Join(name)), fmt.Sprintf("content of %s in %s", name, dir))
		}
	}
	g.applies(g.plans())
	for _, dir := range dirs {
		change(g, by, dir)
	}
	p := g.plans()
	if len(p.Operations) < folders {
		t.Errorf("%d operations in %d folders", len(p.Operations), folders)
	}
	return g.applies(p)
}

// An apply waits for the line a number of times that nothing but what it has to do adds to.
func TestAnApplyTakesFewRoundTrips(t *testing.T) {
	for _, c := range []struct {
		side        plan.Side // that changes
		first, most int       // calls of a first apply, and of a later one
	}{{plan.Remote, 15, 15}, {plan.Local, 13, 13}} {
		g := newGrove(t, 10, 20)
		for nth, most := range []int{c.first, c.most} {
			for n := range 10 {
				g.saves(c.side.Other(), fmt.Sprintf("folder-%04d/new %d", n, nth), "new")
			}
			if calls := g.applies(g.plans()); len(calls) > most {
				t.Errorf("%d calls to change %s, and %d are enough: %q", len(calls), c.side, most, names(calls))
			}
		}
	}
}

// groupFar is how many files go together to a tree that is far away.
const groupFar = 1024

// crossed is what crosses for so many files.
func crossed(t *testing.T, files int, side plan.Side, was bool) []crossing {
	g := newGrove(t, 10, 20)
	for n := range files {
		name := fmt.Sprintf("folder-%04d/new-%04d", n%10, n)
		g.saves(side.Other(), name, fmt.Sprintf("content of %d", n))
	}
	if !was {
		return g.applies(g.plans())
	}
	g.options.AllowManyUpdates = true
	g.applies(g.plans())
	for n := range files {
		g.saves(side.Other(), fmt.Sprintf("folder-%04d/new-%04d", n%10, n), fmt.Sprintf("another content of %d", n))
	}
	return g.applies(g.plans())
}

// What was saved too shortly before to be judged by its time is read for the record together, however much that is.
func TestWhatIsTooNewIsReadTogether(t *testing.T) {
	calls := func(files int) []crossing {
		g := newGrove(t, 2, 2)
		for n := range files {
			name := tree.Path(fmt.Sprintf("folder-0000/new-%04d", n))
			for _, side := range plan.BothSides {
				check(g, g.memory[g.at[side]].Person().Save(name, tree.Entry{Type: tree.File, Mode: tree.Perm(0o644),
					Mtime: tree.UnixTime(5_000_000_000, 0)}, []byte("content")))
			}
		}
		g.saves(plan.Local, "folder-0001/new", "new")
		return g.applies(g.plans())
	}
	few, many := calls(2), calls(20)
	if hash := wire.Hash.Name(); !slices.Contains(names(few), hash) || len(few) != len(many) {
		t.Errorf("%d calls for 2 files, %d for 20: %q", len(few), len(many), names(many))
	}
}
