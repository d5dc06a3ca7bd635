package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// Call is a call by its name, which is given a Q, and answered by an A.
type Call[Q, A any] struct{ name string }

// Name is its name on the wire.
func (c Call[Q, A]) Name() string { return c.name }

// To makes a question one to a tree, or to a run of it.
func (c Call[Q, A]) To(q *Q, tree, run int) {
	*any(q).(question).head() = Head{c.name, tree, run}
}

// Outcome is that of an answer.
func (c Call[Q, A]) Outcome(a *A) *Outcome { return any(a).(answer).outcome() }

// Read reads a question. Errors wrap ErrBroken where the call is given nothing like that.
func (c Call[Q, A]) Read(asked Asked) (q Q, err error) { return q, decode(asked.Text, &q, asked.newer) }

// Changing is a call that may need directories to be made workable first.
type Changing[Q, A any] struct{ Call[Q, A] }

// Grant notes in a question a loan that was written down.
func (c Changing[Q, A]) Grant(q *Q, loan Loan) {
	granted := any(q).(changing).granted()
	granted.Granted = append(granted.Granted, loan)
}

// A question has a Head, one of a change Granted too, and an answer an Outcome.
type (
	question interface{ head() *Head }
	changing interface {
		question
		granted() *Granted
	}
	answer interface{ outcome() *Outcome }

	aQuestion[Q any] interface {
		*Q
		question
	}
	aChange[Q any] interface {
		*Q
		changing
	}
	anAnswer[A any] interface {
		*A
		answer
	}
)

// called and changes make calls of nothing but what has these.
func called[Q, A any, _ aQuestion[Q], _ anAnswer[A]](name string) Call[Q, A] { return Call[Q, A]{name} }

func changes[Q, A any, _ aChange[Q], _ anAnswer[A]](name string) Changing[Q, A] {
	return Changing[Q, A]{Call[Q, A]{name}}
}

// Head is what a question begins with.
type Head struct {
	Call string `json:"call"`
	// Tree is the number of the open tree, and Run that of what changes it, 0 where the tree itself is asked.
	Tree int `json:"tree,omitempty"`
	Run  int `json:"run,omitempty"`
}

func (h *Head) head() *Head { return h }

// Granted are the loans that were written down, at the end of a question.
type Granted struct {
	Granted []Loan `json:"granted,omitempty"`
}

func (g *Granted) granted() *Granted { return g }

// Outcome is what an answer begins with.
type Outcome struct {
	// Fault is the error, nil for none.
	Fault *Fault `json:"fault,omitempty"`
	// Stopped is why what changes the tree takes no further change, nil as long as it does.
	Stopped *Fault `json:"stopped,omitempty"`
}

func (o *Outcome) outcome() *Outcome { return o }

// Asked is a question of which it is not known yet whether its call is given such.
type Asked struct {
	Head
	Granted
	// Text is all of it.
	Text []byte
	// newer tells that who asks is newer.
	newer bool
}

// asked reads what is common to all questions. All of a question is decoded once, by its call: mostly what it begins
// with is where it is always written, and nothing was granted.
func asked(text []byte) (Asked, error) {
	if head, first := headOf(text); first && !bytes.Contains(text, []byte(`granted`)) {
		return Asked{Head: head, Text: text}, nil
	}
	var common struct {
		Head
		Granted
	}
	if err := json.Unmarshal(text, &common); err != nil {
		return Asked{}, broken("a question that cannot be read: %v", err)
	}
	return Asked{Head: common.Head, Granted: common.Granted, Text: text}, nil
}

// headOf is what a question begins with; false where it is not written as it always is.
func headOf(text []byte) (h Head, first bool) {
	rest, first := bytes.CutPrefix(text, []byte(`{"call":"`))
	name, rest, closed := bytes.Cut(rest, []byte(`"`))
	h.Call = string(name)
	h.Tree, rest = numberAt(rest, `,"tree":`)
	h.Run, rest = numberAt(rest, `,"run":`)
	return h, first && closed && bytes.IndexByte(name, '\\') < 0 && len(rest) > 0 && (rest[0] == '}' || rest[0] == ',') &&
		!bytes.Contains(rest, []byte(`"tree":`)) && !bytes.Contains(rest, []byte(`"run":`))
}

// numberAt is a number that stands behind a name, 0 for none, and what is behind it.
func numberAt(text []byte, name string) (number int, rest []byte) {
	digits, found := bytes.CutPrefix(text, []byte(name))
	if !found {
		return 0, text
	}
	n := 0
	for n < len(digits) && '0' <= digits[n] && digits[n] <= '9' {
		n++
	}
	number, err := strconv.Atoi(string(digits[:n]))
	if err != nil {
		return 0, text
	}
	return number, digits[n:]
}

