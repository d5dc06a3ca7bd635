package schema

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// walk visits a schema and all schemas in it that describe a value rather than
// restrict one under a condition.
func walk(at string, schema map[string]any, visit func(at string, schema map[string]any)) {
	visit(at, schema)
	for _, in := range []string{"properties", "$defs"} {
		children, _ := schema[in].(map[string]any)
		for _, name := range slices.Sorted(maps.Keys(children)) {
			walk(at+"/"+in+"/"+name, children[name].(map[string]any), visit)
		}
	}
	for _, in := range []string{"items", "additionalProperties"} {
		if child, ok := schema[in].(map[string]any); ok {
			walk(at+"/"+in, child, visit)
		}
	}
}

func TestEverythingIsDescribed(t *testing.T) {
	for _, kind := range kinds {
		root := decode(Text(kind)).(map[string]any)
		if id := fmt.Sprint(root["$id"]); !strings.HasPrefix(id, "https://") || !strings.HasSuffix(id, "/"+FileName(kind)) {
			t.Errorf("%s has the $id %s", kind, id)
		}
		if root["title"] == nil || root["$schema"] != "https://json-schema.org/draft/2020-12/schema" {
			t.Errorf("%s lacks a title or its draft", kind)
		}
		walk(string(kind), root, func(at string, s map[string]any) {
			d, _ := s["description"].(string)
			if _, ref := s["$ref"]; d == "" && !(ref && strings.HasSuffix(at, "/items")) {
				t.Errorf("%s has no description", at)
			}
			if e, ok := s["enum"].([]any); ok {
				if says, _ := s["enumDescriptions"].([]any); len(says) != len(e) {
					t.Errorf("%s describes %d of %d values", at, len(says), len(e))
				}
			}
			if s["pattern"] != nil && s["patternErrorMessage"] == nil {
				t.Errorf("%s does not say what its pattern expects", at)
			}
			if s["properties"] != nil && s["additionalProperties"] != false {
				t.Errorf("%s allows unknown properties", at)
			}
			required, _ := s["required"].([]any)
			for _, name := range required {
				if _, ok := s["properties"].(map[string]any)[name.(string)]; !ok {
					t.Errorf("%s requires %s and does not know it", at, name)
				}
			}
		})
	}
}

func TestReviewersMayEditWhatTheDesignSays(t *testing.T) {
	defs := decode(Text(Plan)).(map[string]any)["$defs"].(map[string]any)
	for def, names := range map[string][]string{"operation": {"decision", "note"}, "conflict": {"resolution", "note"}} {
		for _, name := range names {
			if _, ok := defs[def].(map[string]any)["properties"].(map[string]any)[name]; !ok {
				t.Errorf("%s has no %s", def, name)
			}
		}
	}
}

func TestPathsAreRelativeAndPlain(t *testing.T) {
	defs := decode(Text(Plan)).(map[string]any)["$defs"].(map[string]any)
	operation := defs["operation"].(map[string]any)["properties"].(map[string]any)
	path := regexp.MustCompile(operation["path"].(map[string]any)["pattern"].(string))
	for _, p := range []string{"a", "a/b", ".a", "..a", "...", "a.", "a..", ".a/..b/...", "a b", "a\\b", "a\nb", "é/日本",
		"~", "C:", "-", ".treatyignore", " ", "a/ "} {
		if !path.MatchString(p) {
			t.Errorf("%q is not accepted", p)
		}
	}
	for _, p := range []string{"", "/", "/a", "a/", "a//b", ".", "..", "./a", "../a", "a/.", "a/..", "a/./b", "a/../b",
		"a\x00b", "\x00", "a/\x00", "..\x00", ".\x00", "a\n/../b"} {
		if path.MatchString(p) {
			t.Errorf("%q is accepted", p)
		}
	}
}

func TestUnknownKindsHaveNoSchema(t *testing.T) {
	if Text("journal") != nil || Text("../kind") != nil || Text("") != nil {
		t.Error("there is one")
	}
}
