package remote

import (
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"treaty/apply/internal/wire"
	"treaty/apply/volume"
	"treaty/plan/address"
	"treaty/plan/tree"
)

// files keep treaty's own files in a tree: by the tree itself, or by a run that changes it.
type files struct {
	asker
	// at is the address of the tree.
	at   address.Address
	tree int
	// run is nil for the tree itself.
	run   *begun
	loses bool
	// glimpse is what was seen of them when the tree was opened; nil for a run.
	glimpse *glimpse
}

// tellNamed makes a call about a name that is answered by an error alone.
func (f *files) tellNamed(of wire.Call[wire.NameAsk, wire.Done], name string, upload func(*wire.Writer) error) error {
	return tell(f, of, &wire.NameAsk{Name: wire.Inner(name)}, upload)
}

// whole uploads some bytes.
func whole(data []byte) func(*wire.Writer) error {
	return func(w *wire.Writer) error {
		_, err := w.Write(data)
		return err
	}
}

// ReadPrivate is the content of a file of treaty's own.
func (f *files) ReadPrivate(name string, most int64) ([]byte, error) {
	if seen, err := f.known(wire.PrivateFile.Name(), name); seen != nil && int64(len(seen.Data)) <= most {
		return bytes.Clone(seen.Data), f.named(name, err)
	}
	data, err := fetch(context.Background(), f, wire.PrivateFile, &wire.FileAsk{Name: wire.Inner(name), Most: most}, most)
	return data, f.named(name, err)
}

// named is an error about a file of treaty's own that names it by its address. There it goes by its path, which may be
// one of this machine too.
func (f *files) named(name string, err error) error {
	var far *wire.Far
	if !errors.As(err, &far) {
		return err
	}
	there := path.Join(f.at.Path, tree.PrivateFolder, name)
	return &placed{f.at.At(there).String(), strings.TrimPrefix(far.Error(), there+": "), err}
}

// placed is an error about what lies at an address.
type placed struct {
	address, why string
	err          error
}

func (p *placed) Error() string { return p.address + ": " + p.why }

func (p *placed) Unwrap() error { return p.err }

// PrivateNames are the names in a folder of treaty's own.
func (f *files) PrivateNames(folder string) ([]string, error) {
	if seen, err := f.known(wire.PrivateNames.Name(), folder); err != nil {
		return nil, err
	} else if seen != nil {
		names, odd := seen.CheckedNames()
		return names, f.checked(odd)
	}
	return list(f, wire.PrivateNames, &wire.NameAsk{Name: wire.Inner(folder)})
}

// PrivateEntry is what has a name in it.
func (f *files) PrivateEntry(name string) (tree.Entry, error) {
	if seen, err := f.known(wire.PrivateEntry.Name(), name); seen != nil || err != nil {
		return f.entrySeen(seen, err)
	}
	return entry(f, wire.PrivateEntry, &wire.NameAsk{Name: wire.Inner(name)})
}

// entrySeen is an entry that was seen when the tree was opened, or the error that came instead.
func (f *files) entrySeen(seen *wire.Looked, err error) (tree.Entry, error) {
	if err != nil {
		return tree.Entry{}, err
	}
	e, odd := seen.CheckedEntry()
	return e, f.checked(odd)
}

// WritePrivate makes data the content of a file.
func (f *files) WritePrivate(name string, data []byte) error {
	return f.tellNamed(wire.WritePrivate, name, whole(data))
}

// ClaimPrivate is WritePrivate for a file that must not exist yet. Should the connection be lost, the agent removes it.
func (f *files) ClaimPrivate(name string, data []byte) error {
	return f.tellNamed(wire.ClaimPrivate, name, whole(data))
}

// RemovePrivate removes a file, durably.
func (f *files) RemovePrivate(name string) error { return f.tellNamed(wire.RemovePrivate, name, nil) }

// DropPrivate removes a file, not durably.
func (f *files) DropPrivate(name string) error { return f.tellNamed(wire.DropPrivate, name, nil) }

// RemoveEmptyPrivate removes ".treaty" if nothing is in it.
func (f *files) RemoveEmptyPrivate() error { return tell(f, wire.RemoveEmpty, &wire.Plain{}, nil) }

// SetAside moves what has a name into the trash, and returns its place there.
func (f *files) SetAside(name string) (string, error) {
	return place(f, wire.SetAside, &wire.NameAsk{Name: wire.Inner(name)})
}

