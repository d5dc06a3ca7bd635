package jsontext

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"treaty/plan/visible"
	"treaty/testdata/effort"
)

// reflected is what encoding/json makes of a value.
func reflected(t interface{ Fatal(...any) }, v any, indent string) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		t.Fatal(err)
	}
	return visible.JSON(bytes.TrimRight(buf.Bytes(), "\n"))
}

type sample struct {
	Text  string     `json:"text"`
	N     int64      `json:"n"`
	Is    bool       `json:"is"`
	At    time.Time  `json:"at"`
	List  []string   `json:"list"`
	Empty struct{}   `json:"empty"`
	Deep  [][]sample `json:"deep"`
}

var aString = rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"", "a/b c.txt", "\"\\\b\f\n\r\t\x00\x1f\x7f<>&",
	"é\u2028\u2029\ufffd\xff\xc3", "a\u200db\u202e\U000e0041", "❤\ufe0f 1\ufe0f\u20e3"}))

func anySample(t *rapid.T, depth int) sample {
	s := sample{Text: aString.Draw(t, "text"), N: rapid.Int64().Draw(t, "n"), Is: rapid.Bool().Draw(t, "is"),
		At:   time.Unix(rapid.Int64Range(-1e9, 1e10).Draw(t, "at"), rapid.Int64Range(0, 999_999_999).Draw(t, "ns")).UTC(),
		List: rapid.SliceOfN(aString, 0, 3).Draw(t, "list")}
	if s.List == nil {
		s.List = []string{}
	}
	if depth > 0 && rapid.Bool().Draw(t, "deeper") {
		s.Deep = [][]sample{{anySample(t, depth-1), anySample(t, depth-1)}, {}}
	}
	return s
}

func write(w *Writer, s *sample) {
	w.Open('{')
	w.Member("text", s.Text)
	w.Name("n")
	w.Int(s.N)
	w.Name("is")
	w.Bool(s.Is)
	w.Name("at")
	w.Time(s.At)
	w.Name("list")
	w.Open('[')
	for _, text := range s.List {
		w.String(text)
	}
	w.Close(']')
	w.Name("empty")
	w.Open('{')
	w.Close('}')
	w.Name("deep")
	if s.Deep == nil {
		w.Null()
	} else {
		writeDeep(w, s.Deep)
	}
	w.Close('}')
}

func writeDeep(w *Writer, deep [][]sample) {
	w.Open('[')
	for i := range deep {
		w.Open('[')
		for j := range deep[i] {
			write(w, &deep[i][j])
		}
		w.Close(']')
	}
	w.Close(']')
}

func read(r *Reader, s *sample) {
	for r.Open('{'); r.More('}'); {
		switch string(r.Name()) {
		case "text":
			s.Text = r.String()
		case "n":
			s.N = r.Int()
		case "is":
			s.Is = r.Bool()
		case "at":
			r.Fail(s.At.UnmarshalText(r.Text()))
		case "list":
			s.List = []string{}
			for r.Open('['); r.More(']'); {
				s.List = append(s.List, r.String())
			}
		case "deep":
			if !r.Null() {
				s.Deep = readDeep(r)
			}
		default:
			r.Skip()
		}
	}
}

func readDeep(r *Reader) [][]sample {
	deep := [][]sample{}
	for r.Open('['); r.More(']'); {
		row := []sample{}
		for r.Open('['); r.More(']'); {
			var s sample
			read(r, &s)
			row = append(row, s)
		}
		deep = append(deep, row)
	}
	return deep
}

func TestWhatIsWrittenIsWhatReflectionWritesAndIsReadBack(t *testing.T) {
	effort.Check(t, 50, 500, func(t *rapid.T) {
		s := anySample(t, 2)
		var line Writer
		write(&line, &s)
		if want := reflected(t, s, ""); !bytes.Equal(line.Bytes(), want) {
			t.Fatalf("on a line\n%s\nwant\n%s", line.Bytes(), want)
		}
		inside := Inside(1)
		inside.Name("sample")
		write(inside, &s)
		inside.Close('}')
		want := reflected(t, map[string]any{"sample": s}, "  ")
		if got := append([]byte{'{'}, inside.Bytes()[1:]...); !bytes.Equal(got, want) {
			t.Fatalf("indented\n%s\nwant\n%s", got, want)
		}
		for _, text := range [][]byte{line.Bytes(), reflected(t, s, "\t")} {
			readsBack(t, text)
		}
	})
}

// readsBack holds a Reader to encoding/json.
func readsBack(t *rapid.T, text []byte) {
	var got, want sample
	r := NewReader(text)
	read(&r, &got)
	if err := r.Err(); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if err := json.Unmarshal(text, &want); err != nil || !reflect.DeepEqual(got, want) {
		t.Fatalf("%v: from %s\n%+v\nwant\n%+v", err, text, got, want)
	}
}

func FuzzStringsAreWrittenAsReflectionWritesThem(f *testing.F) {
	for _, s := range []string{"", "a", "\"\\\b\f\n\r\t\x00\x1f\x7f", "é\u2028\ufffd\xff\xc3",
		"a\u200db\u202e\U000e0041"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if got, want := AppendString(nil, s), reflected(t, s, ""); !bytes.Equal(got, want) {
			t.Errorf("%q is written %s, want %s", s, got, want)
		}
	})
}

// A Reader ends at the first thing that is not as expected, whatever it is given.
func FuzzReaderEnds(f *testing.F) {
	for _, text := range []string{`{"text": "a\u0041", "deep": [[{}]], "x": [1, {"y": null}]}`, `{"list": [}`, `{"a"`,
		`[,]`, `{"n": 1]`, `{"text": "\`} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var s sample
		r := NewReader(text)
		read(&r, &s)
		r = NewReader(text)
		r.Skip()
		if valid := json.Valid(text); valid && len(bytes.TrimSpace(text[r.pos:])) > 0 || valid && r.Err() != nil {
			t.Errorf("%s: skipped to %d, %v", text, r.pos, r.Err())
		}
	})
}
