// Package local is a directory of this machine as a volume: a scan.Root reads it, disk changes it, and this process takes
// its lock.
package local