// place makes a call that is answered by a place in treaty's own folder.
func place[Q any](f *files, of wire.Call[Q, wire.NameAnswer], q *Q) (string, error) {
	answer, err := call(context.Background(), f, of, q, nil)
	if err != nil {
		return "", err
	}
	place, err := wire.CheckedPlace(answer.Name)
	if err != nil {
		return "", f.ended(err)
	}
	return place, nil
}

// LosesRenames tells whether a power cut may come between the two names of a rename.
func (f *files) LosesRenames() bool {
	if f.run != nil {
		return f.run.wait() == nil && f.run.LosesRenames
	}
	return f.loses
}

// Barrier makes durable all that was changed before it.
func (f *files) Barrier(staged ...volume.Staged) error {
	for {
		var q wire.BarrierAsk
		q.Stageds, staged = wire.StagedsOf(staged)
		if err := tell(f, wire.Barrier.Call, &q, nil); err != nil {
			return err
		}
		if len(staged) == 0 {
			return nil
		}
	}
}

// TrashRuns are the names in the trash.
func (f *files) TrashRuns() ([]string, error) {
	return list(f, wire.TrashRuns, &wire.Plain{})
}

// Trashed is how much lies in the trash of a run, and when the last of it came there.
func (f *files) Trashed(run string) (bytes int64, last tree.Time, err error) {
	answer, err := call(context.Background(), f, wire.Trashed, &wire.NameAsk{Name: wire.Inner(run)}, nil)
	return max(answer.Size, 0), answer.Mtime, err
}

// ClearTrash removes the trash of a run for good.
func (f *files) ClearTrash(run string) error { return f.tellNamed(wire.ClearTrash, run, nil) }

// OpenLog opens a file to be appended to.
func (f *files) OpenLog(name string) (volume.Log, error) {
	return &log{files: f, name: name}, f.Lost()
}

var _ volume.CrossingLog = (*log)(nil)

// log is a file that is appended to. It is opened there when something is first written to it, which goes with that.
type log struct {
	files  *files
	name   string
	number int
}

// logsBegin is the minor version from which on a log is opened with what is written to it first.
const logsBegin = 1

// Append writes p at the end.
func (l *log) Append(p []byte, sync bool) error {
	if l.number == 0 {
		begin := l.files.minor >= logsBegin
		if err := l.open(p, begin); err != nil || begin {
			return err
		}
	}
	return tell(l.files, wire.AppendLog, &wire.AppendAsk{Log: l.number, Sync: sync}, whole(p))
}

// AppendThrough is Append by a call that is made together with others.
func (l *log) AppendThrough(as volume.Changer, p []byte, sync bool) error {
	through := &log{files: &as.(*changer).running.files, name: l.name, number: l.number}
	err := through.Append(p, sync)
	l.number = through.number
	return err
}

// open opens the log there, where, with begin, p is written durably.
func (l *log) open(p []byte, begin bool) error {
	if !begin {
		p = nil
	}
	answer, err := call(context.Background(), l.files, wire.OpenLog, &wire.NameAsk{Name: wire.Inner(l.name)}, whole(p))
	if err == nil && answer.Log < 1 {
		err = l.files.ended(wire.Broken("a log"))
	}
	l.number = answer.Log
	return err
}

// Close lets go of it. The agent closes it with the tree.
func (l *log) Close() error { return nil }

// CreatePrivate begins to write a file.
func (f *files) CreatePrivate(name string) (volume.PrivateFile, error) {
	if err := f.Lost(); err != nil {
		return nil, err
	}
	written, to := io.Pipe()
	file := &file{to: to, done: make(chan error, 1)}
	go func() {
		err := f.tellNamed(wire.CreatePrivate, name, func(w *wire.Writer) error {
			return wire.Copy(w, written)
		})
		written.CloseWithError(err)
		file.done <- err
	}()
	return file, nil
}

// file is a file of treaty's own being written.
type file struct {
	to   *io.PipeWriter
	done chan error
	over bool
}

// Write writes on. It may be told later that what was written before came to nothing.
func (f *file) Write(p []byte) (int, error) { return f.to.Write(p) }

// Commit has the file get its name.
func (f *file) Commit() error {
	f.over = true
	f.to.Close()
	return <-f.done
}

// Close leaves no file where Commit was not called.
func (f *file) Close() error {
	if f.over {
		return nil
	}
	f.over = true
	f.to.CloseWithError(context.Canceled)
	<-f.done // that it came to nothing is what is wanted
	return nil
}
