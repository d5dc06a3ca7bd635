package wire

// The messages of which there are thousands an apply, and their parts. Each names its fields, in their order, as the
// tags of its struct do. What all questions or answers begin with has no such method: it would be theirs too.

func (h *Head) members(s *spelling) {
	s.string("call", &h.Call)
	number(s, "tree", &h.Tree, false)
	number(s, "run", &h.Run, false)
}

// granting is for Granted: loans are rare.
func (g *Granted) granting(s *spelling) { s.other = s.other || len(g.Granted) > 0 }

// failing is for Outcome: errors are rare.
func (o *Outcome) failing(s *spelling) { s.other = s.other || o.Fault != nil || o.Stopped != nil }

func (q *Plain) spell(s *spelling) { q.members(s) }

func (q *TogetherAsk) spell(s *spelling) {
	q.members(s)
	number(s, "first", &q.First, false)
}

func (q *PathAsk) spell(s *spelling) {
	q.members(s)
	s.within("path", &q.Path)
}

func (q *NameAsk) spell(s *spelling) {
	q.members(s)
	s.within("name", &q.Name)
}

func (q *PlannedAsk) spell(s *spelling) {
	q.members(s)
	s.within("path", &q.Path)
	part(s, "before", &q.Before)
}

func (q *BarrierAsk) spell(s *spelling) {
	q.members(s)
	every(s, "stageds", &q.Stageds)
	q.granting(s)
}

func (q *StageAsk) spell(s *spelling) {
	q.members(s)
	s.mode("mode", &q.Mode)
	s.time("mtime", &q.Mtime, false)
	number(s, "size", &q.Size, false)
	s.hash("hash", &q.Hash)
	q.granting(s)
}

func (q *CreateAsk) spell(s *spelling) {
	q.members(s)
	s.within("path", &q.Path)
	part(s, "staged", &q.Staged)
	q.granting(s)
}

func (q *ReplaceAsk) spell(s *spelling) {
	q.members(s)
	s.within("path", &q.Path)
	s.within("place", &q.Place)
	part(s, "before", &q.Before)
	part(s, "staged", &q.Staged)
	q.granting(s)
}

func (q *TrashAsk) spell(s *spelling) {
	q.members(s)
	s.within("path", &q.Path)
	s.within("place", &q.Place)
	part(s, "before", &q.Before)
	q.granting(s)
}

func (q *MkdirAsk) spell(s *spelling) {
	q.members(s)
	s.within("path", &q.Path)
	s.mode("mode", &q.Mode)
	s.yes("existing", &q.Existing)
	q.granting(s)
}

func (a *Done) spell(s *spelling) { a.failing(s) }

func (a *EntryAnswer) spell(s *spelling) {
	a.failing(s)
	part(s, "entry", &a.Entry)
}

func (a *StagedAnswer) spell(s *spelling) {
	a.failing(s)
	part(s, "staged", &a.Staged)
}

func (a *ResultAnswer) spell(s *spelling) {
	a.failing(s)
	part(s, "result", &a.Result)
}

func (a *NameAnswer) spell(s *spelling) {
	a.failing(s)
	s.name("name", &a.Name)
}

func (a *StampAnswer) spell(s *spelling) {
	a.failing(s)
	number(s, "size", &a.Size, false)
	s.time("mtime", &a.Mtime, false)
}

func (v *State) spell(s *spelling) {
	s.kind("t", &v.Type)
	number(s, "s", &v.Size, false)
	s.time("m", &v.Mtime, true)
	s.mode("p", &v.Mode)
	s.hash("h", &v.SHA256)
	s.name("l", &v.Target)
}

func (v *Entry) spell(s *spelling) {
	s.name("n", &v.Name)
	number(s, "t", &v.Type, true)
	s.mode("p", &v.Mode)
	number(s, "s", &v.Size, false)
	s.time("m", &v.Mtime, true)
	s.name("l", &v.Target)
	number(s, "k", &v.Links, false)
	number(s, "i", &v.Inode, false)
	s.string("o", &v.Obstacle)
	s.string("w", &v.Why)
}

func (v *Staged) spell(s *spelling) {
	s.other = s.other || v.Name == "" && !s.reads // it would have to be written
	s.within("n", &v.Name)
	number(s, "t", &v.Type, true)
	number(s, "s", &v.Size, false)
	s.time("m", &v.Mtime, true)
	s.hash("h", &v.Hash)
	s.mode("p", &v.Mode)
	s.name("l", &v.Target)
}

func (v *Result) spell(s *spelling) {
	if s.member("e", false) {
		s.object(&v.Entry)
	}
	s.name("t", &v.Trash)
}
