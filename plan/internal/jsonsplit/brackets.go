package jsonsplit

import "iter"

// Space is how much white space there is before anything else.
func Space(text []byte) int {
	if len(text) == 0 || classes[text[0]] != white {
		return 0
	}
	return run(text, 1<<white)
}

// Object is how long the object is that a text begins with, if it is JSON; 0 where it does not end or is none.
func Object(text []byte) int {
	if len(text) == 0 || text[0] != '{' {
		return 0
	}
	for end, open := range brackets(text) {
		if open == 0 {
			return end
		}
	}
	return 0
}

// Outermost tells whether a text ends among the members of the object that it begins with, if it is JSON so far.
func Outermost(text []byte) bool {
	depth := 0
	for _, open := range brackets(text) {
		depth = open
	}
	return depth == 1
}

// brackets yields of each bracket of a text, but for those in strings, where it ends and how many are open behind it.
func brackets(text []byte) iter.Seq2[int, int] {
	return func(yield func(end, open int) bool) {
		open := 0
		for at := 0; at < len(text); at++ {
			switch text[at] {
			case '"':
				for at++; at < len(text) && text[at] != '"'; at++ {
					if text[at] == '\\' {
						at++
					}
				}
				continue
			case '{', '[':
				open++
			case '}', ']':
				open--
			default:
				continue
			}
			if !yield(at+1, open) {
				return
			}
		}
	}
}
