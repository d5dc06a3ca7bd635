package render

import "math"

// rectangle is a part of a drawing.
type rectangle struct{ x, y, width, height float64 }

// squarified divides a rectangle into one a weight, of that share of its area and as square as may be; weights come the
// largest first. It is the algorithm of Bruls, Huizing and van Wijk, "Squarified Treemaps" (2000).
func squarified(weights []float64, into rectangle) []rectangle {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	out := make([]rectangle, 0, len(weights))
	for len(weights) > 0 {
		n, sum := bestRow(weights, into, total)
		var row []rectangle
		row, into = into.cut(weights[:n], sum, total)
		out, weights, total = append(out, row...), weights[n:], total-sum
	}
	return out
}

// bestRow is how many of the weights make the squarest row along the shorter side, and their sum.
func bestRow(weights []float64, r rectangle, total float64) (n int, sum float64) {
	worst := math.Inf(1)
	for n < len(weights) {
		next := sum + weights[n]
		if ratio := worstRatio(weights[0], weights[n], next, r, total); ratio > worst {
			break
		} else {
			worst = ratio
		}
		n, sum = n+1, next
	}
	return n, sum
}

// worstRatio is how far from square the largest and the least of a row are.
func worstRatio(largest, least, sum float64, r rectangle, total float64) float64 {
	scale := r.width * r.height / total
	side := min(r.width, r.height)
	area, square := sum*scale, side*side
	return max(square*largest*scale/(area*area), area*area/(square*least*scale))
}

// cut takes a row off a rectangle, along its shorter side.
func (r rectangle) cut(weights []float64, sum, total float64) (row []rectangle, rest rectangle) {
	x, y := r.x, r.y
	if r.width >= r.height {
		width := r.width * sum / total
		for _, w := range weights {
			row = append(row, rectangle{x, y, width, r.height * w / sum})
			y += r.height * w / sum
		}
		return row, rectangle{r.x + width, r.y, r.width - width, r.height}
	}
	height := r.height * sum / total
	for _, w := range weights {
		row = append(row, rectangle{x, y, r.width * w / sum, height})
		x += r.width * w / sum
	}
	return row, rectangle{r.x, r.y + height, r.width, r.height - height}
}
