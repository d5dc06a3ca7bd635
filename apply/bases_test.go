package apply_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"treaty/apply"
	"treaty/apply/internal/memory"
	"treaty/apply/store"
	"treaty/apply/volume"
	"treaty/plan"
	"treaty/plan/tree"
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

// keeper is a volume that notes which texts are kept.
type keeper struct {
	volume.Volume
	mu   *sync.Mutex
	kept *[]string
}

func (k keeper) Change(run string, options volume.Options) (volume.Changer, error) {
	c, err := k.Volume.Change(run, options)
	return keepingChanger{c, k}, err
}

type keepingChanger struct {
	volume.Changer
	noted keeper
}

func (c keepingChanger) ClaimPrivate(name string, data []byte) error {
	c.noted.mu.Lock()
	defer c.noted.mu.Unlock()
	if strings.HasPrefix(name, "bases/") {
		*c.noted.kept = append(*c.noted.kept, name)
	}
	return c.Changer.ClaimPrivate(name, data)
}

// Where there is no room for all texts the newest are kept, and no other is written only to be removed again. What is
// newer and no text takes no room.
func TestOfMoreTextsThanThereIsRoomForTheNewestAreKept(t *testing.T) {
	for list, want := range map[string]string{
		"a=a@10 b=b@20 c=c@30 d=d@40":                     "d c",
		"a=a@40 b=b@30 c=c@20 d=d@10":                     "a b",
		"a=a@10 b=b@20 c=\x00@30 d=\x01\x00@40":           "b a",
		"a=a@10 b=b@20 c=\x00@30 d=d@40":                  "d b",
		"a=same@10 b=b@20 c=c@30 d=same@40":               "d c",
		"a=\x00@10 b=\x00\x00@20 c=\x00\x00\x00@30 d=d@1": "d",
	} {
		for _, hash := range []plan.HashWhat{plan.HashConflicts, plan.HashOperations, plan.HashAll} {
			t.Run(fmt.Sprint(list, " ", hash), func(t *testing.T) {
				w := newWorldOf(t, "", plan.Sides[*memory.Kind]{&memory.POSIX, &memory.POSIX})
				w.options.Hash = hash
				w.options.SetKeep("8KiB")
				trees := tryParse(t, list)
				w.place(plan.Local).write(t, trees)
				request, written := w.request(w.compare()), []string{}
				open := request.Open
				request.Open = func(root string) (volume.Volume, error) {
					v, err := open(root)
					return keeper{v, &sync.Mutex{}, &written}, err
				}
				_, err := apply.Apply(context.Background(), request)
				check(t, err)
				var wanted []string
				for name := range strings.FieldsSeq(want) {
					sum := sha256.Sum256([]byte(trees[tree.Path(name)].content))
					wanted = append(wanted, tree.Hash(sum).String())
				}
				s := w.store(plan.Local)
				defer s.Close()
				var kept []string
				check(t, s.EachBase(func(sum tree.Hash) { kept = append(kept, sum.String()) }))
				slices.Sort(wanted)
				slices.Sort(kept)
				if !slices.Equal(kept, wanted) || len(written) != len(wanted) {
					t.Errorf("%v are kept and %v were written, not %v", kept, written, wanted)
				}
			})
		}
	}
}

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
			bases := 0
			check(t, s.EachBase(func(tree.Hash) { bases++ }))
			if bases != kept {
				t.Errorf("%d texts are kept, not %d", bases, kept)
			}
			if full := len(told) == 1 && errors.Is(told[0], store.ErrNoRoom); full != (kept < texts) {
				t.Errorf("told: %v", told)
			}
		})
	}
}
