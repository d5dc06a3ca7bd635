package memory

import (
	"errors"
	"fmt"

	"treaty/apply/volume"
	"treaty/plan/tree"
)

// When is how far a call is.
type When int

const (
	// Before it is made: an error takes its place.
	Before When = iota
	// Half made, where it takes two steps: an error ends it there.
	Half
	// After it was made: an error takes the place of what it would tell.
	After
)

// Call is one change of the volume, or one barrier, as a hook is offered it.
type Call struct {
	What string
	Path string
	When When
}

func (c Call) String() string { return fmt.Sprintf("%s %s (%d)", c.What, c.Path, c.When) }

// Hook has each call offered, nil for none. Errors that wrap volume.ErrStopped stop whoever changes the volume. Of a
// call that is half made the hook may not look at the volume.
func (v *Volume) Hook(hook func(Call) error) { v.hook = hook }

// call makes a change, or what keeps one, as a whole.
func (f *files) call(what, path string, change func() error) error {
	f.mu.Lock()
	stopped := f.stopped
	f.mu.Unlock()
	if stopped != nil {
		return stopped
	}
	if err := f.offer(Call{what, path, Before}); err != nil {
		return err
	}
	f.mu.Lock()
	err := change()
	if f.lossy && err == nil {
		f.last() // each rename is synced
	}
	f.mu.Unlock()
	if err != nil {
		return err
	}
	return f.offer(Call{what, path, After})
}

// half is the moment between the two steps of a call.
func (f *files) half(what, path string) error {
	if f.hook == nil {
		return nil
	}
	return f.hook(Call{what, path, Half})
}

func (f *files) offer(c Call) error {
	if f.hook == nil {
		return nil
	}
	err := f.hook(c)
	if errors.Is(err, volume.ErrStopped) {
		return f.stop(err)
	}
	return err
}

// stop makes an error final.
func (f *files) stop(err error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.stopped = err
	return err
}

// last makes the volume durable as it is.
func (s *shared) last() { s.lasting = s.root.clone(map[*node]*node{}) }

// lastFile makes durable what has a name of treaty's own, and no more; nothing, where nothing has it.
func (s *shared) lastFile(path string) {
	whole := &disk{kind: s.kind, root: s.lasting}
	_, n, _ := s.find(path)
	dir := whole.folders(path)
	_, name := split(path)
	delete(dir.names, s.key(name))
	if n.node != nil {
		dir.names[s.key(name)] = named{n.spelled, n.clone(map[*node]*node{})}
	}
}

// folders is the directory of a path, made with those above it.
func (d *disk) folders(path string) *node {
	parent, _ := split(path)
	if parent == "" {
		return d.root
	}
	above := d.folders(parent)
	_, name := split(parent)
	n := above.names[d.key(name)]
	if n.node == nil || n.kind != tree.Directory {
		n = named{name, d.make(tree.Directory)}
		n.mode = privateMode
		above.names[d.key(name)] = n
	}
	return n.node
}

// CutPower leaves of the volume what is durable. What had it open is gone, and does nothing more to it.
func (v *Volume) CutPower() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.root = v.lasting
	v.last()
	v.restart()
}

// Restart ends whoever works on the volume, and leaves it as it is.
func (v *Volume) Restart() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.restart()
}

func (v *Volume) restart() {
	v.hook, v.stopped = nil, nil
	v.boot++
}
