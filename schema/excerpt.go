package schema

import (
	"maps"
	"strings"
)

// excerpt returns a schema that says what rules says, with those definitions of root that rules or the named ones
// refer to, at the places where they are in root. It is as much smaller to compile.
func excerpt(root, rules map[string]any, named ...string) map[string]any {
	out := maps.Clone(rules)
	all, _ := root["$defs"].(map[string]any)
	defs := map[string]any{}
	var add func(name string)
	add = func(name string) {
		if _, known := defs[name]; !known {
			defs[name] = all[name]
			eachReference(all[name], add)
		}
	}
	delete(out, "$defs")
	eachReference(out, add)
	for _, name := range named {
		add(name)
	}
	out["$schema"], out["$id"], out["$defs"] = root["$schema"], root["$id"], defs
	return out
}

// withoutElements returns the rules of root without those for the elements of the arrays.
func withoutElements(root map[string]any, arrays map[string]string) map[string]any {
	out := maps.Clone(root)
	if len(arrays) == 0 {
		return out
	}
	properties := maps.Clone(root["properties"].(map[string]any))
	for array := range arrays {
		rules := maps.Clone(properties[array].(map[string]any))
		delete(rules, "items")
		properties[array] = rules
	}
	out["properties"] = properties
	return out
}

// eachReference visits the names of the definitions that a schema refers to.
func eachReference(schema any, visit func(name string)) {
	switch s := schema.(type) {
	case map[string]any:
		if ref, ok := s["$ref"].(string); ok {
			visit(strings.TrimPrefix(ref, "#/$defs/"))
		}
		for _, v := range s {
			eachReference(v, visit)
		}
	case []any:
		for _, v := range s {
			eachReference(v, visit)
		}
	}
}
