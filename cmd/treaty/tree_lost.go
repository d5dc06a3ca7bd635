package main

import (
	"fmt"

	"treaty/apply/store"
	"treaty/cmd/treaty/internal/render"
	"treaty/cmd/treaty/internal/trees"
	"treaty/plan"
)

// lostIdentity says of a tree at root without a file by which it is known that it had one, which its history or its
// trash tells, and how to begin anew; "" where nothing tells of that. What is wrong with a history is for others.
func lostIdentity(tree *store.Store, root string) (words string, anew hint) {
	what := "something in its trash"
	list, err := tree.History()
	switch {
	case err == nil && len(list) > 0:
		what = render.Count(len(list), "apply") + " in its history"
	case !store.HasTrash(tree.Reader):
		return "", nil
	}
	return fmt.Sprintf("%s is gone, by which the tree is known that has %s: it counts as one that was never synced",
		tree.Path("tree.json"), what), then("bring it back from a backup, or begin anew", anewWith(tree, root, list))
}

// anewWith is the command that compares a tree, as one that was never synced, with what the last of its plans was
// applied to.
func anewWith(tree *store.Store, root string, list []store.Archived) hint {
	if len(list) == 0 {
		return exactly("treaty plan --help")
	}
	p, err := tree.Plan(list[len(list)-1])
	if err != nil || trees.RootHere(p, plan.Remote) == "" {
		return exactly("treaty plan --help")
	}
	return in("", "plan", "--new-pair", pathArgument(root), pathArgument(trees.RootHere(p, plan.Remote)))
}
