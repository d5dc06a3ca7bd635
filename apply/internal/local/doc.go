// Package local is a directory of this machine as a volume. It only puts together: a scan.Root reads the directory,
// package disk changes it and keeps what is treaty's own in it, and this process takes its lock. What a volume can do
// is probed there, and what it promises in a power cut is known by the type of its filesystem.
package local
