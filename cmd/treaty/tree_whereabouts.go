package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"

	"treaty/apply/reach"
	"treaty/apply/store"
	"treaty/cmd/treaty/internal/home"
	"treaty/plan"
	"treaty/plan/address"
	"treaty/plan/scan"
)

// mountPoints are where volumes are mounted; tests have theirs.
var mountPoints = scan.MountPoints

// whereabouts are where the tree with an id is now that was last at a path: there, or else, since the volume may be
// mounted elsewhere today, wherever on a mounted volume; several are copies of each other. There are none where the
// tree is not found. Only mounted volumes are looked at: what lies beside the path with the same id is a copy, such as
// a backup.
func whereabouts(id, last string) []string {
	if id == "" || address.Is(last) {
		return nil
	}
	if idAt(last) == id {
		return []string{last}
	}
	var places []string
	for _, dir := range placesToLook(last, mountPoints()) {
		same := func(known string) bool { return sameDirectory(known, dir) }
		if idAt(dir) == id && !slices.ContainsFunc(places, same) {
			places = append(places, dir)
		}
	}
	return places
}

// placesToLook are the directories of mounted volumes that a tree may be in which was last at a path: what lies below
// each mount point under the end of the path, however long that is.
func placesToLook(last string, mounts []string) []string {
	var places []string
	parts := strings.Split(strings.Trim(filepath.ToSlash(last[len(filepath.VolumeName(last)):]), "/"), "/")
	for _, top := range mounts {
		for at := range len(parts) + 1 {
			places = append(places, filepath.Join(append([]string{top}, parts[at:]...)...))
		}
	}
	return places
}

// idAt is the id of the tree at dir, "" where there is none.
func idAt(dir string) string {
	if _, err := os.Lstat(filepath.Join(dir, ".treaty", "tree.json")); err != nil {
		return ""
	}
	folder, err := reach.Store(dir)
	if err != nil {
		return ""
	}
	defer folder.Close()
	identity, err := folder.Identity()
	if err != nil || identity == nil {
		return ""
	}
	return identity.ID
}

// expectedAt is the id of the tree that should be at a path: that of the plan that a command is about, or that of the
// tree that the other one was last synced with there; "" where nobody knows.
func (i *invocation) expectedAt(side plan.Side, root string) string {
	if i.about != nil {
		if id := i.about.Snapshot(side).ID; id != nil {
			return *id
		}
	}
	other, err := reach.Store(home.Expand(i.trees[side.Other()]))
	if err != nil {
		return ""
	}
	defer other.Close()
	identity, err := other.Identity()
	if err != nil || identity == nil {
		return ""
	}
	return partnerAt(identity, other.Host(), root)
}

// partnerAt is the id of the tree that was at a path of a host when it was last synced, "" for none.
func partnerAt(identity *store.TreeFile, host, root string) string {
	if !slices.Contains(identity.PartnersOn(host), root) {
		return ""
	}
	for id, partner := range identity.Partners {
		if partner.Root == root {
			return id
		}
	}
	return ""
}

// syncedAt is the id of the tree that the one of a folder was last synced with at a path of this machine, wherever
// that tree was later on; "" where nobody knows. That it may be asked often, nothing is read of what was applied as
// long as the tree is there, or was synced with nowhere else since.
func syncedAt(folder *store.Store, path string) string {
	identity, err := folder.Identity()
	if err != nil || identity == nil {
		return ""
	}
	if id := partnerAt(identity, folder.Host(), path); id != "" {
		return id
	}
	if id := idAt(path); id != "" {
		return id
	}
	list, err := folder.History()
	if err != nil {
		return ""
	}
	for _, archived := range slices.Backward(list) {
		p, err := folder.Plan(archived)
		if err != nil || rootHere(p, plan.Remote) != path {
			continue
		}
		id, err := folder.AppliedTo(archived)
		if err != nil {
			return ""
		}
		return id
	}
	return ""
}

// absolute is a path from the root on; as it is where the current directory is not known, and where it is an address.
func absolute(path string) string {
	if address.Is(path) {
		return path
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return abs
}

// moved is the command that goes on with a tree where it is now; otherwise where it is not found, or more than once.
func moved(side plan.Side, root string, otherwise hint) hint {
	return func(i *invocation) string {
		places := whereabouts(i.expectedAt(side, root), root)
		if len(places) != 1 || places[0] == root {
			return otherwise(i)
		}
		at := places[0]
		advice := "the tree is now at " + at
		if i.name == "apply" {
			there := *i
			there.args = slices.Concat(i.args, []string{"--" + side.String(), at})
			return then(advice, again)(&there)
		}
		there := *i
		there.trees[side] = at
		return then(advice, comparing())(&there)
	}
}
