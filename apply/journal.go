package apply

import "fmt"

// journalFolder holds the journals of plans that are being carried out.
const journalFolder = "journal"

// Settled refuses with ErrOpen where an apply was interrupted.
func (s *Store) Settled() error {
	names, err := s.names(journalFolder)
	if err != nil || len(names) == 0 {
		return err
	}
	return refuse(ErrOpen, "treaty apply, to go on, or treaty recover, to go back", "%s: %s", s.Root(),
		fmt.Sprintf("an apply of plan %s was interrupted here", names[0]))
}
