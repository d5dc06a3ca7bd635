package apply_test

import (
	"os"
	"slices"
	"testing"
	"time"

	"treaty/plan"
)

// Clocks that differ by much are told of where it matters which file is newer, and nowhere else.
func TestClocksThatDifferAreToldWhereNewerDecides(t *testing.T) {
	for _, c := range []struct {
		ahead       time.Duration
		local, want string
	}{
		{6 * time.Minute, "a=1 b=2", "the clock of remote's machine is more than 5 minutes ahead of that of local: " +
			"what is newer by its time need not be"},
		{-6 * time.Minute, "a=1 b=2", "the clock of local's machine is more than 5 minutes ahead of that of remote: " +
			"what is newer by its time need not be"},
		{4 * time.Minute, "a=1 b=2", ""},
		{time.Hour, "a=9 b=2", ""},
	} {
		w := newWorld(t, scratch(t))
		w.far[plan.Remote], w.ahead = true, c.ahead
		tryParse(t, c.local).write(t, w.at[plan.Local])
		tryParse(t, "a=9").write(t, w.at[plan.Remote])
		old := time.Now().Add(-time.Hour)
		check(t, os.Chtimes(w.path(plan.Remote, "a"), old, old))
		if c.local == "a=9 b=2" {
			check(t, os.Chtimes(w.path(plan.Local, "a"), old, old))
		}
		p := w.compare()
		at := slices.IndexFunc(p.Problems, func(q plan.Problem) bool { return q.Code == plan.ClocksDiffer })
		switch {
		case at < 0 && c.want != "":
			t.Errorf("%v ahead: nothing is told\n%s", c.ahead, describe(p))
		case at >= 0 && p.Problems[at].Message != c.want:
			t.Errorf("%v ahead: it is told that %s", c.ahead, p.Problems[at].Message)
		}
	}
}

// What was saved there at the moment of the sync is looked at again, whatever the clock there says of that moment.
func TestAFileIsRacyByTheClockOfItsOwnMachine(t *testing.T) {
	for _, ahead := range []time.Duration{-10 * time.Minute, 10 * time.Minute} {
		w := newWorld(t, scratch(t))
		w.far[plan.Remote], w.ahead = true, ahead
		tryParse(t, "a=1").write(t, w.at[plan.Remote])
		// The clock there goes on, as long as the apply takes.
		now := time.Now().Add(ahead + time.Minute)
		check(t, os.Chtimes(w.path(plan.Remote, "a"), now, now))
		_, err := w.apply(w.compare())
		check(t, err)
		if record := w.recorded("a"); record == nil || !record.On[plan.Remote].Racy {
			t.Errorf("%v ahead: a file of just now is recorded as %+v", ahead, record)
		}
		before := now.Add(-2 * time.Minute)
		check(t, os.Chtimes(w.path(plan.Remote, "a"), before, before))
		w.base = w.tree(plan.Local)
		_, err = w.apply(w.compare())
		check(t, err)
		if record := w.recorded("a"); record == nil || record.On[plan.Remote].Racy {
			t.Errorf("%v ahead: a file of a minute ago is recorded as %+v", ahead, record)
		}
	}
}
