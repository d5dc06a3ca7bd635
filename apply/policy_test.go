package apply_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"treaty/apply"
	"treaty/apply/store"
	"treaty/plan"
)

// signatures is a config that asks for them where the tree has a file called "signed".
func signatures(s *store.Store) (apply.Config, error) {
	_, err := s.Read("signed", 10)
	if errors.Is(err, os.ErrNotExist) {
		return apply.Config{}, nil
	}
	return apply.Config{Policy: apply.Policy{Required: 1}}, err
}

func TestThePolicyOfEitherTreeCounts(t *testing.T) {
	for _, side := range plan.BothSides {
		w, r := faulty(t)
		check(t, os.WriteFile(w.path(side, ".treatyignore"), []byte("signed\n"), 0o600))
		check(t, os.WriteFile(w.path(side, "signed"), nil, 0o600))
		r.Config = signatures
		w.refuses(r, &fault{cause: apply.ErrNotApproved, why: "valid signatures"})
	}
}

func TestAPolicyThatNobodyCanReadApprovesNothing(t *testing.T) {
	for _, side := range plan.BothSides {
		w, r := faulty(t)
		r.Config = func(s *store.Store) (apply.Config, error) {
			if s.Root() == w.at[side] {
				return apply.Config{}, errors.New("rust ate it")
			}
			return apply.Config{}, nil
		}
		w.refuses(r, &fault{cause: apply.ErrNotApproved, why: "rust ate it"})
	}
}

// What is asked for its policy is what is changed, though the root's name leads elsewhere by then.
func TestARootThatIsSwitchedMeanwhileIsTheOneThatWasOpened(t *testing.T) {
	w, r := faulty(t)
	decoy, link := filepath.Join(w.dir, "decoy"), filepath.Join(w.dir, "link")
	check(t, os.Mkdir(decoy, 0o755))
	check(t, os.WriteFile(filepath.Join(decoy, "signed"), nil, 0o600))
	symlink(t, w.at[plan.Remote], link)
	r.Roots[plan.Remote] = link
	r.Config = func(s *store.Store) (apply.Config, error) {
		check(t, os.Remove(link))
		symlink(t, decoy, link)
		return signatures(s)
	}
	receipt, err := apply.Apply(context.Background(), r)
	if err != nil {
		t.Fatalf("%v\n%s", err, outcomes(receipt))
	}
	if got := read(t, decoy, ""); len(got) != 1 {
		t.Errorf("the other one was changed: %v", got)
	}
	if _, err := os.Stat(w.path(plan.Remote, "a")); err != nil {
		t.Error(err)
	}
}

func symlink(t *testing.T, target, link string) {
	t.Helper()
	err := os.Symlink(target, link)
	if _, seen := os.Lstat(link); err != nil || seen != nil {
		t.Skip("no links for this account")
	}
}
