package store

import (
	"bytes"
	"compress/flate"
	"crypto/sha256"
	"io"
	"strings"
	"testing"

	"treaty/apply/volume"
	"treaty/plan"
)

// texts are of all lengths at which something else is done with them.
func texts() (list []string) {
	for _, n := range []int{0, 1, 200, baseRoom - 1, baseRoom, baseRoom + 1, 6000, mostShort, mostShort + 1, 1 << 16,
		plan.MostText} {
		list = append(list, strings.Repeat("a line of text\n", n/15+1)[:n])
	}
	return append(list, everyByte(baseRoom), everyByte(baseRoom+3))
}

// everyByte is a text of n bytes with every one, also of such as no code is short for.
func everyByte(n int) string {
	var all [256]byte
	for i := range all {
		all[i] = byte(i)
	}
	return strings.Repeat(string(all[:]), n/len(all)+1)[:n]
}

func TestWhatIsDeflatedIsInflatedByAnybody(t *testing.T) {
	packing := newPacker()
	for _, text := range texts() {
		packed, err := packing.pack([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if back, err := unpack(packed); err != nil || string(back) != text {
			t.Errorf("%d bytes come back as %d: %v", len(text), len(back), err)
		}
		if back, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed))); err != nil || string(back) != text {
			t.Errorf("%d bytes come back from the library as %d: %v", len(text), len(back), err)
		}
		if most := MostRoom(int64(len(text))); RoomFor(int64(len(packed))) > most {
			t.Errorf("%d bytes take %d, and may take %d", len(text), len(packed), most)
		}
	}
}

func TestWhatTheLibraryDeflatesIsInflated(t *testing.T) {
	for _, text := range texts() {
		for _, level := range []int{flate.NoCompression, flate.BestSpeed, flate.BestCompression} {
			if back, err := unpack(deflated(t, text, level)); err != nil || string(back) != text {
				t.Errorf("%d bytes of level %d come back as %d: %v", len(text), level, len(back), err)
			}
		}
	}
}

func deflated(t *testing.T, text string, level int) []byte {
	t.Helper()
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, level)
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return packed.Bytes()
}

// Many small texts take no memory but their own: for what is deflated, and where that lies.
func TestASmallTextIsDeflatedAndInflatedWithoutACompressor(t *testing.T) {
	text := bytes.Repeat([]byte("a small text\n"), 20)
	packing := newPacker()
	if n := testing.AllocsPerRun(100, func() {
		packed, err := packing.pack(text)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := unpack(packed); err != nil {
			t.Fatal(err)
		}
	}); n > 0 {
		t.Errorf("it allocates %v times", n)
	}
	if len(packing.compressors) > 0 {
		t.Error("it has a compressor")
	}
}

// What a search takes off a text that takes the least room without one is time and no room.
func TestATextThatTakesTheLeastRoomWithoutASearchIsDeflatedWithoutOne(t *testing.T) {
	for _, c := range []struct {
		text    string
		without bool
	}{
		{"if err != nil {\n\t\treturn nil, err\n\t}\n", true},
		{"It is a truth universally acknowledged, that a single man in possession ", true},
		{everyByte(256), false},
		{"Это текст, в котором нет ни одной латинской буквы.\n", true},
	} {
		packing := newPacker()
		text := strings.Repeat(c.text, 6000/len(c.text)+1)[:6000]
		packed, err := packing.pack([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if without := packing.compressors[flate.BestSpeed] == nil; without != c.without {
			t.Errorf("without a search is %v of %.40q…", without, text)
		}
		if room := RoomFor(int64(len(packed))); room != baseRoom {
			t.Errorf("%.40q… takes %d bytes", text, room)
		}
	}
}

// FuzzPack holds what is deflated to what the library inflates.
func FuzzPack(f *testing.F) {
	for _, text := range texts() {
		if len(text) <= mostShort {
			f.Add([]byte(text))
		}
	}
	f.Add([]byte(strings.Repeat("\x00", mostShort)))
	packing := newPacker()
	f.Fuzz(func(t *testing.T, text []byte) {
		packed, err := packing.pack(text)
		if err != nil {
			t.Fatal(err)
		}
		back, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
		if err != nil || !bytes.Equal(back, text) {
			t.Fatalf("%d bytes come back as %d: %v", len(text), len(back), err)
		}
		if most := MostRoom(int64(len(text))); RoomFor(int64(len(packed))) > most {
			t.Errorf("%d bytes take %d, and may take %d", len(text), len(packed), most)
		}
	})
}

// FuzzUnpack holds what is read without the library to what the library reads.
func FuzzUnpack(f *testing.F) {
	for _, text := range texts()[:5] {
		packed, err := newPacker().pack([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(bytes.Clone(packed))
		f.Add(append(bytes.Clone(packed), 0))
		f.Add(packed[:len(packed)-1])
	}
	f.Fuzz(func(t *testing.T, packed []byte) {
		got, failed := unpack(packed)
		want, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), plan.MostText+1))
		if (failed == nil) != (err == nil) || err == nil && !bytes.Equal(got, want) {
			t.Errorf("it is %d bytes and %v, and by the library %d and %v", len(got), failed, len(want), err)
		}
	})
}

// holding is a tree that is reached over a line: what it was given to write may be read when the call is over.
type holding struct {
	volume.Private
	given [][]byte
}

func (h *holding) ClaimPrivate(_ string, data []byte) error {
	h.given = append(h.given, data)
	return nil
}

func TestWhatALineMaySendStillIsNotOverwritten(t *testing.T) {
	line := &holding{}
	far := &Store{writer: &writer{files: line}}
	for _, text := range texts() {
		if _, err := far.KeepBase(sha256.Sum256([]byte(text)), []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for i, text := range texts() {
		if back, err := unpack(line.given[i]); err != nil || string(back) != text {
			t.Errorf("text %d of %d bytes was overwritten: %v", i, len(text), err)
		}
	}
}
