package apply_test

import (
	"maps"
	"slices"
	"strings"

	"pgregory.net/rapid"
)

// mutate changes one thing in a plan: an operation is dropped, doubled, turned to the other side, given
// another path, action or state; a conflict gets other names; or the plan lies about the trees.
func mutate(r *rapid.T, document map[string]any) {
	operations, _ := document["operations"].([]any)
	conflicts, _ := document["conflicts"].([]any)
	paths := []string{"a", "b", "c", "a/a", "a/b", "b/c/a", "new", "a/new", "..", "../outside", "a/../../outside",
		"/etc/x", ".treaty/tree.json", ".treaty/trash/x", ".TREATY/x", "a//b", "", "a\x00b", strings.Repeat("x", 300),
		"outside", "a\\b"}
	path := func() string { return rapid.SampledFrom(paths).Draw(r, "path") }
	side := func() string { return rapid.SampledFrom([]string{"local", "remote"}).Draw(r, "side") }
	switch what := rapid.IntRange(0, 19).Draw(r, "edit"); {
	case what >= 13:
		lie(r, document)
	case what <= 9 && len(operations) > 0:
		i := rapid.IntRange(0, len(operations)-1).Draw(r, "operation")
		op := operations[i].(map[string]any)
		j := rapid.IntRange(0, len(operations)-1).Draw(r, "other operation")
		other := operations[j].(map[string]any)
		switch what {
		case 0:
			document["operations"] = slices.Delete(operations, i, i+1)
		case 1:
			double := map[string]any{}
			for key, value := range op {
				double[key] = value
			}
			double["id"] = 1000 + len(operations)
			double["path"] = path()
			document["operations"] = append(operations, double)
		case 2:
			op["side"] = side()
		case 3:
			op["path"] = path()
		case 4:
			op["action"] = rapid.SampledFrom([]string{"create", "update", "delete", "move", "chmod", "touch"}).Draw(r, "action")
			if op["action"] == "move" {
				op["from"] = path()
			}
		case 5:
			key := rapid.SampledFrom([]string{"before", "after"}).Draw(r, "state")
			op[key] = other[key]
		case 6:
			op["source"] = map[string]any{"tree": side(), "path": path()}
		case 7:
			op["from"] = path()
		case 8:
			op["before"], op["after"] = op["after"], op["before"]
			if op["action"] == "create" {
				op["action"] = "delete"
				delete(op, "source")
			} else if op["action"] == "delete" {
				op["action"] = "create"
				op["source"] = map[string]any{"tree": side(), "path": path()}
			}
		case 9:
			key := rapid.SampledFrom([]string{"before", "after"}).Draw(r, "state")
			if state, ok := op[key].(map[string]any); ok {
				changed := map[string]any{}
				for k, value := range state {
					changed[k] = value
				}
				switch rapid.IntRange(0, 4).Draw(r, "field") {
				case 0:
					changed["mode"] = "0777"
				case 1:
					changed["mtime"] = "2026-01-01T00:00:10Z"
				case 2:
					changed["size"] = 1
				case 3:
					changed["target"] = "/etc"
				case 4:
					delete(changed, "sha256")
				}
				op[key] = changed
			}
		}
	case what <= 12 && len(conflicts) > 0:
		c := conflicts[rapid.IntRange(0, len(conflicts)-1).Draw(r, "conflict")].(map[string]any)
		switch what {
		case 10:
			c["path"] = path()
		case 11:
			c["keep_both_as"] = path()
		case 12:
			c["local"], c["remote"] = c["remote"], c["local"]
		}
	}
}

