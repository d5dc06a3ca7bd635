package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"io/fs"
	"path/filepath"
	"regexp"

	"treaty/apply"
	"treaty/apply/paper"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
	"treaty/plan/scan"
	"treaty/plan/tree"
)

// logged is a plan that was applied, as the history of a tree has it.
type logged struct {
	store.Archived
	folder  *store.Store
	receipt *apply.Receipt
	text    []byte // the receipt's
}

// archives are all of a history, in the order in which they were applied. Errors are refusals.
func archives(folder *store.Store) ([]logged, error) {
	list, err := folder.History()
	if err != nil {
		return nil, err
	}
	all := make([]logged, len(list))
	for i, archived := range list {
		r, text, err := folder.Receipt(archived)
		if err != nil {
			return nil, unreadable(folder, archived.Number, err)
		}
		all[i] = logged{archived, folder, r, text}
	}
	return all, nil
}

// told is what a line of the log tells besides the receipt. What cannot be read is not told: log --verify tells of
// that.
func (h *logged) told() *render.Told {
	told := &render.Told{}
	text, err := h.folder.File(h.Archived, "plan.json")
	if err == nil {
		told.Trees, told.Undoes, told.Back = h.namesThen(text), h.undoes(text), bringsBack.Match(text)
	}
	for i := range h.receipt.Results {
		if r := &h.receipt.Results[i]; r.Outcome == paper.Done && r.Side != nil && r.Action != nil {
			content := *r.Action == plan.Create || *r.Action == plan.Delete // a file may be updated to be a directory
			told.Count(*r.Side, *r.Action, !content || r.SHA256.Known())
		}
	}
	told.Approved = h.approved(text)
	return told
}

// bringsBack finds in the text of a plan an operation of an undo or a restore. In a string, such as a note, quotes are
// escaped.
var bringsBack = regexp.MustCompile(`"reason"\s*:\s*"undo"`)

// approved are those who approved the plan, by its text. Signatures are held to the signers that the trees allow now,
// as of when it was applied.
func (h *logged) approved(planText []byte) (all []render.Approved) {
	text, err := h.folder.File(h.Archived, "approval.json")
	if err != nil {
		return nil
	}
	approval, err := paper.ReadApproval(text)
	if err != nil {
		return nil
	}
	for i := range approval.Approvals {
		s := &approval.Approvals[i]
		one := render.Approved{By: s.By, Note: s.Note, Signed: s.Signature != nil}
		if one.Signed {
			known := signoffOf(s, h.signers(), planText, h.receipt.FinishedAt)
			one.Signer, one.Wrong = known.Signer, known.Wrong != ""
		}
		all = append(all, one)
	}
	return all
}

// signers is the policy of the tree that has the history or, where it has none, of one that it was synced with; nil
// where none says whose signatures count, or it cannot be read.
func (h *logged) signers() *apply.Policy {
	roots := []string{h.folder.Root()}
	if identity, err := h.folder.Identity(); err == nil {
		roots = append(roots, identity.PartnersOn(h.folder.Host())...)
	}
	for _, root := range roots {
		if policy, err := policyAt(root); err == nil && len(policy.AllowedSigners) > 0 {
			return &policy
		}
	}
	return nil
}

// namesThen are what people call the trees of the plan, by its text; "" of one that it does not tell. The config of the
// other tree is believed where that is still at the root that it had.
func (h *logged) namesThen(text []byte) plan.Sides[string] {
	var roots, names plan.Sides[string]
	in := json.NewDecoder(bytes.NewReader(text))
	for found := 0; found < 2; {
		token, err := in.Token()
		if err != nil {
			return names
		}
		for _, side := range plan.BothSides {
			var snapshot struct {
				Root string  `json:"root"`
				ID   *string `json:"id"`
			}
			if token != side.String() || roots[side] != "" {
				continue
			}
			if err := in.Decode(&snapshot); err != nil {
				return names
			}
			found++
			roots[side], names[side] = snapshot.Root, trees.Base(snapshot.Root)
			if now := h.rootNow(side, snapshot.ID, snapshot.Root); now != "" {
				names[side] = trees.Name(now)
			}
		}
	}
	return trees.ToldApart(names, roots)
}

