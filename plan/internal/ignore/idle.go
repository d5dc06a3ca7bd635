package ignore

import (
	"errors"
	"strings"
)

// Idle is a line of a .treatyignore that looks like a pattern and can match nothing. Git takes it in silence,
// and so does a scope.
type Idle struct {
	Line int // counted from 1
	Why  error
}

// Idles are the idle lines of a .treatyignore, none where there are none.
func Idles(text []byte) []Idle {
	var found []Idle
	for i, line := range lines(text) {
		if why := idle(line); why != nil {
			found = append(found, Idle{Line: i + 1, Why: why})
		}
	}
	return found
}

func idle(line string) error {
	if strings.HasPrefix(line, "#") || trimSpaces(strings.TrimSuffix(line, "\r")) == "" {
		return nil
	}
	p, ok := parse(line)
	if !ok {
		return errors.New("it names nothing")
	}
	return barren(p.text)
}
