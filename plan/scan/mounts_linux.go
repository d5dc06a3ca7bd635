package scan

import (
	"os"
	"strings"
)

// MountPoints are where volumes of this machine are mounted, in the order of the system's table; nil where it is not
// known. Networks are left out: one that does not answer would keep whoever looks there waiting.
func MountPoints() []string {
	table, err := os.ReadFile("/proc/self/mountinfo")
	if err != nil {
		return nil
	}
	return localPoints(string(table))
}

// localPoints are the mount points in a table of what has a device, and of what lies in memory.
func localPoints(table string) []string {
	var points []string
	for line := range strings.Lines(table) {
		number, _, _ := strings.Cut(line, " ")
		if m, ok := parseMounts(line, number); ok && (strings.HasPrefix(m.source, "/dev/") || m.fstype == "tmpfs") {
			points = append(points, m.point)
		}
	}
	return points
}
