package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// TestEveryCauseHasAHintAndAnExitCode: what package apply refuses for ends in a code of its own, and in something to
// type.
func TestEveryCauseHasAHintAndAnExitCode(t *testing.T) {
	for _, cause := range refusal.Causes() {
		made := hints[cause]
		if made == nil {
			t.Errorf("cause %d, %v: no hint", cause, cause)
			continue
		}
		refusal := &apply.Refusal{Cause: cause, Why: "why", Root: "/tree"}
		if typed := made(refusal)(&invocation{args: []string{"apply"}}); typed == "" {
			t.Errorf("cause %d, %v: an empty hint", cause, cause)
		}
		if code := exitCode(refusal); code == exitFailed {
			t.Errorf("cause %d, %v: no exit code", cause, cause)
		}
		if !errors.Is(refusal, cause) {
			t.Errorf("cause %d, %v: cannot be tested for", cause, cause)
		}
	}
}

// calledFromOutside is a call of a command on the tree mac by somebody who stands beside it, and that tree's root.
func calledFromOutside(t *testing.T, args ...string) (*invocation, string) {
	dir := t.TempDir()
	roots := plan.Sides[string]{filepath.Join(dir, "mac"), filepath.Join(dir, "stick")}
	for _, root := range roots {
		if err := os.MkdirAll(filepath.Join(root, ".treaty", "plans"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	t.Chdir(roots[plan.Local])
	return &invocation{args: append([]string{"-C", "mac"}, args...), dir: "mac", name: args[0], trees: roots},
		roots[plan.Local]
}

func TestAPathUnderAnotherDirectoryIsPrintedWhole(t *testing.T) {
	t.Chdir(t.TempDir())
	for dir, want := range map[string]string{"": "p.html", "mac": absolute("p.html")} {
		if got := (&invocation{dir: dir}).reached("p.html"); got != want {
			t.Errorf("with -C %q: %s, not %s", dir, got, want)
		}
	}
}

// Whoever called with -C stands elsewhere: each command of a hint, those in its advice too, says where.
func TestEveryCommandInAHintSaysWhere(t *testing.T) {
	command := regexp.MustCompile(`\btreaty( -C mac)? [a-z]+\b`)
	call, root := calledFromOutside(t, "apply")
	for _, cause := range refusal.Causes() {
		refusal := &apply.Refusal{Cause: cause, Why: "why", Root: root, Plan: "01234567-89ab-7def-8123-456789abcdef"}
		typed := hints[cause](refusal)(call)
		commands := len(command.FindAllString(typed, -1))
		says := strings.Count(typed, "-C mac") + strings.Count(typed, argument(root)) + strings.Count(typed, " --help")
		if commands == 0 || says < commands {
			t.Errorf("cause %d, %v: %d commands, and %d say where: %s", cause, cause, commands, says, typed)
		}
	}
}

func TestTheTwoWaysOutOfAnApplyThatIsNotFinished(t *testing.T) {
	call, root := calledFromOutside(t, "apply", "--verify")
	const id = "01234567-89ab-7def-8123-456789abcdef"
	back := "treaty recover " + argument(root)
	for cause, want := range map[refusal.Cause]string{
		refusal.CauseUnfinished:  "treaty -C mac apply --verify goes on with it; or, to settle it back, then: " + back,
		refusal.CauseInterrupted: back,
	} {
		if got := hints[cause](&apply.Refusal{Cause: cause, Root: root, Plan: id})(call); got != want {
			t.Errorf("%v:\n%s\nnot\n%s", cause, got, want)
		}
	}
	plans := filepath.Join(root, ".treaty", "plans")
	interrupted := &apply.Refusal{Cause: refusal.CauseInterrupted, Root: root, Plan: id}
	file := filepath.Join(plans, "20260101T000000.000Z-89abcdef.plan.json")
	for _, next := range []struct{ file, want string }{
		{file, "treaty apply -C mac goes on with it; or, to settle it back, then: " + back},
		{filepath.Join(plans, "20260102T000000.000Z-00000000.plan.json"),
			"treaty apply " + argument(file) + " goes on with it; or, to settle it back, then: " + back},
	} {
		write(t, next.file, "{}")
		if got := hints[refusal.CauseInterrupted](interrupted)(call); got != next.want {
			t.Errorf("with %s:\n%s\nnot\n%s", filepath.Base(next.file), got, next.want)
		}
	}
}

func TestATreeOnAnotherMachineIsNotMountedToGoOn(t *testing.T) {
	for away, want := range map[string]string{
		"/media/stick":    "once /media/stick is mounted again",
		"ssh://nas/srv/a": "once ssh://nas/srv/a can be reached",
	} {
		if got := (&opened{away: away}).once(); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

func TestAFullVolumeIsToldWithWhatHelps(t *testing.T) {
	full := fmt.Errorf("plan p cannot be settled: %w", scan.ErrFull)
	const want = "make room on that volume, then: treaty recover a"
	for _, err := range []error{full, &apply.Refusal{Cause: refusal.CauseUnsettled, Err: full}} {
		h := hintFor(err)
		if h == nil {
			t.Fatalf("%v: nothing to type", err)
		}
		if got := h(&invocation{args: []string{"recover", "a"}, name: "recover"}); got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
}

// What clean refuses to do, or has nothing to do about, makes no room.
func TestOnlyWhatMakesRoomIsNamed(t *testing.T) {
	call, root := calledFromOutside(t, "apply")
	full := &apply.Refusal{Cause: refusal.CauseSpace, Root: root}
	const elsewhere, cleaned = "make room on that volume, then: treaty -C mac apply",
		"make room (treaty clean -C mac removes old trash), then: treaty -C mac apply"
	private := filepath.Join(root, ".treaty")
	for _, next := range []struct{ file, want string }{
		{"", elsewhere},
		{filepath.Join(private, "plans", "20260101T000000.000Z-89abcdef.plan.json"), cleaned},
		{filepath.Join(private, "journal", "01234567-89ab-7def-8123-456789abcdef.log"), elsewhere},
	} {
		if next.file != "" {
			if err := os.MkdirAll(filepath.Dir(next.file), 0o700); err != nil {
				t.Fatal(err)
			}
			write(t, next.file, "{}")
		}
		if got := hints[full.Cause](full)(call); got != next.want {
			t.Errorf("with %q: %q, not %q", next.file, got, next.want)
		}
	}
}

// Of a folder of treaty's own that another user has, it is said who has to have it.
func TestWhoOwnsThePrivateFolderIsHinted(t *testing.T) {
	const own = "let one user own .treaty at both ends, who alone can read it: work as that one, then: treaty plan"
	for path, want := range map[string]string{
		"/mac/.treaty/tree.json": own,
		"/mac/notes":             "look at the permissions of the file and of its folder, then: treaty plan",
	} {
		err := fmt.Errorf("looking: %w", &fs.PathError{Op: "open", Path: path, Err: fs.ErrPermission})
		if got := hintFor(err)(&invocation{args: []string{"plan"}}); got != want {
			t.Errorf("%s: %q, not %q", path, got, want)
		}
	}
}

// What there is of room is told in the units of a summary, with what is kept in reserve.
func TestRoomIsToldAsInASummary(t *testing.T) {
	room := &refusal.Room{Free: 1044480, Writes: 807680, Reserve: 1 << 20}
	full := &apply.Refusal{Cause: refusal.CauseSpace, Side: plan.Remote, Err: room}
	const want = "remote has 1020.0 KiB free, and the plan needs 788.8 KiB there, and 1.0 MiB in reserve"
	if got := roomIn(plan.Remote, room); got != want {
		t.Errorf("%q, not %q", got, want)
	}
	room.Copies = 4096
	const copies = "788.8 KiB there (4.0 KiB of that for copies of what is replaced, moved or deleted on local, "
	if got := roomIn(plan.Remote, room); !strings.Contains(got, copies) {
		t.Errorf("%q has no %q", got, copies)
	}
	var told strings.Builder
	if code := (&invocation{args: []string{"apply"}, name: "apply"}).report(&told, full); code != exitSafety ||
		!strings.Contains(told.String(), want[:30]) {
		t.Errorf("%d: %s", code, told.String())
	}
}

// unchangeable is a volume that is mounted so that it can only be read.
type unchangeable struct{ volume.Changer }

func (unchangeable) MayChange(tree.Path) error { return volume.ErrReadOnly }

// What can only be read is something that doctor finds.
func TestDoctorFindsWhatCanOnlyBeRead(t *testing.T) {
	e := &examination{app: &app{call: &invocation{args: []string{"doctor"}}}, root: "/stick"}
	mayChange(e, unchangeable{})
	const says = "/stick cannot be written to: the volume cannot be written to"
	const hint = "make it writable, then: treaty doctor"
	if len(e.findings) != 1 || !e.findings[0].Wrong || e.findings[0].Says != says || *e.findings[0].Hint != hint {
		t.Errorf("%+v", e.findings)
	}
}