// undoes is the number of the apply that was undone, 0 where none was.
func (h *logged) undoes(text []byte) int {
	if !bytes.Contains(text, []byte(`"reason": "`+plan.Undo.String()+`"`)) {
		return 0
	}
	p, err := plan.Read(text)
	if err != nil {
		return 0
	}
	id, err := h.folder.Undoes(p)
	if err != nil || id == "" {
		return 0
	}
	undone, err := h.folder.Applied(id)
	if err != nil || undone == nil {
		return 0
	}
	return undone.Number
}

// line writes the line that the log has for it.
func (h *logged) line(a *app) error {
	line := applied(h.Number, h.receipt)
	line.Told = h.told()
	return render.Log(a.Stdout, line, a.Style())
}

// whole is the plan, with the diffs of its updates as far as both versions are still there.
func (h *logged) whole() (*plan.Plan, error) {
	p, err := h.folder.Plan(h.Archived)
	if err != nil {
		return nil, err
	}
	trash := map[int]string{}
	for i := range h.receipt.Results {
		if r := &h.receipt.Results[i]; r.Outcome == paper.Done && r.Operation > 0 {
			trash[r.Operation] = r.Trash
		}
	}
	for i := range p.Operations {
		op := &p.Operations[i]
		if op.Action != plan.Update || op.Before.Of() != tree.File || op.After.Of() != tree.File || trash[op.ID] == "" {
			continue
		}
		root := h.rootNow(op.Side, p.Snapshot(op.Side).ID, p.Snapshot(op.Side).Root)
		before, after := kept(root, trash[op.ID], op.Before), kept(root, string(op.Path), op.After)
		if before != nil && after != nil {
			op.Amend(func(r *plan.Rare) { r.Diff = plan.DiffLater(p, op, before, after) })
		}
	}
	return p, nil
}

// rootNow is where a tree is that was at a root: the one that has the history is where that is, and the other one where
// it was; "" where that is not here any more, or another one is there. On its first plan it had no id.
func (h *logged) rootNow(side plan.Side, id *string, root string) string {
	if side == plan.Local {
		return h.folder.Root()
	}
	identity, err := h.folder.Identity()
	if err != nil || identity == nil {
		return ""
	}
	switch now := trees.IDAt(root); {
	case id != nil && now == *id, id == nil && identity.Synced[now] != "":
		return root
	}
	return ""
}

// longestText is how many bytes a file may have to be worth a diff.
const longestText = 1 << 20

// kept is the content of a file in a tree, if it is the one of a state; nil otherwise.
func kept(root, path string, state *tree.State) []byte {
	if root == "" || !filepath.IsLocal(filepath.FromSlash(path)) || state.Size > longestText || !state.SHA256.Known() {
		return nil
	}
	text, err := scan.ReadFile(filepath.Join(root, filepath.FromSlash(path)), longestText)
	if err != nil || tree.Hash(sha256.Sum256(text)) != state.SHA256 {
		return nil
	}
	return append([]byte{}, text...) // an empty one is there too
}

// knownBy opens the history that knows of a tree: its own or, where it has none, the one of the tree that it was synced
// with, if that is here. It is to be closed.
func knownBy(folder *store.Store) (*store.Store, error) {
	list, err := folder.History()
	if err != nil || len(list) > 0 {
		return folder, err
	}
	known, err := knownElsewhere(folder)
	if err != nil || known.root == "" {
		return folder, err
	}
	identity, err := folder.Identity()
	if err != nil || trees.IDAt(known.root) != identity.Head.History {
		return folder, err
	}
	there, err := openStore(known.root)
	if errors.Is(err, fs.ErrNotExist) {
		return folder, nil
	}
	if err != nil {
		return nil, err
	}
	folder.Close()
	return there, nil
}
