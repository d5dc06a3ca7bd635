package render

import (
	"crypto/sha256"
	"strconv"
	"strings"
	"testing"
	"time"

	"treaty/plan"
	"treaty/plan/tree"
)

// parse makes a plan of lines such as
//
//	create remote dir/
//	skip delete local dir/file 12 note=why
//	move remote old/file > new/file 3
//
// Directories end in a slash, sizes are in bytes (1 if left out), the hash is of the word after "=".
func parse(t testing.TB, text string) *plan.Plan {
	t.Helper()
	p := blank()
	for l := range strings.Lines(text) {
		fields := strings.Fields(l)
		if len(fields) == 0 {
			continue
		}
		op := plan.Operation{ID: len(p.Operations) + 1, Decision: plan.Apply}
		if fields[0] == "skip" {
			op.Decision, fields = plan.Skip, fields[1:]
		}
		if err := op.Action.UnmarshalText([]byte(fields[0])); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		if err := op.Side.UnmarshalText([]byte(fields[1])); err != nil {
			t.Fatalf("%q: %v", l, err)
		}
		path, rest := fields[2], fields[3:]
		if op.Action == plan.Move {
			op.Rare, path, rest = &plan.Rare{From: tree.Path(path)}, fields[4], fields[5:]
		}
		state := &tree.State{Type: tree.File, Size: 1, Mtime: at(1)}
		if dir, ok := strings.CutSuffix(path, "/"); ok {
			path, state = dir, &tree.State{Type: tree.Directory}
		}
		op.Path = tree.Path(path)
		for _, word := range rest {
			if note, ok := strings.CutPrefix(word, "note="); ok {
				op.Amend(func(r *plan.Rare) { r.Note = note })
			} else if content, ok := strings.CutPrefix(word, "="); ok {
				state.SHA256 = sha256.Sum256([]byte(content))
			} else if size, err := strconv.ParseInt(word, 10, 64); err == nil {
				state.Size = size
			} else {
				t.Fatalf("%q: what is %q?", l, word)
			}
		}
		other := op.Side.Other()
		switch op.Action {
		case plan.Create:
			op.After, op.Reason = state, plan.OnlyOn.On(other)
		case plan.Delete:
			op.Before, op.Reason = state, plan.DeletedOn.On(other)
		case plan.Move:
			op.Before, op.After, op.Reason = state, state, plan.MovedOn.On(other)
		default:
			t.Fatalf("%q: no action %q", l, op.Action)
		}
		p.Operations = append(p.Operations, op)
	}
	return p
}

// at is a time some hours into a day.
func at(hours float64) tree.Time {
	return tree.TimeOf(time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(hours * float64(time.Hour))))
}

func hash(content string) tree.Hash { return sha256.Sum256([]byte(content)) }

// blank is a plan between two trees that are in sync.
func blank() *plan.Plan {
	apfs, fat := tree.APFS.Traits(), tree.FAT.Traits()
	apfs.Source, apfs.Type = tree.Hinted, "apfs"
	fat.Source, fat.Type = tree.Recorded, "vfat"
	return &plan.Plan{
		Format: plan.Format, FormatVersion: plan.FormatVersion, ID: "01981f3e-0000-7000-8000-000000000001",
		CreatedAt: time.Date(2026, 7, 2, 8, 30, 0, 0, time.FixedZone("", 7200)),
		CreatedBy: plan.Author{User: "ann", Host: "laptop", Version: "0.1"},
		Local:     plan.Snapshot{Root: "/home/ann/work", Filesystem: apfs, Files: 1203, Directories: 80, Bytes: 123_456_789},
		Remote:    plan.Snapshot{Root: "/media/STICK", Filesystem: fat, Files: 1, Directories: 1, Bytes: 1000},
	}
}

func file(size int64, hours float64, content string) *tree.State {
	return &tree.State{Type: tree.File, Size: size, Mtime: at(hours), Mode: tree.Perm(0o644), SHA256: hash(content)}
}

func directory() *tree.State { return &tree.State{Type: tree.Directory, Mode: tree.Perm(0o755)} }

func link(target string) *tree.State {
	return &tree.State{Type: tree.Symlink, Rare: tree.LinkTo(target)}
}

