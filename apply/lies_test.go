package apply_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/testdata/effort"
)

// endless is a lie that is told again and again.
const endless = "loans without end"

// lies are wrong in one thing each. tell answers a call so, and tells whether that call can be answered so.
var lies = []struct {
	name string
	// breaks tells that it is against the rules of the wire, and seen as soon as it is told. What is within them can only
	// be that the far tree is not as it says.
	breaks bool
	tell   func(c *lied) bool
}{
	{"an entry of no size that there is", true, ofEntries(func(e *wire.Entry) { e.Size = -1 })},
	{"an entry of another size", false, ofEntries(func(e *wire.Entry) { e.Size++ })},
	{"an entry of an enormous size", false, ofEntries(func(e *wire.Entry) { e.Size = 1<<63 - 1 })},
	{"an entry of another time", false, ofEntries(func(e *wire.Entry) { e.Mtime = tree.UnixTime(77, 7) })},
	{"an entry of a type that there is not", true, ofEntries(func(e *wire.Entry) { e.Type = 99 })},
	{"an entry with an obstacle that there is not", true, ofEntries(func(e *wire.Entry) { e.Obstacle = "dragons" })},
	{"an entry with a name that leads out", true, ofEntries(func(e *wire.Entry) { e.Name = "../outside" })},
	{"an entry with a link's target, and none", true, ofEntries(func(e *wire.Entry) {
		e.Type, e.Size, e.Target = uint8(tree.Directory), 0, "/etc"
	})},
	{"an entry that has no mode of any file", true, ofEntries(func(e *wire.Entry) { e.Mode = 0xffff })},
	{"no entry", true, ofEnds(func(a reply) bool { return a.put("entry", nil) })},

	{"listings of names out of order", true, ofListings("b", "a")},
	{"listings of a name twice", true, ofListings("a", "a")},
	{"listings of a name with a slash", true, ofListings("a/b")},
	{"listings of a name that is none", true, ofListings("..")},
	{"listings of treaty's own folder", true, ofListings(tree.PrivateFolder)},
	{"listings that end within", true, ofData(wire.Walk.Name(), func(b []byte) []byte { return b[:len(b)/2] })},
	{"listings with more behind them", true, ofData(wire.Walk.Name(), func(b []byte) []byte { return append(b, b...) })},

	{"content of another size", false, ofContents(func(b []byte) []byte { return append(b, '!') })},
	{"content cut short", false, ofContents(func(b []byte) []byte { return b[:max(len(b)-1, 0)] })},
	{"content of another hash", false, ofContents(func(b []byte) []byte {
		b = bytes.Clone(b)
		if len(b) > 0 {
			b[0] ^= 1
		}
		return b
	})},

	{"what is staged lies outside", true, ofStaged(func(s *wire.Staged) { s.Name = "../outside" })},
	{"what is staged is of another hash", false, ofStaged(func(s *wire.Staged) { s.Hash[0] ^= 1 })},
	{"what is staged is of another size", false, ofStaged(func(s *wire.Staged) { s.Size++ })},
	{"what is staged is nothing to be installed", true, ofStaged(func(s *wire.Staged) { s.Type = 77 })},
	{"what is staged has no hash", true, func(c *lied) bool {
		return c.Call == wire.Stage.Name() && ofStaged(func(s *wire.Staged) { s.Hash = tree.Hash{} })(c)
	}},
	{"nothing staged", true, ofEnds(func(a reply) bool { return a.put("staged", nil) })},

	{"a result without one", true, ofEnds(func(a reply) bool { return a.put("result", nil) })},
	{"a trash outside of treaty's folder", true, ofResults(func(r *wire.Result) { r.Trash = "../outside" })},
	{"a trash that is the root", true, ofResults(func(r *wire.Result) { r.Trash = "/etc/passwd" })},
	{"a trash that is somebody's file", true, ofResults(func(r *wire.Result) { r.Trash = "kept" })},

	{"a place outside", true, ofEnds(func(a reply) bool {
		return bytes.HasPrefix(a["name"], []byte(`"`+tree.PrivateFolder)) && a.put("name", "../../outside")
	})},
	{"a loan of what lies outside", true, ofEnds(func(a reply) bool {
		return a.has("result") && a.put("fault", &wire.Fault{Words: "lend me", Loan: &wire.Loan{Path: "../outside"}})
	})},
	{endless, true, func(c *lied) bool {
		if !slices.Contains(changes, c.Call) {
			return false
		}
		end := reply{}
		end.put("fault", &wire.Fault{Words: "lend me", Loan: &wire.Loan{Path: "into", Mode: tree.Perm(0o700)}})
		c.says(&speech{end: end})
		return true
	}},

	{"an answer to another call", true, ofEnds(func(a reply) bool {
		other := a.has("entry") || a.has("staged") || a.has("result") || a.has("opened")
		clear(a)
		return a.put("yes", true) && other
	})},
	{"a success that was none", false, func(c *lied) bool {
		entry, can := left(c)
		if can {
			end := reply{}
			end.put("result", &wire.Result{Entry: entry, Trash: wire.Text(c.Place)})
			c.says(&speech{end: end})
		}
		return can
	}},
	{"a failure that was none", false, ofEnds(func(a reply) bool {
		return a.has("result") && a.put("fault", &wire.Fault{Words: "it would not", Facts: []string{"permission"}})
	})},
	{"drift that was none, of a thing that there is not", true, ofEnds(func(a reply) bool {
		return a.has("result") && a.put("fault", &wire.Fault{Words: "it drifted", Drift: &wire.Drift{Path: "update",
			Why: "so", Found: wire.Entry{Type: 99}}})
	})},
	{"drift that was none, at a place outside", true, ofEnds(func(a reply) bool {
		return a.has("result") && a.put("fault", &wire.Fault{Words: "it drifted", Drift: &wire.Drift{Path: "../outside",
			Why: "so", Conflict: "../outside", Trash: "../outside"}})
	})},
	{"errors within errors", true, ofEnds(func(a reply) bool {
		fault := wire.Fault{Words: "so"}
		for range 20 {
			fault = wire.Fault{Words: "so", About: &wire.About{Path: "a", Err: fault}}
		}
		return a.has("result") && a.put("fault", &fault)
	})},

	{"a frame of a kind that there is not", true, says(frame('?', []byte("{}")))},
	{"a message that is no JSON", true, says(frame(wire.End, []byte("{]")))},
	{"a message of a megabyte and more", true, says(frame(wire.End, make([]byte, wire.MaxMessage+1)))},
	{"a frame that ends within", true, says(frame(wire.End, []byte("{}"))[:6])},
	{"no answer", true, says()},
	{"an answer that never ends", true, func(c *lied) bool {
		if c.Call == wire.Content.Name() || c.Call == wire.Planned.Name() || c.Call == wire.PrivatePart.Name() {
			return false // how long it is, is told first
		}
		goesOn(c.begin())
		return true
	}},
	{"content that never ends", false, func(c *lied) bool {
		if c.Call != wire.Content.Name() && c.Call != wire.Planned.Name() {
			return false
		}
		to := c.begin()
		sends(to, frame(wire.Message, []byte(`{"size":5}`)))
		goesOn(to)
		return true
	}},
	{"another server's words", true, func(c *lied) bool {
		c.begin().WriteHeader(http.StatusTeapot)
		return true
	}},
	{"go elsewhere", true, func(c *lied) bool {
		to := c.begin()
		to.Header().Set("Location", "http://elsewhere.example/")
		to.WriteHeader(http.StatusFound)
		return true
	}},
	{"headers without end", true, func(c *lied) bool {
		if c.part {
			return false // they were sent
		}
		to := c.begin()
		for i := range 100 {
			to.Header().Set(fmt.Sprint("X-", i), strings.Repeat("a", 4096))
		}
		sends(to, frame(wire.End, []byte("{}")))
		return true
	}},
}

