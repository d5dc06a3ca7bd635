// Package stick is a flash drive for tests: a volume in memory, mounted through FUSE, whose rules are those
// of FAT and can be switched one by one, and which can fail at any call or be pulled out. Only tests
// import it. It needs Linux, /dev/fuse and the right to mount.
package stick
