package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// A step of a path into JSON: a key, and conditions on the element of its array. "operations[path=a.txt,
// side=remote].decision" is the decision of the one operation with that path and side, "problems[0]" the
// first problem, "conflicts.length" how many there are.
type step struct {
	key        string
	conditions []string
}

func parseSteps(path string) (steps []step) {
	for path != "" {
		var s step
		end := strings.IndexAny(path, ".[")
		if end < 0 {
			end = len(path)
		}
		s.key, path = path[:end], path[end:]
		for strings.HasPrefix(path, "[") {
			inside, rest, _ := strings.Cut(path[1:], "]")
			s.conditions = append(s.conditions, strings.Split(inside, ",")...)
			path = rest
		}
		path = strings.TrimPrefix(path, ".")
		steps = append(steps, s)
	}
	return steps
}

// holder finds what holds the value at the end of a path, and its key or index there.
func holder(root any, path string) (in any, at any, err error) {
	in, at = []any{root}, 0
	get := func() any {
		switch in := in.(type) {
		case map[string]any:
			return in[at.(string)]
		case []any:
			return in[at.(int)]
		}
		return nil
	}
	for _, s := range parseSteps(path) {
		if s.key != "" {
			if list, ok := get().([]any); ok && s.key == "length" {
				return []any{json.Number(strconv.Itoa(len(list)))}, 0, nil
			}
			object, ok := get().(map[string]any)
			if !ok {
				return nil, nil, fmt.Errorf("%s: nothing has the member %s", path, s.key)
			}
			in, at = object, s.key
		}
		if len(s.conditions) == 0 {
			continue
		}
		list, ok := get().([]any)
		if !ok {
			return nil, nil, fmt.Errorf("%s: %s is no array", path, s.key)
		}
		if n, err := strconv.Atoi(s.conditions[0]); err == nil {
			if n >= len(list) {
				return nil, nil, fmt.Errorf("%s: there are %d", path, len(list))
			}
			in, at = list, n
			continue
		}
		found := -1
		for i, e := range list {
			if !meets(e, s.conditions) {
				continue
			}
			if found >= 0 {
				return nil, nil, fmt.Errorf("%s: more than one meets %v", path, s.conditions)
			}
			found = i
		}
		if found < 0 {
			return nil, nil, fmt.Errorf("%s: none meets %v", path, s.conditions)
		}
		in, at = list, found
	}
	return in, at, nil
}

func meets(element any, conditions []string) bool {
	for _, c := range conditions {
		key, want, _ := strings.Cut(c, "=")
		object, _ := element.(map[string]any)
		value, ok := object[strings.TrimSpace(key)]
		if !ok || text(value) != want {
			return false
		}
	}
	return true
}

// text is a string itself, and all else as JSON.
func text(value any) string {
	if s, ok := value.(string); ok {
		return s
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(value)
	return strings.TrimSpace(out.String())
}

func decodeJSON(data string) (v any, err error) {
	dec := json.NewDecoder(strings.NewReader(data))
	dec.UseNumber()
	return v, dec.Decode(&v)
}

// given is a value from a script: JSON, or else a string.
func given(arg string) any {
	if v, err := decodeJSON(arg); err == nil && json.Valid([]byte(arg)) {
		return v
	}
	return arg
}

// cmdJSON: json FILE PATH WANT compares a value; FILE may be stdout. json FILE PATH > NAME keeps it in
// the environment. ! json FILE PATH finds nothing there.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	root, err := decodeJSON(ts.ReadFile(args[0]))
	ts.Check(err)
	in, at, err := holder(root, args[1])
	var value any
	if err == nil {
		ok := true
		switch in := in.(type) {
		case map[string]any:
			value, ok = in[at.(string)]
		case []any:
			value = in[at.(int)]
		}
		if !ok {
			err = fmt.Errorf("%s: not there", args[1])
		}
	}
	switch {
	case neg && len(args) == 2:
		if err == nil {
			ts.Fatalf("%s is there: %s", args[1], text(value))
		}
		return
	case err != nil:
		ts.Fatalf("%v", err)
	case len(args) == 4 && args[2] == ">":
		ts.Setenv(args[3], text(value))
	case len(args) == 2:
	default:
		if same := reflect.DeepEqual(value, given(args[2])) || text(value) == args[2]; same == neg {
			ts.Fatalf("%s is %s", args[1], text(value))
		}
	}
}

// cmdEdit: edit FILE PATH VALUE sets a value, edit FILE PATH + VALUE adds to an array, edit FILE PATH -
// removes. The file is written again with its keys sorted: no more canonical than after a person's editor.
func cmdEdit(ts *testscript.TestScript, neg bool, args []string) {
	file := ts.MkAbs(args[0])
	root, err := decodeJSON(ts.ReadFile(args[0]))
	ts.Check(err)
	in, at, err := holder(root, args[1])
	ts.Check(err)
	set := func(in, at, value any) {
		switch in := in.(type) {
		case map[string]any:
			in[at.(string)] = value
		case []any:
			in[at.(int)] = value
		}
	}
	switch {
	case len(args) == 4 && args[2] == "+":
		list := in.(map[string]any)[at.(string)].([]any)
		set(in, at, append(list, given(args[3])))
	case args[2] == "-":
		switch in := in.(type) {
		case map[string]any:
			delete(in, at.(string))
		case []any:
			parent := args[1][:strings.LastIndexByte(args[1], '[')]
			above, key, err := holder(root, parent)
			ts.Check(err)
			set(above, key, slices.Delete(in, at.(int), at.(int)+1))
		}
	default:
		set(in, at, given(args[2]))
	}
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	ts.Check(enc.Encode(root))
	ts.Check(os.WriteFile(file, out.Bytes(), 0o666))
}

// cmdSubst: subst FILE OLD NEW replaces a text that must be there, once. \n stands for a line's end.
func cmdSubst(ts *testscript.TestScript, neg bool, args []string) {
	unescape := strings.NewReplacer(`\n`, "\n", `\xff`, "\xff", `\ufeff`, "\ufeff").Replace
	old, text := unescape(args[1]), ts.ReadFile(args[0])
	if !strings.Contains(text, old) {
		ts.Fatalf("%s does not contain %q", args[0], old)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(text, old, unescape(args[2]), 1)), 0o666))
}

// cmdShuffle: shuffle PLAN turns the operations round and gives them other ids, with gaps.
func cmdShuffle(ts *testscript.TestScript, neg bool, args []string) {
	root, err := decodeJSON(ts.ReadFile(args[0]))
	ts.Check(err)
	operations := root.(map[string]any)["operations"].([]any)
	slices.Reverse(operations)
	for i, op := range operations {
		op.(map[string]any)["id"] = 1000 - 7*i
	}
	text, err := json.Marshal(root)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), text, 0o666))
}

// cmdDeep: deep FILE writes JSON of a hundred thousand levels.
func cmdDeep(ts *testscript.TestScript, neg bool, args []string) {
	const levels = 100_000
	text := strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o666))
}

// cmdResum: resum FILE makes the sum at the end of a snapshot fit what stands before it.
func cmdResum(ts *testscript.TestScript, neg bool, args []string) {
	text := strings.TrimSuffix(ts.ReadFile(args[0]), "\n")
	before, end := text[:strings.LastIndex(text, "\n")+1], text[strings.LastIndex(text, "\n")+1:]
	sum := fmt.Sprintf("%x", sha256.Sum256([]byte(before)))
	end = end[:strings.LastIndex(end, `"sha256":"`)] + `"sha256":"` + sum + `"}`
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(before+end+"\n"), 0o600))
}