// changes are the calls that change what has a name of the user's.
var changes = []string{wire.Create.Name(), wire.Replace.Name(), wire.ReplaceAs.Name(), wire.Move.Name(),
	wire.Park.Name(), wire.Trash.Name(), wire.Mkdir.Name(), wire.Rmdir.Name(), wire.Chmod.Name(), wire.Touch.Name()}

// says answers any call but the first, which opens the tree, with some bytes.
func says(raw ...[]byte) func(c *lied) bool {
	return func(c *lied) bool {
		sends(c.begin(), raw...)
		return true
	}
}

// goesOn writes data for as long as somebody listens.
func goesOn(to io.Writer) {
	junk := frame(wire.Data, bytes.Repeat([]byte{'a'}, wire.Chunk))
	for {
		sends(to, junk)
	}
}

// ofEnds changes the end of an honest answer.
func ofEnds(change func(a reply) bool) func(c *lied) bool {
	return func(c *lied) bool {
		t := c.honest()
		if t.end == nil || t.end.has("fault") {
			return false
		}
		end := maps.Clone(t.end)
		if !change(end) {
			return false
		}
		c.says(&speech{t.first, t.data, end, nil})
		return true
	}
}

func ofEntries(spoil func(e *wire.Entry)) func(c *lied) bool {
	return ofEnds(func(a reply) bool {
		return change(a, "result", func(r *wire.Result) { spoil(&r.Entry) }) || change(a, "entry", spoil)
	})
}

