package store

import (
	"bufio"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"

	"treaty/apply/refusal"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
	"treaty/schema"
)

// PlansFolder is where a tree has its plans.
const PlansFolder = "plans"

const (
	historyFolder = "history"
	configFile    = "config.json"
	planSuffix    = ".plan.json"
)

// Marks are the names that tell a tree, each by itself: its own file, however far that got, and a config.
func Marks() []string { return []string{treeFileName, replacement(treeFileName), configFile} }

// Reader reads treaty's own folder in a tree: its identity, and, in the tree that is LOCAL, its config, plans and
// history. It is all that a plan needs of a tree, and all that one has which can only be read.
type Reader struct{ *history }

// ReaderOf reads what treaty keeps in a tree. Closing either closes both.
func ReaderOf(source volume.Source) *Reader {
	return &Reader{&history{&journals{&identity{folder: &folder{source}}}}}
}

// folder is the files themselves, whatever they are for.
type folder struct{ source volume.Source }

// Store is a Reader that also writes.
type Store struct {
	*writer
	volume volume.Volume
}

// writer writes the files themselves, whatever they are for, and holds their lock.
type writer struct {
	*Reader
	// files are those of the volume, or, during a run, those through which it changes the tree.
	files volume.Private
	// nonce is in the lock that is taken, "" for none.
	nonce string
	// held is the lock that was taken, nil for none.
	held *held
}

// Of is the store of a volume that is open: what is read there is that tree's, whatever its path names by now.
// Closing either closes both. The error is a NoFolder, or wraps ErrInvalid where the root is no
// place for a tree, and the volume closed then.
func Of(v volume.Volume) (*Store, error) {
	s := &Store{&writer{Reader: ReaderOf(v), files: v}, v}
	if err := cmp.Or(outside(s.Root()), s.housed()); err != nil {
		return nil, errors.Join(err, v.Close())
	}
	return s, nil
}

// On is the same store, changed through files: those of a run have a record of what is done.
func (s *Store) On(files volume.Private) *Store {
	return &Store{&writer{Reader: s.Reader, files: files, nonce: s.nonce, held: s.held}, s.volume}
}

// There tells whether the tree has a folder of treaty's.
func (s *folder) There() bool {
	_, err := s.source.PrivateNames("")
	return !errors.Is(err, fs.ErrNotExist)
}

// RemoveEmpty removes the folder if nothing is in it.
func (s *writer) RemoveEmpty() error { return s.files.RemoveEmptyPrivate() }

// Close closes the store.
func (s *folder) Close() error { return s.source.Close() }

// Volume is what the store is of.
func (s *Store) Volume() volume.Volume { return s.volume }

// Source is the tree itself, to be read.
func (s *folder) Source() volume.Source { return s.source }

// Host is what the machine calls itself that the tree lies on, "" where it has no name.
func (s *folder) Host() string { return s.source.Host().Name() }

// place is where the tree lies, as a tree that is synced with it remembers that.
func (s *folder) place() Partner { return Partner{Host: s.Host(), Root: s.Root()} }

// Root is the tree's root, absolute, links resolved.
func (s *folder) Root() string { return s.source.Root() }

// Identity is the tree's own file, nil before the first apply. Errors wrap ErrInvalid where it is not what treaty
// wrote, unless the tree is taken for a new one.
func (s *identity) Identity() (*TreeFile, error) {
	if s.disowned {
		return nil, nil
	}
	file, err := s.readTreeFile()
	if s.anew && errors.Is(err, refusal.ErrInvalid) {
		return nil, nil
	}
	return file, err
}

// TakeAnew takes the tree for a new one where its own file is not what treaty wrote.
func (s *identity) TakeAnew() { s.anew = true }

// Disown takes the tree for a new one that has a file of another: it is a copy of that.
func (s *identity) Disown() { s.disowned = true }

