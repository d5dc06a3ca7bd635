package apply_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
)

// narrow is a volume with so much room.
type narrow struct {
	volume.Volume
	space volume.Space
}

func (n narrow) Change(run string, options volume.Options) (volume.Changer, error) {
	c, err := n.Volume.Change(run, options)
	return narrowChanger{c, n.space}, err
}

type narrowChanger struct {
	volume.Changer
	space volume.Space
}

func (c narrowChanger) Space() (volume.Space, error) { return c.space, nil }

// Texts for merges to come take what is to spare, and never the room of what is applied: that is done whole, and a word
// is said of what is not kept.
func TestTextsAreKeptWhereThereIsRoomToSpare(t *testing.T) {
	const texts, reserve, each = 8, 1 << 20, 4 << 10
	for room, kept := range map[int64]int{reserve: 0, reserve + 3*each: 3, reserve + texts*each: texts} {
		t.Run(fmt.Sprint(kept, " of them"), func(t *testing.T) {
			w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
			var list []string
			for i := range texts {
				list = append(list, fmt.Sprintf("f%d=text-%d@10", i, i))
			}
			w.place(plan.Local).write(t, tryParse(t, strings.Join(list, " ")))
			p := w.compare()
			request := w.request(p)
			open, told := request.Open, []error{}
			request.Open = func(root string) (volume.Volume, error) {
				v, err := open(root)
				if root != w.at[plan.Local] {
					return v, err
				}
				return narrow{v, volume.Space{Free: room, Total: 1 << 40, Block: 1}}, err
			}
			request.Tell = func(n apply.Notice) { told = append(told, n.Unkept) }
			receipt, err := apply.Apply(context.Background(), request)
			check(t, err)
			if receipt.Totals.Done != texts {
				t.Errorf("%+v", receipt.Totals)
			}
			s := w.store(plan.Local)
			defer s.Close()
			bases, err := s.Bases()
			check(t, err)
			if len(bases) != kept {
				t.Errorf("%d texts are kept, not %d", len(bases), kept)
			}
			if full := len(told) == 1 && errors.Is(told[0], store.ErrNoRoom); full != (kept < texts) {
				t.Errorf("told: %v", told)
			}
		})
	}
}