func ofResults(spoil func(r *wire.Result)) func(c *lied) bool {
	return ofEnds(func(a reply) bool { return change(a, "result", spoil) })
}

func ofStaged(spoil func(s *wire.Staged)) func(c *lied) bool {
	return ofEnds(func(a reply) bool { return change(a, "staged", spoil) })
}

// ofData changes the data of the answers to a call.
func ofData(call string, change func([]byte) []byte) func(c *lied) bool {
	return func(c *lied) bool {
		if c.Call != call {
			return false
		}
		t := c.honest()
		if t.end == nil || len(t.data) == 0 {
			return false
		}
		c.says(&speech{t.first, change(t.data), t.end, nil})
		return true
	}
}

func ofContents(change func([]byte) []byte) func(c *lied) bool {
	content, planned := ofData(wire.Content.Name(), change), ofData(wire.Planned.Name(), change)
	return func(c *lied) bool { return content(c) || planned(c) }
}

// ofListings answers a walk with a root that has these names.
func ofListings(names ...string) func(c *lied) bool {
	return func(c *lied) bool {
		if c.Call != wire.Walk.Name() {
			return false
		}
		l := tree.Listing{}
		for _, name := range names {
			l.Entries = append(l.Entries, tree.Entry{Name: name, Type: tree.File, Links: 1})
		}
		var data bytes.Buffer
		w := wire.NewListingWriter(&data)
		w.Next()
		if w.Write(&l) != nil || w.Close() != nil {
			panic("a listing cannot be written")
		}
		c.says(&speech{data: data.Bytes(), end: reply{}})
		return true
	}
}

// left is the entry that a change is to leave, for who has not made it.
func left(c *lied) (wire.Entry, bool) {
	switch {
	case c.Call == wire.Trash.Name():
		return wire.Entry{}, true
	case (c.Call == wire.Create.Name() || c.Call == wire.Replace.Name()) && c.Staged != nil:
		s := c.Staged
		return wire.Entry{Type: s.Type, Size: s.Size, Mtime: s.Mtime, Mode: s.Mode, Target: s.Target, Links: 1}, true
	}
	return wire.Entry{}, false
}

// kinds are the volumes that liars are tried with.
var kinds = []struct {
	name string
	of   *memory.Kind
}{{"able", &memory.POSIX}, {"lossy", &memory.Lossy}}

// farRich is the rich world with its remote tree behind an agent.
func farRich(t tester, kind *memory.Kind) (*world, *plan.Plan) {
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, kind})
	w.can = &kind.Probed.Can
	w.far[plan.Remote] = true
	return w, w.rich()
}

