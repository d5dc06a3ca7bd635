package trees

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

// MountPoints are where volumes are mounted; tests have theirs.
var MountPoints = scan.MountPoints

// Whereabouts are where the tree with an id is now that was last at a path: there, or else, since the volume may be
// mounted elsewhere today, wherever on a mounted volume; several are copies of each other. There are none where the
// tree is not found. Only mounted volumes are looked at: what lies beside the path with the same id is a copy, such as
// a backup.
func Whereabouts(id, last string) []string {
	if id == "" || address.Is(last) {
		return nil
	}
	if IDAt(last) == id {
		return []string{last}
	}
	var places []string
	for _, dir := range placesToLook(last, MountPoints()) {
		same := func(known string) bool { return SameDirectory(known, dir) }
		if IDAt(dir) == id && !slices.ContainsFunc(places, same) {
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

// IDAt is the id of the tree at dir, "" where there is none.
func IDAt(dir string) string {
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

// PartnerAt is the id of the tree that was at a path of a host when it was last synced, "" for none.
func PartnerAt(identity *store.TreeFile, host, root string) string {
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

// SyncedAt is the id of the tree that the one of a folder was last synced with at a path of this machine, wherever
// that tree was later on; "" where nobody knows. That it may be asked often, nothing is read of what was applied as
// long as the tree is there, or was synced with nowhere else since.
func SyncedAt(folder *store.Store, path string) string {
	identity, err := folder.Identity()
	if err != nil || identity == nil {
		return ""
	}
	if id := PartnerAt(identity, folder.Host(), path); id != "" {
		return id
	}
	if id := IDAt(path); id != "" {
		return id
	}
	list, err := folder.History()
	if err != nil {
		return ""
	}
	for _, archived := range slices.Backward(list) {
		p, err := folder.Plan(archived)
		if err != nil || RootHere(p, plan.Remote) != path {
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

// SameDirectory tells whether two paths lead to one directory.
func SameDirectory(a, b string) bool {
	first, err := os.Stat(home.Expand(a))
	if err != nil {
		return filepath.Clean(a) == filepath.Clean(b)
	}
	second, err := os.Stat(home.Expand(b))
	return err == nil && os.SameFile(first, second)
}
