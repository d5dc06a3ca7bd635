package execute

import (
	"context"

	"treaty/apply/volume"
	"treaty/plan"
)

// contents is the phase in which files and links are created and updated.
type contents struct {
	groups *groups
	stager *stager
	tasks  *tasks
	// early is what was begun before the phase, nil for nothing.
	early *early
}

// early are the groups of some sides, of which the first is being staged.
type early struct {
	on     sides
	groups [][]*task
	first  *ahead
}

// begin begins to stage the first group of what puts contents on some sides, where one is far away: it crosses while
// directories are made and files are moved, which each wait for the line.
func (c *contents) begin(ctx context.Context, on sides) {
	if !c.groups.far(on) || c.groups.careful(on) || c.groups.halted(ctx) != nil {
		return
	}
	if groups := c.split(on); len(groups) > 0 {
		made := c.tasks.choose(on, (*task).makesDirectory)
		c.early = &early{on, groups, c.stager.begin(ctx, groups[0], len(made) == 0, nil)}
	}
}

// do carries out what puts contents on some sides, in groups of limited size. While one is put in place, the next is
// staged: that waits for the processor and for reading, and putting in place for the disk to have written. On a volume
// that may lose what is renamed, nothing else may be pending then.
//
// A line is to carry something all the time, but carries no more at a time than it has room for. So what puts a group
// in place sets out there before the next contents, which it waits for nothing of then. But these set out as soon as
// all contents before them are on their way: while it is waited for that those are staged, and put in place, the line
// would stand idle.
func (c *contents) do(ctx context.Context, on sides) {
	groups := c.split(on)
	var staging []*ahead
	if c.early != nil && c.early.on == on {
		groups, staging, c.early = c.early.groups, []*ahead{c.early.first}, nil
	}
	begin := func(to int) {
		if c.groups.careful(on) || c.groups.halted(ctx) != nil {
			return
		}
		for n := len(staging); n <= to && n < len(groups); n++ {
			staging = append(staging, c.stager.begin(ctx, groups[n], true, staging[n-1]))
		}
	}
	for n, group := range groups {
		if n == len(staging) {
			staging = append(staging, nil)
		}
		if !c.groups.far(on) || staging[n].underWay() {
			begin(n + 1)
		}
		c.group(ctx, group, staging[n], func() {
			begin(n + 1)
			if n+1 < len(staging) && staging[n+1].goesFar() {
				begin(n + 2)
			}
		})
		staging[n] = nil
	}
}

// split divides what puts contents on some sides into groups.
func (c *contents) split(on sides) [][]*task {
	return cut(c.tasks.choose(on, (*task).putsContent), c.groups.size(on))
}

// cut divides tasks into groups of at most so many, by how large their contents are.
func cut(list []*task, most int) (groups [][]*task) {
	var bytes int64
	for _, t := range list {
		if last := len(groups) - 1; last < 0 || len(groups[last]) >= most || bytes >= groupBytes {
			groups, bytes = append(groups, nil), 0
		}
		last := len(groups) - 1
		groups[last] = append(groups[last], t)
		bytes += t.After.Size
	}
	return groups
}

// group carries out some tasks between two barriers: what is swapped in is durable before, and the
// swaps are before anything else is put in place. Of the group some may be staged already, nil for none. What may set
// out by then is begun when it is announced.
func (c *contents) group(ctx context.Context, group []*task, begun *ahead, begin func()) {
	staged, ok := c.stager.stage(ctx, group, begun)
	if !ok || !c.groups.announceWith(ctx, staged, group...) {
		return
	}
	begin()
	c.groups.performTogether(ctx, group, func(t *task) {
		result := &volume.Result{}
		err := put(t, result)
		c.noteInstalled(ctx, t, result, err)
	})
}

// noteInstalled notes what putting in place came to.
func (c *contents) noteInstalled(ctx context.Context, t *task, result *volume.Result, err error) {
	c.tasks.displaced(t, result.Trash)
	t.noteResult(*result, err)
	c.groups.installed(ctx, t)
}

// put swaps in what a task has staged. Thousands may wait for an answer here, as in staging.carryOut.
func put(t *task, result *volume.Result) error {
	if t.Action == plan.Create {
		return create(t, result)
	}
	return replace(t, result)
}

func create(t *task, result *volume.Result) (err error) {
	*result, err = t.disk().Create(t.Path, t.staged())
	return err
}

func replace(t *task, result *volume.Result) (err error) {
	if from := t.From(); from != "" {
		*result, err = t.disk().ReplaceAs(from, t.Path, t.Before, t.staged(), t.displacement.all().place)
	} else {
		*result, err = t.disk().Replace(t.Path, t.Before, t.staged(), t.displacement.all().place)
	}
	return err
}
