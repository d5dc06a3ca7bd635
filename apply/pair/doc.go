// Package pair has two opened trees and makes plans of them: each tree is a source that is listed and read, and what
// treaty keeps there. Planning changes nothing; a plan that was made is saved into the local tree or wherever a person
// wants it.
package pair
