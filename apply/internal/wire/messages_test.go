package wire

import (
	"encoding/json"
	"errors"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// spokenCall is a call as tests look at it: each reads a message, strictly, and writes it again.
type spokenCall struct {
	name             string
	question, answer func(text []byte) ([]byte, error)
}

func spokenAs[Q, A any](c Call[Q, A]) spokenCall {
	return spokenCall{c.Name(), func(text []byte) ([]byte, error) {
		q, err := c.Read(Asked{Text: text})
		if err != nil {
			return nil, err
		}
		head := any(&q).(question).head()
		c.To(&q, head.Tree, head.Run)
		return appendMessage(nil, &q)
	}, func(text []byte) ([]byte, error) {
		var a A
		if err := decode(text, &a, false); err != nil {
			return nil, err
		}
		return appendMessage(nil, &a)
	}}
}

var spokenCalls = []spokenCall{spokenAs(Open), spokenAs(Close), spokenAs(Together), spokenAs(Walk), spokenAs(List),
	spokenAs(Hash), spokenAs(ReadText), spokenAs(GetTraits), spokenAs(Rescued), spokenAs(Self), spokenAs(Gone),
	spokenAs(Kin), spokenAs(Present), spokenAs(EntryAt), spokenAs(Content), spokenAs(Directory), spokenAs(Names),
	spokenAs(PrivateNames), spokenAs(PrivateEntry), spokenAs(PrivateFile), spokenAs(PrivatePart),
	spokenAs(WritePrivate), spokenAs(ClaimPrivate), spokenAs(RemovePrivate), spokenAs(DropPrivate),
	spokenAs(RemoveEmpty), spokenAs(CreatePrivate), spokenAs(OpenLog), spokenAs(AppendLog), spokenAs(CloseLog),
	spokenAs(SetAside), spokenAs(Barrier.Call), spokenAs(TrashRuns), spokenAs(Trashed), spokenAs(ClearTrash),
	spokenAs(Probe), spokenAs(Change), spokenAs(Shifted), spokenAs(Durability), spokenAs(SpaceLeft),
	spokenAs(MayChange), spokenAs(At), spokenAs(Holds), spokenAs(Spelled), spokenAs(Waiting), spokenAs(ReadBack),
	spokenAs(Changed), spokenAs(Stage.Call), spokenAs(StageLink.Call), spokenAs(StageCopy.Call),
	spokenAs(Discard.Call), spokenAs(ClearStage.Call), spokenAs(Place), spokenAs(Create.Call), spokenAs(Replace.Call),
	spokenAs(ReplaceAs.Call), spokenAs(Move.Call), spokenAs(Park.Call), spokenAs(Trash.Call), spokenAs(Mkdir.Call),
	spokenAs(Rmdir.Call), spokenAs(Chmod.Call), spokenAs(Touch.Call), spokenAs(Surface.Call), spokenAs(Single.Call),
	spokenAs(Planned), spokenAs(Preserve.Call), spokenAs(ClearCopies.Call), spokenAs(Restore.Call),
	spokenAs(Quarantine.Call), spokenAs(Owe), spokenAs(Decided), spokenAs(GiveBack.Call)}

// kept are the lines of a file of messages, which older versions have sent: what is in them stays as it is.
func kept(t *testing.T, name string) []string {
	t.Helper()
	text, err := os.ReadFile("../../../testdata/wire/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(text)), "\n")
}

func spokenBy(t *testing.T, name string) spokenCall {
	t.Helper()
	at := slices.IndexFunc(spokenCalls, func(c spokenCall) bool { return c.name == name })
	if at < 0 {
		t.Fatalf("there is no call %q", name)
	}
	return spokenCalls[at]
}

// Of two versions the lower one is spoken, byte for byte.
func TestMessagesStayAsTheyAre(t *testing.T) {
	asked := map[string]bool{}
	for _, line := range kept(t, "questions") {
		q, err := askedIn(line)
		if err != nil {
			t.Fatal(err)
		}
		asked[q.Call] = true
		if again, err := spokenBy(t, q.Call).question([]byte(line)); err != nil || string(again) != line {
			t.Errorf("%v\n%s\n%s", err, line, again)
		}
	}
	for _, line := range kept(t, "answers") {
		name, text, _ := strings.Cut(line, " ")
		if again, err := spokenBy(t, name).answer([]byte(text)); err != nil || string(again) != text {
			t.Errorf("%v\n%s\n%s", err, text, again)
		}
	}
	source, err := os.ReadFile("call.go")
	if err != nil {
		t.Fatal(err)
	}
	bound := regexp.MustCompile(`(?:called|changes)\[.*\]\("(.*)"\)`)
	for _, call := range bound.FindAllStringSubmatch(string(source), -1) {
		if !asked[call[1]] {
			t.Errorf("no question of %q is kept", call[1])
		}
	}
	if len(asked) != len(spokenCalls) {
		t.Errorf("%d calls are kept, of %d", len(asked), len(spokenCalls))
	}
}

func askedIn(line string) (Asked, error) { return asked([]byte(line)) }

// However a question is written, it is to the same tree, about the same run, with the same loans.
func TestWhomAQuestionIsToDoesNotDependOnHowItIsWritten(t *testing.T) {
	for _, line := range kept(t, "questions") {
		var is map[string]json.RawMessage
		if err := json.Unmarshal([]byte(line), &is); err != nil {
			t.Fatal(err)
		}
		sorted, err := json.MarshalIndent(is, "", " ")
		if err != nil {
			t.Fatal(err)
		}
		want, err := asked(sorted)
		got, failed := asked([]byte(line))
		if want.Text, got.Text = nil, nil; err != nil || failed != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%+v, %v, and not %+v, %v, of %s", got, failed, want, err, line)
		}
	}
	for line, want := range map[string]Head{
		`{"call":"close","tree":1,"tree":2}`:        {Call: "close", Tree: 2},
		`{"call":"close","tree":1,"run":2,"run":3}`: {Call: "close", Tree: 1, Run: 3},
		`{"call":"cl\u006fse","tree":1}`:            {Call: "close", Tree: 1},
		`{"call":"close", "tree":1}`:                {Call: "close", Tree: 1},
		`{"call":"close","run":1,"tree":2}`:         {Call: "close", Tree: 2, Run: 1},
	} {
		if got, err := askedIn(line); err != nil || got.Head != want {
			t.Errorf("%+v, %v, of %s", got.Head, err, line)
		}
	}
	for _, line := range []string{``, `{`, `{"call":"close"`, `{"call":"close","tree":-1.5}`, `{"call":7}`,
		`{"call":"close","tree":1e9}x`} {
		if got, err := askedIn(line); !errors.Is(err, ErrBroken) {
			t.Errorf("%+v, %v, of %s", got, err, line)
		}
	}
}

// A call is given what it has a place for and nothing else, and of names those that do not lead out of what is asked.
func TestAQuestionIsGivenNothingElse(t *testing.T) {
	asked := map[string]bool{}
	for _, line := range kept(t, "questions") {
		q, err := askedIn(line)
		if err != nil {
			t.Fatal(err)
		}
		if asked[q.Call] {
			continue // the first question of a call has all that such have
		}
		asked[q.Call] = true
		call := spokenBy(t, q.Call)
		var is map[string]any
		if err := json.Unmarshal([]byte(line), &is); err != nil {
			t.Fatal(err)
		}
		for _, odd := range spoiled(is) {
			text, err := json.Marshal(odd)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := call.question(text); !errors.Is(err, ErrBroken) {
				t.Errorf("%s is read: %v", text, err)
			}
		}
		for _, behind := range []string{"{}", "x", "}"} {
			if _, err := call.question([]byte(line + behind)); !errors.Is(err, ErrBroken) {
				t.Errorf("%s%s is read: %v", line, behind, err)
			}
		}
	}
}

// spoiled are questions that one of a call is not: with something that no such has, or names that lead out.
func spoiled(is map[string]any) (odd []map[string]any) {
	with := func(name string, value any) {
		one := maps.Clone(is)
		one[name] = value
		odd = append(odd, one)
	}
	for _, name := range []string{"odd", "fault", "path", "to", "place", "name", "log", "staged", "before", "mode",
		"root", "granted"} {
		if is[name] == nil {
			with(name, nil)
		}
	}
	for _, name := range []string{"path", "to", "place", "name"} {
		for _, outside := range []string{"..", "../a", "a/../../b", "/a", "a//b", "a/", ".", "a\x00"} {
			if is[name] != nil && is["call"] != "stage-link" {
				with(name, outside)
			}
		}
	}
	for _, name := range []string{"granted", "loans"} {
		if is[name] != nil {
			with(name, []any{map[string]any{"path": "../a", "mode": "0555"}})
		}
	}
	if is["staged"] != nil {
		with("staged", map[string]any{"n": "../a", "t": 1, "m": "1970-01-01T00:00:00Z"})
	}
	if is["stageds"] != nil {
		with("stageds", []any{map[string]any{"n": "/a", "t": 1, "m": "1970-01-01T00:00:00Z"}})
	}
	if is["looks"] != nil {
		with("looks", []any{map[string]any{"call": "private-file", "name": "../a"}})
	}
	return odd
}