// The calls, by what they do. Each is one method of a volume, or of what changes it, whole.
var (
	Open  = called[OpenAsk, OpenAnswer]("open")
	Close = called[Plain, Done]("close")
	// Together is several calls, each followed by what is uploaded for it, answered in their order.
	Together = called[TogetherAsk, Done]("together")

	Walk      = called[WalkAsk, WalkAnswer]("walk")
	List      = called[ListAsk, Done]("list")
	Hash      = called[HashAsk, Done]("hash")
	ReadText  = called[TextAsk, Done]("text")
	GetTraits = called[TraitsAsk, TraitsAnswer]("traits")
	Rescued   = called[Plain, NameAnswer]("rescued")
	Self      = called[Plain, HolderAnswer]("self")
	Gone      = called[GoneAsk, YesAnswer]("gone")
	Kin       = called[Plain, KinAnswer]("kin")
	Present   = called[Plain, Done]("present")

	EntryAt   = called[PathAsk, EntryAnswer]("entry")
	Content   = called[PathAsk, StampAnswer]("content")
	Directory = called[PathAsk, EntryAnswer]("directory")
	Names     = called[PathAsk, Done]("names")

	PrivateNames = called[NameAsk, Done]("private-names")
	PrivateEntry = called[NameAsk, EntryAnswer]("private-entry")
	PrivateFile  = called[FileAsk, Done]("private-file")
	PrivatePart  = called[PartAsk, StampAnswer]("private-part")

	WritePrivate  = called[NameAsk, Done]("write-private")
	ClaimPrivate  = called[NameAsk, Done]("claim-private")
	RemovePrivate = called[NameAsk, Done]("remove-private")
	DropPrivate   = called[NameAsk, Done]("drop-private")
	RemoveEmpty   = called[Plain, Done]("remove-empty")
	CreatePrivate = called[NameAsk, Done]("create-private")
	OpenLog       = called[NameAsk, LogAnswer]("open-log")
	AppendLog     = called[AppendAsk, Done]("append-log")
	CloseLog      = called[LogAsk, Done]("close-log")
	SetAside      = called[NameAsk, NameAnswer]("set-aside")
	Barrier       = changes[BarrierAsk, Done]("barrier")
	TrashRuns     = called[Plain, Done]("trash-runs")
	Trashed       = called[NameAsk, StampAnswer]("trashed")
	ClearTrash    = called[NameAsk, Done]("clear-trash")

	Probe  = called[Plain, AbleAnswer]("probe")
	Change = called[ChangeAsk, ChangeAnswer]("change")

	Shifted    = called[ShiftedAsk, Done]("shifted")
	Durability = called[Plain, NameAnswer]("durability")
	SpaceLeft  = called[Plain, SpaceAnswer]("space")
	MayChange  = called[PathAsk, Done]("may-change")
	At         = called[NameAsk, EntryAnswer]("at")
	Holds      = called[HoldsAsk, YesAnswer]("holds")
	Spelled    = called[PathAsk, YesAnswer]("spelled")
	Waiting    = called[NameAsk, StagedAnswer]("waiting")
	ReadBack   = called[NameAsk, ReadAnswer]("read-back")
	Changed    = called[ChangedAsk, YesAnswer]("changed")

	Stage      = changes[StageAsk, StagedAnswer]("stage")
	StageLink  = changes[LinkAsk, StagedAnswer]("stage-link")
	StageCopy  = changes[CopyAsk, StagedAnswer]("stage-copy")
	Discard    = changes[DiscardAsk, Done]("discard")
	ClearStage = changes[RunAsk, Done]("clear-stage")

	Place     = called[PathAsk, NameAnswer]("place")
	Create    = changes[CreateAsk, ResultAnswer]("create")
	Replace   = changes[ReplaceAsk, ResultAnswer]("replace")
	ReplaceAs = changes[ReplaceAsAsk, ResultAnswer]("replace-as")
	Move      = changes[MoveAsk, ResultAnswer]("move")
	Park      = changes[TrashAsk, StagedAnswer]("park")
	Trash     = changes[TrashAsk, ResultAnswer]("trash")
	Mkdir     = changes[MkdirAsk, ResultAnswer]("mkdir")
	Rmdir     = changes[RmdirAsk, Done]("rmdir")
	Chmod     = changes[ChmodAsk, ResultAnswer]("chmod")
	Touch     = changes[TouchAsk, ResultAnswer]("touch")
	Surface   = changes[PlaceAsk, NameAnswer]("surface")
	Single    = changes[PlaceAsk, Done]("single")

	Planned     = called[PlannedAsk, StampAnswer]("planned")
	Preserve    = changes[ContentAsk, StagedAnswer]("preserve")
	ClearCopies = changes[AllAsk, Done]("clear-copies")
	Restore     = changes[RestoreAsk, Done]("restore")
	Quarantine  = changes[QuarantineAsk, NameAnswer]("quarantine")

	Owe      = called[OweAsk, Done]("owe")
	Decided  = called[DecidedAsk, Done]("decided")
	GiveBack = changes[AllAsk, LoansAnswer]("give-back")
)
