package render

import "strings"

// Message breaks a line of words for people to a width; 0 breaks nothing. What stands there to be typed stays whole: a
// command goes to a line of its own as it is, however long it is, and a path that is too long for any line stays where
// it is.
func Message(line string, width int) string {
	if width <= 0 || columns(line) <= width {
		return line
	}
	text := strings.TrimLeft(line, " ")
	indent := len(line) - len(text)
	hang := indent + margin
	out, column := strings.Builder{}, indent
	out.WriteString(line[:indent])
	for i, part := range pieces(text) {
		n := columns(part)
		switch fits, alone := column+1+n <= width, hang+n <= width; {
		case i == 0:
		case fits, !alone && !isCommand(part):
			out.WriteByte(' ')
			column++
		default:
			out.WriteString("\n" + strings.Repeat(" ", hang))
			column = hang
		}
		out.WriteString(part)
		column += n
	}
	return out.String()
}

// programs are those that messages tell to run.
var programs = []string{"treaty", "ssh-keygen", "mkdir"}

// isCommand tells whether a piece of a message is a command to be typed.
func isCommand(piece string) bool {
	first, rest, _ := strings.Cut(strings.TrimLeft(piece, "("), " ")
	for _, program := range programs {
		if first == program {
			return rest != ""
		}
	}
	return false
}

// pieces are the parts of a message between which a line may end. A command is one piece: from the name of its program
// to a comma, a semicolon or a bracket that is no part of an argument, or else to the end. What follows "then: " is one
// too.
func pieces(text string) []string {
	const then = " then: "
	if at := strings.LastIndex(text, then); at >= 0 {
		return append(pieces(text[:at+len(then)-1]), text[at+len(then):])
	}
	var out []string
	open := false
	for _, word := range words(text) {
		if open {
			out[len(out)-1] += " " + word
		} else {
			out = append(out, word)
		}
		last := out[len(out)-1]
		open = (open || isCommand(last+" ?")) && (inQuotes(last) || !strings.ContainsAny(last[max(len(last)-1, 0):], ",;)"))
	}
	return out
}

// inQuotes tells whether a shell would still wait for the end of what stands in single quotes.
func inQuotes(text string) bool { return strings.Count(strings.ReplaceAll(text, `\'`, ""), "'")%2 == 1 }
