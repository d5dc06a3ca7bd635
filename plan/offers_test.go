package plan_test

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"treaty/plan"
	"treaty/schema"
)

// What an editor offers by the schema is what the program knows, in the same order.
func TestTheSchemaOffersTheResolutionsThatThereAre(t *testing.T) {
	var text struct {
		Defs struct {
			Conflict struct {
				Properties struct {
					Choices struct {
						Properties map[string]any
					}
					Resolution struct {
						Enum     []*string
						Snippets []struct{ Body string } `json:"defaultSnippets"`
					}
				}
			}
		} `json:"$defs"`
	}
	if err := json.Unmarshal(schema.Text(schema.Plan), &text); err != nil {
		t.Fatal(err)
	}
	var want, enum, snippets []string
	for _, r := range plan.Resolutions {
		want = append(want, string(r))
	}
	properties := &text.Defs.Conflict.Properties
	for _, name := range properties.Resolution.Enum {
		if name != nil {
			enum = append(enum, *name)
		}
	}
	for _, snippet := range properties.Resolution.Snippets {
		snippets = append(snippets, snippet.Body)
	}
	choices := slices.Sorted(maps.Keys(properties.Choices.Properties))
	if !slices.Equal(enum, want) || !slices.Equal(snippets, want) ||
		!slices.Equal(choices, slices.Sorted(slices.Values(want))) {
		t.Errorf("the schema's enum has %q, its snippets %q, its choices %q; want %q", enum, snippets, choices, want)
	}
}
