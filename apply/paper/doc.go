// Package paper has the papers of a plan, as files have them: the approval before it is applied, and the receipt after.
// Both are held to their schemas whenever they are read or written.
package paper