// A far end that lies in one thing, at any time of an apply, ends it with the words for that: nothing is lost here, nor
// changed but what the plan says. And once it is honest again, the apply goes on, or is settled back.
func TestAFarEndMayLieInOneThing(t *testing.T) {
	for _, kind := range kinds {
		for _, lie := range lies {
			t.Run(kind.name+"/"+lie.name, func(t *testing.T) {
				t.Parallel()
				stride := max(effort.Stride(400, 291), 25) // each lie in each answer would take hours
				for nth := 0; ; nth += stride {
					w, p := farRich(t, kind.of)
					l := lying(lie.tell, nth, lie.name == endless)
					err := w.appliesTo(l, p)
					if len(l.told) == 0 {
						if nth == 0 {
							t.Error("it was never told")
						}
						break
					}
					// The last answer is about the lock, once all is done and recorded: one that stays is found stale.
					unlocked := err == nil && slices.Equal(l.told, []string{wire.RemovePrivate.Name()})
					if lie.breaks && !brokeRules(err) && !unlocked {
						t.Errorf("%s, the answer number %d to %s: %v", lie.name, nth, l.told, err)
					}
					w.truth(p)
					if t.Failed() {
						t.Fatalf("%s, the answer number %d to %s", lie.name, nth, l.told)
					}
				}
			})
		}
	}
}

// Of two minor versions the lower one is spoken: what the newer end tells besides is passed over, whichever that is.
// What an end of the same version tells besides breaks the rules.
func TestANewerMinorVersionMayTellMore(t *testing.T) {
	for minor, works := range map[string]bool{"0": false, "1": false, "2": false, "3": true, "17": true} {
		w, p := farRich(t, &memory.POSIX)
		w.liar = &liar{minor: minor, more: true}
		receipt, err := w.apply(p)
		if works && (err != nil || receipt.Outcome != apply.Complete) || !works && !brokeRules(err) {
			t.Errorf("with 1.%s: %v", minor, err)
		}
		if w.liar.asked == 0 {
			t.Error("nothing was asked")
		}
	}
}

// lying is a liar that tells a lie once, or from then on: to the first call that it can be told of, after the first
// nth.
func lying(tell func(c *lied) bool, nth int, always bool) *liar {
	var mu sync.Mutex
	told := false
	return &liar{lie: func(c *lied) bool {
		mu.Lock()
		defer mu.Unlock()
		if told && !always || c.nth <= 1+nth {
			return false
		}
		was := told
		told = true // where nobody listens to the end of it too
		told = tell(c) || was
		return told
	}}
}

// brokeRules tells whether an apply ended since the far end does not keep to the rules: as it should, whether or not
// something was done before.
func brokeRules(err error) bool {
	return err != nil && (errors.Is(err, apply.ErrPartial) || errors.Is(err, apply.ErrOpen) ||
		errors.Is(err, apply.ErrSafety) || errors.Is(err, scan.ErrVanished))
}

// appliesTo applies a plan to a far tree for which a liar answers, and holds what came of it to the invariants.
func (w *world) appliesTo(l *liar, p *plan.Plan) error {
	w.Helper()
	w.liar = l
	done := make(chan error, 1)
	go func() {
		_, err := w.apply(p)
		done <- err
	}()
	var err error
	select {
	case err = <-done:
	case <-time.After(5 * time.Minute):
		w.Fatalf("it waits for ever, for an answer to %v", l.told)
	}
	w.liar = nil
	w.outlives(p)
	switch begun := w.open(plan.Local); {
	case err == nil || w.applied(p):
	case begun && !errors.Is(err, apply.ErrPartial) && !errors.Is(err, apply.ErrOpen):
		w.Errorf("it has begun, and says %v", err)
	case !begun && errors.Is(err, apply.ErrOpen):
		w.Errorf("it has not begun, and says %v", err)
	}
	return err
}

