package config

import "testing"

func TestAChangedKeyLeavesTheOthersWhereTheyAre(t *testing.T) {
	given, err := ParseMembers([]byte(`{"b": 1, "a": {"x": 2, "y": 3}, "c": 4}`))
	if err != nil {
		t.Fatal(err)
	}
	text := func(m Members) string { return string(m.Text()) }
	for want, got := range map[string]string{
		`{"b":5,"a":{"x": 2, "y": 3},"c":4}`:       text(given.With("b", []byte("5"))),
		`{"b":1,"a":{"x": 2, "y": 3},"c":4,"d":5}`: text(given.With("d", []byte("5"))),
		`{"b":1,"a":{"x": 2, "y": 3}}`:             text(given.With("c", nil)),
		`{"b":1,"a":{"x": 2, "y": 3},"c":4}`:       text(given.With("d", nil)),
	} {
		if got != want {
			t.Errorf("%s, not %s", got, want)
		}
	}
	for name, want := range map[string]string{
		"b": `{"a":{"x": 2, "y": 3},"c":4}`, "a.x": `{"b":1,"a":{"y":3},"c":4}`, "a.z": "", "d": "", "c.x": "",
	} {
		if left, found := given.Without(name); found != (want != "") || found && text(left) != want {
			t.Errorf("without %s: %s, %v", name, left.Text(), found)
		}
	}
}

func TestWhatIsNoConfigIsNotWritten(t *testing.T) {
	for text, valid := range map[string]bool{
		`{"ignore": ["*.tmp"]}`: true, `{"hash": "some"}`: false, `{"ssh": {}}`: false, `{"absent": true}`: false,
		`{"ignore": ["["]}`: false,
	} {
		m, err := ParseMembers([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := m.File(); (err == nil) != valid {
			t.Errorf("%s: %v", text, err)
		}
	}
}
