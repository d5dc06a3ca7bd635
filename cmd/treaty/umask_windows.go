package main

// umask is what most systems that have one start with.
func umask() uint32 { return 0o022 }

const nonblocking = 0
