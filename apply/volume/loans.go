package volume

import (
	"maps"
	"slices"
	"sync"

	"treaty/plan/tree"
)

// Loans are the directories of one tree that were made workable, for implementations of Lender. The zero value has
// none. Its methods may be called by many goroutines at once.
type Loans struct {
	mu sync.Mutex
	// owed are the modes that they are to have again, and paid those that were given another mode since, or are no
	// more.
	owed map[tree.Path]tree.Mode
	paid []Loan
}

// Owe notes loans: that directories were made workable now, or by an earlier run that has left them so.
func (l *Loans) Owe(loans ...Loan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.owed == nil {
		l.owed = map[tree.Path]tree.Mode{}
	}
	for _, loan := range loans {
		l.owed[loan.Path] = loan.Mode
	}
}

// Lent tells whether a directory is owed a mode.
func (l *Loans) Lent(dir tree.Path) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, lent := l.owed[dir]
	return lent
}

// Decided says that mode is what a directory is to have, whatever it had before: a loan under which it has just that
// is none.
func (l *Loans) Decided(dir tree.Path, mode tree.Mode) {
	l.drop(dir, func(owed tree.Mode) bool { return Workable(owed) == mode })
}

// Forget drops the loan of a directory that is given another mode, or is no more.
func (l *Loans) Forget(dir tree.Path) {
	l.drop(dir, func(tree.Mode) bool { return true })
}

// drop takes a directory's loan for paid, where there is one and its mode is such a one.
func (l *Loans) drop(dir tree.Path, such func(tree.Mode) bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if owed, lent := l.owed[dir]; lent && such(owed) {
		delete(l.owed, dir)
		l.paid = append(l.paid, Loan{Path: dir, Mode: owed})
	}
}

// Return has all loans given back, directories inside others first, and returns those that are settled by that, the
// paid ones included. After an error of back, which it returns, the rest are owed still.
func (l *Loans) Return(back func(Loan) error) (settled []Loan, err error) {
	settled, open := l.take()
	for _, loan := range open {
		if err := back(loan); err != nil {
			return settled, err
		}
		l.mu.Lock()
		delete(l.owed, loan.Path)
		l.mu.Unlock()
		settled = append(settled, loan)
	}
	return settled, nil
}

// take returns the paid loans, which it keeps no more, and those that are owed, in the order of giving them back.
func (l *Loans) take() (paid, open []Loan) {
	l.mu.Lock()
	defer l.mu.Unlock()
	paid, l.paid = l.paid, nil
	for _, dir := range slices.SortedFunc(maps.Keys(l.owed), func(a, b tree.Path) int { return tree.Compare(b, a) }) {
		open = append(open, Loan{Path: dir, Mode: l.owed[dir]})
	}
	return paid, open
}
