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
}

// do carries out what puts contents on some sides, in groups of limited size.
func (c *contents) do(ctx context.Context, on sides) {
	var group []*task
	var bytes int64
	flush := func() {
		c.group(ctx, group)
		group, bytes = nil, 0
	}
	for _, t := range c.tasks.choose(on, (*task).putsContent) {
		group = append(group, t)
		bytes += t.After.Size
		if len(group) >= c.groups.size(on) || bytes >= groupBytes {
			flush()
		}
	}
	flush()
}

// group carries out some tasks between two barriers: what is swapped in is durable before, and the
// swaps are before anything else is begun.
func (c *contents) group(ctx context.Context, group []*task) {
	if !c.stager.stage(ctx, group) || !c.groups.announce(ctx, group...) {
		return
	}
	c.groups.perform(ctx, group, func(t *task) {
		result, err := put(t)
		c.tasks.displaced(t, result.Trash)
		t.noteResult(result, err)
		c.groups.installed(ctx, t)
	})
}

// put swaps in what a task has staged.
func put(t *task) (volume.Result, error) {
	if t.Action == plan.Create {
		return t.disk().Create(t.Path, t.staged())
	}
	if t.From != "" {
		return t.disk().ReplaceAs(t.From, t.Path, t.Before, t.staged(), t.place)
	}
	return t.disk().Replace(t.Path, t.Before, t.staged(), t.place)
}
