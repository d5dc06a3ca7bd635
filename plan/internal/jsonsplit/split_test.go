package jsonsplit

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// parted is what a Splitter makes of a text: the elements of each array, and the envelope; false where it is refused.
func parted(s Splitter, r io.Reader, buffer int) (elements map[string][]any, envelope []byte, ok bool) {
	elements = map[string][]any{}
	ok = s.All(r, make([]byte, buffer), func(name string, _, text []byte) ([]byte, bool) {
		var some []any
		if json.Unmarshal(fmt.Appendf(nil, "[%s]", text), &some) != nil {
			return nil, false
		}
		elements[name] = append(elements[name], some...)
		return text[:0], true
	})
	return elements, s.Head(), ok
}

func TestArraysArePartedAndTheRestIsTheEnvelope(t *testing.T) {
	const text = `{"a": "\"list\":[1", "list": [ {"x":[1, 2]} , "],[\\" ,3 ],
		"none":[ ], "other":[[4],5], "z":{"list":[9]}, "end": [6]}`
	elements := map[string][]any{
		"list":  {map[string]any{"x": []any{1.0, 2.0}}, `],[\`, 3.0},
		"other": {[]any{4.0}, 5.0},
	}
	envelope := map[string]any{"a": `"list":[1`, "list": []any{}, "none": []any{}, "other": []any{},
		"z": map[string]any{"list": []any{9.0}}, "end": []any{6.0}}
	for size := 1; size <= 3; size++ {
		for buffer := 1; buffer < len(text)+2; buffer++ {
			s := Splitter{Parts: Parts{Arrays: []string{"list", "none", "other"}, MaxSize: int64(len(text)), PieceSize: size}}
			got, head, ok := parted(s, strings.NewReader(text), buffer)
			var rest map[string]any
			if err := json.Unmarshal(head, &rest); !ok || err != nil || !reflect.DeepEqual(rest, envelope) ||
				!reflect.DeepEqual(got, elements) {
				t.Fatalf("pieces of %d through %d bytes: %v, and %s, %v", size, buffer, got, head, ok)
			}
		}
	}
}

func TestWhatIsKnownIsNotLookedInto(t *testing.T) {
	const known = `{"not": ]"JSON}`
	s := Splitter{Parts: Parts{Arrays: []string{"list", "other"}, MaxSize: 1 << 10, PieceSize: 9}}
	s.Known = func(text []byte) int {
		if bytes.HasPrefix(text, []byte(known)) {
			return len(known)
		}
		return 0
	}
	var pieces []string
	if !s.All(strings.NewReader(`{"list":[{"a":1},`+known+`,{"b":2}],"other":[]}`), make([]byte, 64),
		func(_ string, _, elements []byte) ([]byte, bool) {
			pieces = append(pieces, string(elements))
			return nil, true
		}) || !reflect.DeepEqual(pieces, []string{`{"a":1},` + known, `{"b":2}`}) {
		t.Errorf("the pieces are %q", pieces)
	}
}

func TestATextThatCannotBePartedIsRefused(t *testing.T) {
	s := Splitter{Parts: Parts{Arrays: []string{"list"}, MaxSize: 30, PieceSize: 2}}
	for _, text := range []string{`{"list":[1,,2]}`, `{"list":[,1]}`, `{"list":[1,]}`, `{"list":[1`, `{"list":[1}`,
		`{"list":[1,2],"too":"long a text"}`} {
		if elements, head, ok := parted(s, strings.NewReader(text), 64); ok {
			t.Errorf("%s is parted into %v and %s", text, elements, head)
		}
	}
	if _, _, ok := parted(s, iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(`{"list":[1]}`))), 64); ok {
		t.Error("a text that cannot be read to its end is parted")
	}
	if s.All(strings.NewReader(`{"list":[1]}`), make([]byte, 64), func(string, []byte, []byte) ([]byte, bool) {
		return nil, false
	}) {
		t.Error("a piece that is not wanted is no reason to stop")
	}
}

func TestWhereAnObjectEnds(t *testing.T) {
	for text, want := range map[string]int{`{}x`: 2, `{"a":"}\"}"}, {`: 12, `{"a":{`: 0, `[]`: 0, ``: 0} {
		if got := Object([]byte(text)); got != want {
			t.Errorf("%s ends at %d, want %d", text, got, want)
		}
	}
	for text, want := range map[string]bool{`{"a":[1],"b`: true, `{"a":[`: false, `{}`: false, `{"a":"["`: true} {
		if Outermost([]byte(text)) != want {
			t.Errorf("%s ends in the outermost object: %v", text, !want)
		}
	}
	if got := Space([]byte(" \n\tx ")); got != 3 {
		t.Errorf("there are %d bytes of white space", got)
	}
}