// Config is the text of config.json, nil where there is none. Errors wrap ErrInvalid where it is no file, or far too
// large for one.
func (s *Reader) Config() ([]byte, error) {
	data, err := s.read(configFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if Foreign(err) {
		err = noFile{err}
	}
	return data, err
}

// SaveConfig makes a text that config.json.
func (s *Store) SaveConfig(text []byte) error {
	return s.unwritten("a config", s.files.WritePrivate(configFile, text))
}

// noFile is the error of a file that is no file of treaty's at all: an ErrInvalid.
type noFile struct{ error }

func (e noFile) Unwrap() []error { return []error{e.error, refusal.ErrInvalid} }

// Read is the content of a file of the tree, which has at most so many bytes, read through the handle by which the
// tree is open. It follows no link and waits for nothing; errors wrap those of scan.Dir.Read.
func (s *Store) Read(file tree.Path, most int64) ([]byte, error) {
	f, err := s.volume.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size, _, err := f.Stamp()
	if err != nil {
		return nil, tree.About(file, err)
	}
	var text []byte
	if size <= most {
		if text, err = io.ReadAll(io.LimitReader(f, most+1)); err != nil {
			return nil, tree.About(file, err)
		}
		size = int64(len(text))
	}
	if size > most {
		return nil, tree.About(file, fmt.Errorf("%w: %d bytes, where %d are the most", scan.ErrTooLarge, size, most))
	}
	return text, nil
}

// Path is where a file of the store lies, "" for its folder.
func (s *folder) Path(name string) string {
	return s.source.Where(tree.Path(path.Join(tree.PrivateFolder, name)))
}

// inFull is an error about an entry of the tree as one about the place where that lies: of treaty's own files the
// path below the root does not tell in which of two trees they are.
func (s *folder) inFull(err error) error {
	var about *tree.PathError
	if !errors.As(err, &about) {
		return err
	}
	return &placed{s.source.Where(about.Path), about}
}

// placed is an error about a file, said of where that is in full.
type placed struct {
	where string
	of    *tree.PathError
}

func (p *placed) Error() string { return p.where + ": " + p.of.Err.Error() }

func (p *placed) Unwrap() error { return p.of }

// Locked refuses with ErrLocked if another treaty works on the tree.
func (s *Reader) Locked() error {
	h, err := s.holder()
	if err != nil || h == nil || s.stale(h) {
		return err
	}
	return locked(s.Root(), h)
}

// Available refuses with ErrLocked if another treaty works on the tree, with ErrOpen if an earlier one
// was interrupted there, and with ErrInvalid where it is not Sound.
func (s *Reader) Available() error {
	if err := s.Sound(); err != nil {
		return err
	}
	if err := s.Locked(); err != nil {
		return err
	}
	return s.Settled()
}

// BreakLock removes the tree's lock, and returns who held it; nil where nobody did.
func (s *Store) BreakLock() (*Holder, error) {
	if words, err := s.FreeLock(); err != nil || len(words) > 0 {
		return nil, err
	}
	h, err := s.holder()
	if err != nil || h == nil {
		return nil, err
	}
	return h, s.files.RemovePrivate(lockFile)
}

// SavePlan writes a plan below plans/, with its schema beside it, and returns its path. What is not a
// valid plan is not written.
func (s *Store) SavePlan(p *plan.Plan) (string, error) {
	err := proven(p)
	if err != nil {
		return "", err
	}
	schemaName := PlansFolder + "/" + plan.SchemaFile
	current, err := s.files.ReadPrivate(schemaName, schema.Plan.MaxSize())
	if err != nil || !bytes.Equal(current, schema.Text(schema.Plan)) {
		if err := s.files.WritePrivate(schemaName, schema.Text(schema.Plan)); err != nil {
			return "", s.roomFor("a plan", err)
		}
	}
	name := PlansFolder + "/" + PlanName(p)
	return s.Path(name), s.roomFor("a plan", s.put(name, p.Write))
}

// unwritten is an error of writing something, as a refusal where the volume lets nobody write, or has no room for it.
func (s *writer) unwritten(what string, err error) error {
	if !errors.Is(err, volume.ErrReadOnly) {
		return s.roomFor(what, err)
	}
	closed := refusal.Because(refusal.CauseReadOnly, "%s cannot be written to: %v", s.Root(), refusal.Innermost(err))
	closed.Err = err
	return closed.At(s.Root())
}

// roomFor is an error of writing something, as a refusal where the volume has no room for it.
func (s *writer) roomFor(what string, err error) error {
	if !scan.Full(err) {
		return s.inFull(err)
	}
	full := refusal.Because(refusal.CauseSpace, "%s has no room for %s", s.Root(), what).At(s.Root())
	full.Err = err
	return full
}

// PlanName is the name of a plan's file: its time and the end of its id.
func PlanName(p *plan.Plan) string {
	return p.CreatedAt.UTC().Format("20060102T150405.000Z") + planEnd(p.ID)
}

// planEnd is how the name of a plan's file ends.
func planEnd(id string) string { return "-" + id[max(0, len(id)-8):] + planSuffix }

// PlanText is a plan as its file holds it, proven valid.
func PlanText(p *plan.Plan) ([]byte, error) {
	var text bytes.Buffer
	err := WritePlan(&text, p)
	return text.Bytes(), err
}

// WritePlan writes a plan as its file holds it. Of one that is not valid nothing is written.
func WritePlan(to io.Writer, p *plan.Plan) error {
	if err := proven(p); err != nil {
		return err
	}
	return p.Write(to)
}

// proven is the error of a plan that must not be written: a *plan.TooLong, or what is wrong with it.
func proven(p *plan.Plan) error {
	err := p.Validate()
	var long *plan.TooLong
	if err != nil && !errors.As(err, &long) {
		return fmt.Errorf("treaty would write a wrong plan: %w", err)
	}
	return err
}

// put makes what write writes, durably and in one step, the content of a file.
func (s *writer) put(name string, write Content) error {
	f, err := s.files.CreatePrivate(name)
	if err != nil {
		return err
	}
	defer f.Close()
	out := bufio.NewWriterSize(f, putAtOnce)
	if err := write(out); err != nil {
		return err
	}
	if err := out.Flush(); err != nil {
		return err
	}
	return f.Commit()
}

// putAtOnce is how many bytes of a file are written in one call.
const putAtOnce = 1 << 16

// ErrNoPlan: there is no plan to pick. ErrNoTree: there is no tree that treaty has worked on.
var (
	ErrNoPlan = errors.New("no plan")
	ErrNoTree = errors.New("no tree")
)

// PlanPath is the path of the plan with this id among the plans. Errors wrap ErrNoPlan where there is none.
func (s *Reader) PlanPath(id string) (string, error) {
	names, err := s.names(PlansFolder)
	if err != nil {
		return "", err
	}
	at := slices.IndexFunc(names, func(name string) bool { return strings.HasSuffix(name, planEnd(id)) })
	if at < 0 {
		return "", fmt.Errorf("%w %s in %s", ErrNoPlan, id, s.Path(PlansFolder))
	}
	return s.Path(PlansFolder + "/" + names[at]), nil
}

// names are the names in a folder of the store, nil where there is no such folder.
func (s *folder) names(folder string) ([]string, error) {
	return s.namesOf(s.source.PrivateNames(folder))
}

// namesOf is names of what is in a folder, or why that is not known.
func (s *folder) namesOf(names []string, err error) ([]string, error) {
	if errors.Is(err, fs.ErrNotExist) || Foreign(err) {
		return nil, nil // what is no folder has nothing in it; Sound tells of it
	}
	return names, s.inFull(err)
}

// Archived is one applied plan in the history.
type Archived struct {
	Number int
	PlanID string
	folder string
}

// History lists the archived plans by number.
func (s *history) History() ([]Archived, error) {
	names, err := s.names(historyFolder)
	if err != nil {
		return nil, err
	}
	var list []Archived
	for _, name := range names {
		number, id, found := strings.Cut(name, "-")
		n, err := strconv.Atoi(number)
		if found && err == nil && n > 0 {
			list = append(list, Archived{Number: n, PlanID: id, folder: historyFolder + "/" + name})
		}
	}
	slices.SortFunc(list, func(a, b Archived) int { return a.Number - b.Number })
	return list, nil
}

// Applied tells whether the plan with this id was applied, and as which.
func (s *history) Applied(id string) (*Archived, error) {
	list, err := s.History()
	if err != nil {
		return nil, err
	}
	for i := range list {
		if list[i].PlanID == id {
			return &list[i], nil
		}
	}
	return nil, nil
}

// File is the text of an archived plan's file: plan.json, approval.json or receipt.json.
func (s *history) File(a Archived, name string) ([]byte, error) {
	return s.read(a.folder + "/" + name)
}
