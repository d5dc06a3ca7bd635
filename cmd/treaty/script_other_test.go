//go:build !linux

package main

func denyLikeEveryone() {}
