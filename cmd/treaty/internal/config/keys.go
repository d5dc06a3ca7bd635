package config

import (
	"encoding/json"
	"slices"
	"strings"

	"treaty/schema"
)

// Key is a key that a tree's config may have, as the schema describes it.
type Key struct {
	Name string `json:"-"`
	// Type is that of JSON, Enum the words that there may be, of a string, and EnumDescriptions what each means.
	Type             string   `json:"type"`
	Description      string   `json:"description"`
	Enum             []string `json:"enum"`
	EnumDescriptions []string `json:"enumDescriptions"`
	// Properties are the names below an object's key, null where they may be any.
	Properties json.RawMessage `json:"properties"`
}

// Keys are the keys of the schema, in its order, but for the one that is for editors.
func Keys() ([]Key, error) {
	top, err := ParseMembers(schema.Text(schema.Config))
	if err != nil {
		return nil, err
	}
	all, err := ParseMembers(top.Of("properties"))
	if err != nil {
		return nil, err
	}
	var keys []Key
	for _, m := range all {
		if strings.HasPrefix(m.Name, "$") {
			continue
		}
		k := Key{Name: m.Name}
		if err := json.Unmarshal(m.Value, &k); err != nil {
			return nil, err
		}
		keys = append(keys, k)
	}
	return keys, nil
}

// Parsed is a value of the key as JSON, or, unless below is "", of that name in it: as it is where it
// is JSON that the key may have, or else a string, alone or in a list.
func (k *Key) Parsed(value, below string) json.RawMessage {
	text, _ := json.Marshal(value) // a string, which cannot fail
	isJSON := json.Valid([]byte(value))
	switch {
	case k.typeOf(below) == "string" && !strings.HasPrefix(value, `"`),
		!isJSON && (below != "" || k.Type != "array"):
		return text
	case !isJSON:
		return slices.Concat([]byte("["), text, []byte("]"))
	}
	return json.RawMessage(value)
}

// typeOf is the type that the schema has for a name below the key, or, for "", for the key; "" where it has none.
func (k *Key) typeOf(below string) string {
	if below == "" {
		return k.Type
	}
	var names map[string]struct {
		Type string `json:"type"`
	}
	if json.Unmarshal(k.Properties, &names) != nil {
		return ""
	}
	return names[below].Type
}