// truth has the far end be honest again: what is open goes on, or is settled back, and the next plan tells how both
// are.
func (w *world) truth(p *plan.Plan) {
	w.Helper()
	if w.open(plan.Local) || w.open(plan.Remote) {
		if _, err := w.recover(nil, plan.Local, plan.Remote); err != nil {
			w.Errorf("settled: %v", err)
		}
	}
	w.outlives(p)
	for _, side := range plan.BothSides {
		if w.open(side) {
			w.Errorf("%s: the journal is open", side)
		}
	}
	w.base = nil
	w.compare()
}

// outlives holds what came of a lie to the invariants: all is kept, and what the plan does not list is as it was.
func (w *world) outlives(p *plan.Plan) {
	w.Helper()
	w.keepsEverything(w.was)
	is := w.trees()
	is[plan.Remote] = withoutLate(w.was[plan.Remote], is[plan.Remote])
	touchesOnly(w, p, w.was, is)
	w.sparesCanary()
}

// withoutLate is a tree without the files that are gone from their place and whose content is back under a name for
// what was written late, in the nearest directory that is left: so it goes, by the rules, where the far end says that
// what it put aside has another content.
func withoutLate(was, is nodes) nodes {
	rest := maps.Clone(is)
	for path, before := range was {
		if is[path] == before {
			continue
		}
		in := path.Parent()
		for in != tree.Root && is[in].kind != tree.Directory {
			in = in.Parent()
		}
		back := in.Join(volume.ConflictName(path.Base(), 1))
		if before.kind == tree.File && is[back].kind == tree.File && is[back].content == before.content {
			delete(rest, back)
		}
	}
	return rest
}

// What an agent has not looked at when it opened a tree, as one of another version, it is asked for.
func TestWhatAnAgentHasNotLookedAtIsAskedFor(t *testing.T) {
	w, p := farRich(t, &memory.POSIX)
	w.liar = &liar{lie: func(c *lied) bool {
		if c.Call != wire.Open.Name() {
			return false
		}
		end := maps.Clone(c.honest().end)
		if !end.put("looked", []any{nil, nil}) {
			t.Error("it has looked at nothing anyway")
		}
		c.says(&speech{end: end})
		return true
	}}
	if _, err := w.apply(p); err != nil {
		t.Error(err)
	}
	if len(w.liar.told) == 0 {
		t.Error("no tree was opened")
	}
}

// Several calls that cross together may be answered before they were asked: that is worth no more than any other lie.
func TestAFarEndMayAnswerBeforeItIsAsked(t *testing.T) {
	const files, size, early = 8, 1 << 20, 3
	w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
	w.far[plan.Remote] = true
	for n := range files {
		check(t, w.memory[w.at[plan.Local]].Person().Save(tree.Path(fmt.Sprintf("new %d", n)),
			tree.Entry{Type: tree.File, Mode: tree.Perm(0o644), Mtime: tree.UnixTime(1_700_000_000, 0)}, make([]byte, size)))
	}
	p := w.compare()
	var told atomic.Int64
	w.liar = &liar{hasty: func(to http.ResponseWriter, asked *bufio.Reader) bool {
		begins, _ := asked.Peek(200) // less where that is all
		if !bytes.HasPrefix(begins[5:], []byte(`{"call":"together"`)) || !bytes.Contains(begins, []byte(`"call":"stage"`)) {
			return false
		}
		told.Add(1)
		refusal := frame(wire.End, marshalled(&wire.Outcome{Fault: &wire.Fault{Words: "not so fast"}}))
		sends(to, bytes.Repeat(refusal, early))
		check(t, http.NewResponseController(to).Flush())
		if _, err := io.Copy(io.Discard, asked); err != nil {
			t.Errorf("not all was asked: %v", err)
		}
		sends(to, bytes.Repeat(refusal, files/2-early), frame(wire.End, []byte("{}")))
		return true
	}}
	if receipt, err := w.apply(p); !errors.Is(err, apply.ErrPartial) || told.Load() == 0 {
		t.Errorf("%v, %+v, told %d times", err, receipt, told.Load())
	}
	w.liar = nil
	w.truth(p)
}
