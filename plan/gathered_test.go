package plan

import "testing"

// Operations stand beside the differences that they are made of for a while, and have no large room in reserve then.
func TestWhatIsGatheredTakesTheRoomOfWhatIsInIt(t *testing.T) {
	var g gathered[int]
	const many = 5*gatheredAtOnce + 7
	room := func() (n int) {
		for _, piece := range append(g.full, g.last) {
			n += cap(piece)
		}
		return n
	}
	for i := range many {
		g.add(i)
		if room() > i+1+2*gatheredAtOnce {
			t.Fatalf("%d elements take the room of %d", i+1, room())
		}
	}
	list := g.join([]int{-1})
	if len(list) != many+1 || room() > 0 {
		t.Fatalf("%d of %d, and room for %d is kept", len(list), many, room())
	}
	for i := range list {
		if list[i] != i-1 {
			t.Fatalf("%d is at %d", list[i], i)
		}
	}
}
