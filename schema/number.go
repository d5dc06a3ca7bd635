package schema

import (
	"bytes"
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A number is one of a file that is not written as every reader of JSON writes it.
type number struct {
	span
	// plain is the same whole number in digits alone; "" where it is none, or one that not every reader holds exactly.
	plain string
}

// whole is a number's text in digits alone, as "1000" for "1e3" and "10.0" is "10"; "" where it is not whole, or
// larger than maxNumber. The text is one by the grammar of JSON.
func whole(text string) string {
	sign := ""
	if text[0] == '-' {
		sign, text = "-", text[1:]
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(text), "e")
	integer, fraction, _ := strings.Cut(mantissa, ".")
	digits := strings.TrimLeft(integer+fraction, "0")
	if digits == "" {
		return "0"
	}
	shift := -len(fraction)
	if exponent != "" {
		e, err := strconv.Atoi(exponent)
		if err != nil || e > 1<<20 || e < -1<<20 {
			return "" // far too large, or far too small
		}
		shift += e
	}
	const most = len("9007199254740991")
	switch {
	case shift < 0 && -shift >= len(digits):
		return ""
	case shift < 0 && strings.Trim(digits[len(digits)+shift:], "0") != "":
		return ""
	case len(digits)+shift > most:
		return ""
	case shift < 0:
		digits = digits[:len(digits)+shift]
	default:
		digits += strings.Repeat("0", shift)
	}
	if n, err := strconv.ParseUint(digits, 10, 64); err != nil || n > maxNumber {
		return ""
	}
	return sign + digits
}

// inDigits is the text of a span with all whole numbers in digits alone, which is what Go's decoder takes for them.
func (d *Document) inDigits(in span) []byte {
	var out []byte
	at := in.start
	first, _ := slices.BinarySearchFunc(d.numbers, in.start, func(n number, start int) int {
		return cmp.Compare(n.start, start)
	})
	for _, n := range d.numbers[first:] {
		if n.start >= in.end {
			break
		}
		if n.plain == "" {
			continue
		}
		out = append(append(out, d.data[at:n.start]...), n.plain...)
		at = n.end
	}
	if at == in.start {
		return d.data[in.start:in.end]
	}
	return append(out, d.data[at:in.end]...)
}

// InDigits is a valid file with all whole numbers in digits alone, for decoders that take no others for whole. Of
// what is no JSON it is the same bytes.
func InDigits(data []byte) []byte {
	if !bytes.ContainsAny(data, ".eE") {
		return data
	}
	doc, fault := scan(data)
	if fault != nil {
		return data
	}
	return doc.inDigits(span{0, len(data)})
}
