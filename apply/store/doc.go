// Package store keeps treaty's own folder in a tree, ".treaty": who the tree is and what it was synced with, its
// config, its plans, the journals that are open, the history of what was applied, what two trees last agreed on, the
// lock, and the trash of former applies. What lies there is not trusted: every read is of a regular file, bounded, and
// held to its schema.
//
//	tree.json                the tree's identity, traits, partners and last receipt   treefile.go
//	lock                     who works on the tree                                   lock.go
//	plans/                   plans, with what is kept beside them                    store.go, digests.go, listings.go, undoes.go
//	journal/                 what applies have begun and not ended                   journals.go
//	history/                 plan, approval and receipt of each apply, chained       history.go, closing.go
//	baselines/               what pairs of trees agreed on                           memory.go
//	trash/, stage/           only looked at, and cleaned (clean.go); a run's changer fills them
//
// Two trees are held to be the same pair as before in pairing.go; what other trees remember of a history is in
// witnesses.go; what lies there and is not treaty's is found, and set aside, in tidy.go.
package store
