package plan

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// DefaultKeep is how much room bases may take where nobody says.
const DefaultKeep = "256MiB"

// Keep is how many bytes the texts may take that merges are made by; 0 keeps none, and offers no merges.
func (o *Options) Keep() int64 {
	if o.Merge == nil {
		return bytesOf(DefaultKeep)
	}
	return bytesOf(o.Merge.Keep)
}

// SetKeep sets what Keep tells. What is as by default is left out.
func (o *Options) SetKeep(keep string) {
	o.Merge = &MergeOptions{Keep: keep}
	if o.Keep() == bytesOf(DefaultKeep) {
		o.Merge = nil
	}
}

// CheckKeep returns an error for what is no size as the schema has it; nil for one.
func CheckKeep(keep string) error {
	number, _ := numberAndUnit(keep)
	if number == "" || keep != "0" && (number[0] == '0' || number == keep) || len(number) > 12 {
		return fmt.Errorf("%q is no size such as %s, or 0", keep, DefaultKeep)
	}
	return nil
}

// numberAndUnit is the number of a size, and the bits of its unit; "" where it is no size.
func numberAndUnit(keep string) (number string, bits int) {
	for i, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if n, ok := strings.CutSuffix(keep, unit); ok && digits(n) {
			number, bits = n, 10*i
		}
	}
	if digits(keep) {
		return keep, 0
	}
	return number, bits
}

func digits(text string) bool { return text != "" && strings.Trim(text, "0123456789") == "" }

// bytesOf is a size as the schema has it in bytes, at most what an int64 can hold.
func bytesOf(keep string) int64 {
	number, bits := numberAndUnit(keep)
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0
	}
	if n > math.MaxInt64>>bits {
		return math.MaxInt64
	}
	return n << bits
}
