package textdiff

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// worst are texts at the limit that a quadratic search would take long over.
func worst() map[string]texts {
	shuffled := func(lines []string, seed uint64) string {
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(lines), func(i, j int) { lines[i], lines[j] = lines[j], lines[i] })
		return strings.Join(lines, "")
	}
	var reversed []string
	for n := MaxLines; n > 0; n-- {
		reversed = append(reversed, fmt.Sprintln(n))
	}
	var twice []string
	for n := range MaxLines / 2 {
		twice = append(twice, fmt.Sprintln(n), fmt.Sprintln(n))
	}
	random := func(seed uint64, words int) string {
		return strings.Join(newAuthor(seed, words).text(MaxLines), "")
	}
	return map[string]texts{
		"nothing in common":    {numbers(1, MaxLines), numbers(MaxLines+1, 2*MaxLines)},
		"reversed":             {numbers(1, MaxLines), strings.Join(reversed, "")},
		"shuffled":             {numbers(1, MaxLines), shuffled(reversed, 1)},
		"each twice, shuffled": {shuffled(twice, 2), shuffled(twice, 3)},
		"two words":            {random(1, 2), random(2, 2)},
		"fifty words":          {random(1, 50), random(2, 50)},
		"periodic":             {strings.Repeat("a\nb\nc\n", MaxLines/3), strings.Repeat("c\nb\na\nb\n", MaxLines/4)},
		"short and long":       {random(1, 400)[:4000], random(2, 400)},
	}
}

func BenchmarkUnified(b *testing.B) {
	cases := worst()
	for name, percent := range map[string]float64{"1% changed": 1, "30% changed": 30} {
		cases[name+", distinct lines"] = newAuthor(1, 1<<40).pair(MaxLines*9/10, percent)
		cases[name+", 500 words"] = newAuthor(1, 500).pair(MaxLines*9/10, percent)
	}
	for name, x := range cases {
		old, new := []byte(x.old), []byte(x.new)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if d := Unified("local/f", "remote/f", old, new); d.Omitted != "" {
					b.Fatal(d.Omitted)
				}
			}
		})
	}
}