// lie makes a plan say of the trees, of what was asked, or of what is where, what is not so.
func lie(r *rapid.T, document map[string]any) {
	of := document[rapid.SampledFrom([]string{"local", "remote"}).Draw(r, "of")].(map[string]any)
	zeros := strings.Repeat("0", 64)
	switch rapid.IntRange(0, 9).Draw(r, "lie") {
	case 0:
		of["digest"] = rapid.SampledFrom([]string{zeros, strings.Repeat("7", 64)}).Draw(r, "digest")
	case 1:
		ignored := rapid.SampledFrom([]string{"*", "a", "b/", "new"}).Draw(r, "ignored")
		document["options"].(map[string]any)["ignore"] = []any{ignored}
	case 2:
		odd := rapid.SampledFrom([]map[string]any{{"hash": "conflicts"}, {"hash": "all"}, {"bidirectional": "conflict"},
			{"align_times": true}, {"fix_modes": true}, {"default_ignores": false}, {"max_deletes": 1},
			{"allow_many_deletes": true}, {"remote_fs": "fat"}, {"local_fs": "unknown"}, {"umask": "0077"},
			{"executable": map[string]any{"overrides": []any{"*"}, "extensions": map[string]any{}}},
		}).Draw(r, "option")
		maps.Copy(document["options"].(map[string]any), odd)
	case 3:
		trait := rapid.SampledFrom([]map[string]any{{"modes": false}, {"symlinks": false}, {"case_sensitive": false},
			{"names": "windows"}, {"mtime_granularity_ns": 2_000_000_000}, {"mtime_granularity_ns": 3_600_000_000_000},
			{"profile": "fat", "type": "vfat"}, {"source": "declared"}, {"max_file_size": 1}, {"volume": "another"},
		}).Draw(r, "trait")
		maps.Copy(of["filesystem"].(map[string]any), trait)
	case 4:
		document["local"], document["remote"] = document["remote"], document["local"]
	case 5:
		document["local"], document["remote"] = document["remote"], document["local"]
		for _, element := range elementsOf(document, "operations") {
			mirror(element)
			if source, ok := element["source"].(map[string]any); ok {
				mirror(source)
			}
		}
	case 6:
		document["baseline"] = nil
	case 7:
		of["id"] = rapid.SampledFrom([]any{nil, strings.Repeat("ab", 16)}).Draw(r, "id")
	case 8:
		hashes(r, document, zeros)
	case 9:
		below(r, document)
	}
}

// elementsOf are the operations or the conflicts of a plan.
func elementsOf(document map[string]any, name string) []map[string]any {
	var all []map[string]any
	list, _ := document[name].([]any)
	for _, element := range list {
		all = append(all, element.(map[string]any))
	}
	return all
}

// mirror turns what an element says of one side to the other.
func mirror(element map[string]any) {
	other := map[any]any{"local": "remote", "remote": "local"}
	for _, key := range []string{"side", "tree"} {
		if side, there := element[key]; there {
			element[key] = other[side]
		}
	}
}

// hashes gives some states a hash that no content has, or that of another content.
func hashes(r *rapid.T, document map[string]any, hash string) {
	for _, element := range append(elementsOf(document, "operations"), elementsOf(document, "conflicts")...) {
		for _, key := range []string{"before", "after", "local", "remote", "base"} {
			state, ok := element[key].(map[string]any)
			if ok && state["sha256"] != nil && rapid.Bool().Draw(r, "this one") {
				state["sha256"] = rapid.SampledFrom([]string{hash, strings.Repeat("1", 64)}).Draw(r, "hash")
			}
		}
	}
}

// below puts something under a file, a link or a conflict that the plan has, or gives a conflict's second name a
// spelling of the first.
func below(r *rapid.T, document map[string]any) {
	all := append(elementsOf(document, "operations"), elementsOf(document, "conflicts")...)
	if len(all) == 0 {
		return
	}
	one := all[rapid.IntRange(0, len(all)-1).Draw(r, "one")]
	other := all[rapid.IntRange(0, len(all)-1).Draw(r, "other")]
	path, _ := one["path"].(string)
	name := rapid.SampledFrom([]string{path, path + "/x", path + "/x/y", strings.ToUpper(path), path + ".",
		path + " (remote)"}).Draw(r, "name")
	key := "path"
	if _, there := other["keep_both_as"]; there {
		key = "keep_both_as"
	}
	other[key] = name
}
