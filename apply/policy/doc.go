// Package policy says what the configs of two trees demand of a plan before it is applied: whether it has to be
// approved at all, and by how many persons' signatures.
package policy
