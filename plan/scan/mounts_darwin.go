package scan

import (
	"os"
	"path/filepath"
)

// MountPoints are where volumes of this machine are mounted, sorted; nil where it is not known.
func MountPoints() []string {
	const volumes = "/Volumes"
	entries, err := os.ReadDir(volumes)
	if err != nil {
		return nil
	}
	var points []string
	for _, entry := range entries {
		points = append(points, filepath.Join(volumes, entry.Name()))
	}
	return points
}
