package lab

import (
	"os"
	"strings"
	"testing"

	"treaty/plan"
	"treaty/plan/tree"
)

// tryThreeTrees is a day's work: a Mac-like tree, the stick, and a Windows-like tree that only the stick
// meets. What the stick can't hold must be intact on the first at the end.
func tryThreeTrees(t *testing.T, v *volume) {
	stick, mac, windows := v.folder(t), t.TempDir(), t.TempDir()
	home := newDesk(t, v, mac, stick)
	if !home.traits[plan.Local].Modes {
		t.Skip("needs a local tree with modes")
	}
	put := func(name, text string, at int, mode os.FileMode) {
		home.put(plan.Local, name, text, at)
		home.check(os.Chmod(home.path(plan.Local, name), mode))
	}
	put("bin/tool", "no shebang, and yet a program\n", 1, 0o755)
	put("bin/run.sh", "#!/bin/sh\necho\n", 2, 0o755)
	put("bin/sourced.sh", "#!/bin/sh\nis never run by itself\n", 3, 0o644)
	put("notes/Übersicht.txt", "in one piece\n", 4, 0o644)
	put("notes/東京.txt", "far\n", 5, 0o600)
	put("notes/todo.txt", "one\ntwo\n", 6, 0o644)
	put("Photos/IMG_0001.JPG", "jpeg 1", 7, 0o644)
	put("Photos/IMG_0002.JPG", "jpeg 2", 8, 0o644)
	put("old/letter.txt", "dear\n", 9, 0o640)
	put("old/delete me.txt", "bye\n", 10, 0o644)
	put("untouched/a.txt", "a", 11, 0o751)
	put("notes/diary.txt", "day 1\n", 12, 0o640)
	home.put(plan.Local, "empty folder/", "", 0)
	morning := holdings(t, mac)
	home.sync()
	home.look()

	work := newDesk(t, v, windows, stick, "--local-fs", string(tree.NTFS))
	work.sync()
	work.look()
	// At work: a new folder, updates, a case-only rename, one with an edit, a move, a delete, a new script.
	work.put(plan.Local, "bin/run.sh", "#!/bin/sh\necho from work\n", 20)
	work.put(plan.Local, "bin/new.py", "#!/usr/bin/env python3\n", 21)
	work.put(plan.Local, "reports/q1/r.csv", "1,2,3\n", 22)
	work.rename(plan.Local, "Photos/IMG_0001.JPG", "Photos/img_0001.jpg")
	work.rename(plan.Local, "notes/diary.txt", "notes/Diary.txt")
	work.put(plan.Local, "notes/Diary.txt", "day 1\nday 2\n", 25)
	work.rename(plan.Local, "bin/tool", "bin/tools/tool")
	work.rename(plan.Local, "old/letter.txt", "letters/letter.txt")
	work.remove(plan.Local, "old/delete me.txt")
	work.sync()

	// At home meanwhile, in other files.
	home.put(plan.Local, "notes/todo.txt", "one\ntwo\nthree\n", 23)
	home.put(plan.Local, "notes/idea.txt", "!\n", 24)
	home.check(os.Chmod(home.path(plan.Local, "notes/東京.txt"), 0o640))
	home.sync()
	evening := holdings(t, mac)
	want := map[string]string{"bin/tools/tool": "bin/tool", "Photos/img_0001.jpg": "Photos/IMG_0001.JPG",
		"letters/letter.txt": "old/letter.txt"}
	for _, name := range []string{"bin/sourced.sh", "notes/Übersicht.txt", "Photos/IMG_0002.JPG", "untouched/a.txt"} {
		want[name] = name
	}
	for name, was := range want {
		// A move through the stick keeps the mode, and the time as far as the stick can tell it: who moves
		// a file does not change it.
		if evening[name] != morning[was] {
			t.Errorf("%q: %v in the morning, %v in the evening", name, morning[was], evening[name])
		}
	}
	for name, mode := range map[string]os.FileMode{"bin/run.sh": 0o755, "bin/new.py": 0o755, "reports/q1/r.csv": 0o644,
		"notes/東京.txt": 0o640} {
		if got, there := evening[name]; !there || got.mode != mode {
			t.Errorf("%q has mode %v, want %v", name, got.mode, mode)
		}
	}
	home.has(plan.Local, "bin/run.sh", "#!/bin/sh\necho from work\n")
	home.has(plan.Local, "notes/todo.txt", "one\ntwo\nthree\n")
	home.has(plan.Local, "notes/Diary.txt", "day 1\nday 2\n")
	for _, gone := range []string{"old/delete me.txt", "Photos/IMG_0001.JPG", "bin/tool",
		"old/letter.txt", "notes/diary.txt"} {
		home.has(plan.Local, gone, "")
	}
	// The next day at work: all three are the same.
	work.sync()
	if differences := work.compare(holdings(t, windows), holdings(t, mac), work.traits[plan.Remote],
		work.traits[plan.Local]); len(differences) > 0 {
		t.Errorf("windows and mac:\n%s", strings.Join(differences, "\n"))
	}
	home.nothingToDo()
}