// full is a plan with something for every section, and for most of what a section can say.
func full() *plan.Plan {
	p := blank()
	p.Baseline = &plan.BaselineRef{PlanID: "x", SyncedAt: time.Date(2026, 6, 30, 18, 0, 0, 0, time.UTC)}
	ops := func(list ...plan.Operation) {
		for _, op := range list {
			if op.Decision == 0 {
				op.Decision = plan.Apply
			}
			p.Operations = append(p.Operations, op)
		}
	}
	script := file(5000, 3, "script")
	script.Mode = tree.Perm(0o755)
	half := file(5000, 3, "script")
	half.Mtime = half.Mtime.Add(500_000_000)
	lines := &plan.Diff{Format: "unified", Added: 1, Removed: 2,
		Lines: []string{"--- local/notes/a.txt", "+++ remote/notes/a.txt",
			"@@ -1,3 +1,2 @@", " kept\tas it was", "--- not a header", "-old\r", "+new \x1b[31m\u202e",
			`\ No newline at end of file`}}
	ops(
		plan.Operation{Side: plan.Remote, Action: plan.Update, Path: "notes/today.txt", Reason: plan.NewerOn.On(plan.Local),
			Before: file(1024, 1, "a"), After: file(4_200_000, 2, "b"),
			Rare: &plan.Rare{Rarer: &plan.Rarer{Diff: lines, Note: "checked with Bob\nand Eve"}}},
		plan.Operation{Side: plan.Remote, Action: plan.Update, Path: "shape", Reason: plan.ChangedOn.On(plan.Local),
			Before: file(3, 1, "x"), After: directory()},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "shape/in",
			Reason: plan.OnlyOn.On(plan.Local), After: file(7, 1, "y")},
		plan.Operation{Side: plan.Local, Action: plan.Update, Path: "almost.bin",
			Reason: plan.ChangedOn.On(plan.Remote), Decision: plan.Skip,
			Before: file(1_000_000, 1, "a"), After: file(1_000_001, 2, "b"),
			Rare: &plan.Rare{Rarer: &plan.Rarer{Diff: &plan.Diff{Format: "unified", Omitted: "binary"}}}},
		plan.Operation{Side: plan.Local, Action: plan.Update, Path: "current", Reason: plan.ChangedOn.On(plan.Remote),
			Before: link("v1"), After: link("v 2 ")},
		plan.Operation{Side: plan.Local, Action: plan.Update, Path: "dos.txt", Reason: plan.ChangedOn.On(plan.Remote),
			Before: file(10, 1, "a"), After: file(12, 2, "b"),
			Rare: &plan.Rare{Rarer: &plan.Rarer{Diff: &plan.Diff{Format: "unified", OnlyLineEndings: true, Added: 1, Removed: 1,
				Lines: []string{"--- local/dos.txt", "+++ remote/dos.txt", "@@ -1 +1 @@", "-a", "+a\r"}}}}},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "photos", Reason: plan.OnlyOn.On(plan.Local),
			After: directory()},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "photos/a.jpg", Reason: plan.OnlyOn.On(plan.Local),
			After: file(2_000_000, 1, "a")},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "photos/raw",
			Reason: plan.OnlyOn.On(plan.Local), After: directory()},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "photos/raw/a.dng", Reason: plan.OnlyOn.On(plan.Local),
			After: file(9_000_000, 1, "b")},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "photos/b.jpg", Reason: plan.OnlyOn.On(plan.Local),
			After: file(1, 1, "c"), Decision: plan.Skip},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "photos/latest", Reason: plan.OnlyOn.On(plan.Local),
			After: link("raw/a.dng")},
		plan.Operation{Side: plan.Local, Action: plan.Create, Path: "bin/run.sh", Reason: plan.OnlyOn.On(plan.Remote),
			After: script},
		plan.Operation{Side: plan.Local, Action: plan.Create, Path: "evil\n\x1b[2J\u202etxt.exe",
			Reason: plan.OnlyOn.On(plan.Remote), After: file(0, 1, "")},
		plan.Operation{Side: plan.Local, Action: plan.Create, Path: "<script>alert('x')</script>",
			Reason: plan.OnlyOn.On(plan.Remote), After: file(666, 1, "")},
		plan.Operation{Side: plan.Local, Action: plan.Create, Path: " spaced ", Reason: plan.OnlyOn.On(plan.Remote),
			After: link("\x07/etc")},
		plan.Operation{Side: plan.Remote, Action: plan.Move, Path: "b/name.txt", Rare: &plan.Rare{From: "a/other name.txt"},
			Reason: plan.MovedOn.On(plan.Local), Before: file(5, 1, "m"), After: file(5, 1, "m")},
		plan.Operation{Side: plan.Remote, Action: plan.Create, Path: "new", Reason: plan.OnlyOn.On(plan.Local),
			After: directory()},
		plan.Operation{Side: plan.Remote, Action: plan.Move, Path: "new/1", Rare: &plan.Rare{From: "old/1"},
			Reason: plan.MovedOn.On(plan.Local), Before: file(1500, 1, "1"), After: file(1500, 1, "1")},
		plan.Operation{Side: plan.Remote, Action: plan.Move, Path: "new/2", Rare: &plan.Rare{From: "old/2"},
			Reason: plan.MovedOn.On(plan.Local), Before: file(1500, 1, "2"), After: file(1500, 1, "2")},
		plan.Operation{Side: plan.Remote, Action: plan.Delete, Path: "old", Reason: plan.DeletedOn.On(plan.Local),
			Before: directory()},
		plan.Operation{Side: plan.Local, Action: plan.Delete, Path: "attic",
			Reason: plan.DeletedOn.On(plan.Remote), Before: directory()},
		plan.Operation{Side: plan.Local, Action: plan.Delete, Path: "attic/x", Reason: plan.DeletedOn.On(plan.Remote),
			Before: file(70_000, 1, "x")},
		plan.Operation{Side: plan.Local, Action: plan.Delete, Path: "attic/y", Reason: plan.DeletedOn.On(plan.Remote),
			Before: file(70_000, 1, "y")},
		plan.Operation{Side: plan.Remote, Action: plan.Delete, Path: "single", Reason: plan.DeletedOn.On(plan.Local),
			Before: file(20, 1, "s")},
		plan.Operation{Side: plan.Remote, Action: plan.Delete, Path: "torn", Reason: plan.DeletedOn.On(plan.Local),
			Before: directory()},
		plan.Operation{Side: plan.Remote, Action: plan.Delete, Path: "torn/1", Reason: plan.DeletedOn.On(plan.Local),
			Before: file(1, 1, "1")},
		plan.Operation{Side: plan.Local, Action: plan.Chmod, Path: "tool", Reason: plan.ExecutableRule,
			Before: file(5000, 3, "t"), After: script},
		plan.Operation{Side: plan.Local, Action: plan.Touch, Path: "when", Reason: plan.AlignTimes, Before: half,
			After: file(5000, 3, "script")},
		plan.Operation{Side: plan.Remote, Action: plan.Touch, Path: "when", Reason: plan.TouchedOn.On(plan.Local),
			Before: file(5000, 3, "t"), After: file(5000, 4, "t")},
	)
	p.Conflicts = []plan.Conflict{
		{Kind: plan.BothChanged, Path: "notes/a.txt", Local: file(130_000, 4, "l"), Remote: file(129_991, 5, "r"),
			Base: file(100_000, 1, "b"), Diff: lines,
			Choices: plan.Choices{plan.TakeRemote: "replace local's", plan.TakeLocal: "replace remote's",
				plan.TakeNewer: "take remote's", plan.KeepBoth: "keep both",
				plan.SkipPath: "leave both sides as they are; the next plan asks again"}, KeepBothAs: "notes/a (remote).txt"},
		{Kind: plan.ChangedAndDeleted, Path: "torn/2", Remote: file(9, 2, "r"), Base: file(8, 1, "b"),
			Choices: plan.Choices{plan.TakeRemote: "bring back the file",
				plan.TakeLocal: "delete the file", plan.SkipPath: "leave"},
			Resolution: plan.TakeRemote, Note: "still \u2066needed"},
		{Kind: plan.RenamedDifferently, Path: "cv.doc", RemotePath: "cv (final).doc", Local: file(99, 1, "cv"),
			Remote:  file(99, 1, "cv"),
			Choices: plan.Choices{plan.SkipPath: "leave"}, Resolution: plan.KeepBoth},
		{Kind: plan.TypeMismatch, Path: "thing",
			Local:   &tree.State{Type: tree.Directory, Rare: tree.SumOf(&tree.Subtree{Entries: 3, Digest: hash("d")})},
			Remote:  link("x\x9by"),
			Choices: plan.Choices{plan.SkipPath: "leave"}},
	}
	remote, name := plan.Remote, tree.Path("aux\u200f.c")
	p.Problems = []plan.Problem{
		{Severity: plan.Warning, Code: plan.MetadataLost, Message: "not carried over: the hard links of 2 files"},
		{Severity: plan.Blocked, Code: plan.NameNotAllowed, Side: &remote, Path: &name, Message: "FAT cannot hold \x1b this"},
	}
	p.Summary.Agreed, p.Summary.Ignored = 1180, 12
	p.Summary.TimeShiftSeconds[plan.Remote] = -5400
	p.Sort()
	p.Number()
	return p
}
